/** The lesson's page, with the stream of the third exercise. */
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
// For a browser `..` above the root is the root.
import { follow } from '../../03-the-stream-that-comes-back/solution.ts';

const element = (id: string) => document.getElementById(id)!;
const board = document.querySelector<DeparturesBoard>('departures-board')!;
const button = (id: string) => element(id) as HTMLButtonElement;

type Told = Record<string, (data: never) => void>;
const tellers: Told = {
  snapshot: (snapshot: Parameters<typeof board.show>[0]) =>
    board.show(snapshot),
  departure: (update: Parameters<typeof board.apply>[0]) => board.apply(update),
  announcement: (update: Parameters<typeof board.announce>[0]) =>
    board.announce(update),
};

let stop: (() => void) | undefined;

function open() {
  show('open', 'open');
  stop = follow({
    path: '/events',
    tell,
    timeoutMs: 25_000,
    retryDelayMs: 2_000,
  });
}

function tell(kind: string, data: string, id: string) {
  element('last-id').textContent = id || 'none';
  const line = document.createElement('li');
  for (const text of [new Date().toLocaleTimeString(), kind, id, data])
    line.append(
      Object.assign(document.createElement('span'), { textContent: text }),
    );
  element('log').prepend(line);
  element('log').children[100]?.remove();
  tellers[kind]?.(JSON.parse(data) as never);
}

function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  element('state').textContent = text;
  button('open').disabled = state !== 'closed';
  button('close').disabled = state === 'closed';
}

button('open').onclick = open;
button('close').onclick = () => {
  stop?.();
  show('closed', 'closed by this page');
};

/** The way back: ordinary requests. */
async function request(method: string, path: string, body?: object) {
  const response = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body ? JSON.stringify(body) : null,
  });
  const text = await response.text();
  element('response').textContent =
    `${method} ${path} → ${response.status} ${text}`;
}

button('sign-in').onclick = () => void request('POST', '/sign-in');
button('report').onclick = () => {
  const body = { train: 'RE 17', minutes: 5 };
  void request('POST', '/delays', body);
};
const rates = document.forms.namedItem('rates')!;
rates.onchange = () => {
  const chosen = rates.elements.namedItem('rate') as RadioNodeList;
  void request('PUT', '/rate', { rate: chosen.value });
};

open();
