/**
 * The page of the lesson: a board that outlives a gateway, and the buttons that
 * have the operators speak.
 *
 * What it cannot see: all that happens behind the gateway. It learns what the
 * processes say of themselves, and from a failure which side it was.
 */
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import { drawMap, type Status } from './map.ts';
import { createTally } from './tally.ts';

const element = (id: string) => document.getElementById(id)!;
const board = document.querySelector<DeparturesBoard>('departures-board')!;
const tally = createTally(element('tally'));
const showOnMap = drawMap(element('map'));

// ---- The stream, from whichever gateway lives ----

let gateways = [location.origin];
let current = 0;
let source: EventSource;
let lastId = '';
let again: ReturnType<typeof setTimeout>;
const pause = 500; // ms until the other gateway is tried

function open() {
  clearTimeout(again);
  source?.close();
  const origin = gateways[current % gateways.length]!;
  element('gateway').textContent = origin;
  show('connecting', 'connecting');

  // A new EventSource knows no last id. We do.
  const after = lastId && `?after=${encodeURIComponent(lastId)}`;
  source = new EventSource(`${origin}${streams.value}${after}`);
  source.onopen = () => show('open', 'open');

  // After a 502 it is closed for good, and from a gateway that is gone it would
  // wait for ever. The other one has the same ids: it goes on there.
  source.onerror = () => {
    source.close();
    current += 1;
    show('waiting', 'moving to the other gateway');
    again = setTimeout(open, pause);
  };

  on('snapshot', board.show.bind(board));
  on('departure', board.apply.bind(board));
  on('announcement', (update: Parameters<typeof board.announce>[0]) => {
    board.announce(update);
    tally.hear(update.text);
  });
}

/** Listens for one kind of event, and remembers the id that came with it. */
function on<Data>(kind: string, tell: (data: Data) => void) {
  source.addEventListener(kind, ({ data, lastEventId }) => {
    lastId = lastEventId;
    element('last-id').textContent = lastId;
    tell(JSON.parse(data));
  });
}

const radios = (form: string, name: string) =>
  document.forms.namedItem(form)!.elements.namedItem(name) as RadioNodeList;
const streams = radios('streams', 'stream');
document.forms.namedItem('streams')!.onchange = open;

// ---- The map ----

/** Asks a process how it is; whoever does not answer is not there. */
async function ask(url: string): Promise<Status> {
  try {
    const signal = AbortSignal.timeout(1_500);
    const response = await fetch(url, { signal });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

async function look() {
  const here = gateways[current % gateways.length]!;
  const [one = '', two = one] = gateways;
  const [gateway, gateway2, station, operators] = await Promise.all([
    ask(`${one}/status`),
    ask(`${two}/status`),
    ask(`${here}/station/status`),
    ask(`${here}/operators/status`),
  ]);
  showOnMap('gateway', gateway);
  showOnMap('gateway2', gateway2);
  showOnMap('station', station);
  showOnMap('operators', operators);
  // The broker has no page of its own: the gateways tell whether it is there.
  const connected = [gateway, gateway2].filter((s) => s?.['connected']).length;
  showOnMap('broker', connected > 0 ? { connected } : undefined);
  if (station) rates.value = String(station['rate']);
  setTimeout(look, 1_000);
}

// ---- What can be asked for ----

const rates = radios('rates', 'rate');
document.forms.namedItem('rates')!.onchange = () =>
  send('PUT', '/rate', { rate: rates.value });

const ways = radios('announce', 'way');
const tag = Math.random().toString(36).slice(2, 5);
let number = 0;
(element('announce') as HTMLFormElement).onsubmit = (event) => {
  event.preventDefault();
  const button = event.submitter as HTMLButtonElement;
  const texts = Array.from(
    { length: Number(button.value) },
    () => `Notice ${tag}-${(number += 1)}: please mind the gap.`,
  );
  tally.ask(texts);
  send('POST', '/operators/announcements', { way: ways.value, texts });
};

/** Sends a request, and shows what was asked and what came back. */
async function send(method: string, path: string, body: object) {
  const here = gateways[current % gateways.length]!;
  let outcome: string;
  try {
    const response = await fetch(here + path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const { title = '' } = text.startsWith('{') ? JSON.parse(text) : {};
    outcome = `${response.status} ${title}`;
  } catch (error) {
    outcome = `no answer: ${error}`;
  }
  element('answer').textContent = `${method} ${path} → ${outcome}`;
}

// ---- What is seen ----

function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  element('state').textContent = text;
  const line = document.createElement('li');
  const now = new Date().toLocaleTimeString();
  for (const part of [now, `${text} (${element('gateway').textContent})`])
    line.append(
      Object.assign(document.createElement('span'), { textContent: part }),
    );
  element('log').prepend(line);
  element('log').children[100]?.remove();
}

// The gateway that served this page knows the other one.
const first = (await ask('/status')) as { gateways?: string[] } | undefined;
gateways = first?.gateways ?? gateways;
current = Math.max(0, gateways.indexOf(location.origin));
open();
void look();
