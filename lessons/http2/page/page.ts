/** The page of the lesson: the board, and what one connection can carry. */
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import { startDictation } from './dictation.ts';
import { startHundred } from './hundred.ts';
import { openAgain, startLoudspeaker } from './loudspeaker.ts';
import { button, element, say, setHttp1 } from './origins.ts';
import { startTwelve } from './twelve.ts';

const board = document.querySelector<DeparturesBoard>('departures-board')!;

// ---- What each request went by ----

// The browser tells it of every request that has an answer, if asked before
// the first one is sent. Of another origin, if that allows it.
const counted = new Map<string, number>();
new PerformanceObserver((list) => {
  for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
    const { origin, pathname } = new URL(entry.name);
    if (pathname === '/traffic' || origin === 'null') continue;
    if (origin === location.origin) came(entry.nextHopProtocol);
    const by = entry.nextHopProtocol || 'not told';
    const where = origin === location.origin ? '' : origin;
    const what = `${by}\n${where}${pathname}`;
    counted.set(what, (counted.get(what) ?? 0) + 1);
  }
  const lines = [...counted].map(([what, times]) => {
    const [by = '', path = ''] = what.split('\n');
    const line = document.createElement('li');
    for (const text of [by, times > 1 ? `${path} × ${times}` : path])
      line.append(
        Object.assign(document.createElement('span'), { textContent: text }),
      );
    return line;
  });
  element('log').replaceChildren(...lines.reverse());
}).observe({ type: 'resource', buffered: true });

// Of a page in a frame of another origin, Firefox and WebKit do not tell it.
// Of the files that it consists of they do.
const [page] = performance.getEntriesByType(
  'navigation',
) as PerformanceNavigationTiming[];
came(page?.nextHopProtocol);

/** Says what the page came by, as soon as the browser has told. */
function came(by = '') {
  const { dataset } = element('came');
  if (by === '' || dataset['by']) return;
  dataset['by'] = by;
  say('came', `This page came by ${by}.`);
  // Over HTTP/1.1 there is nothing to compare with.
  for (const id of ['load', 'twelve-h2', 'dictate-h2', 'goodbye'])
    button(id).disabled = by !== 'h2';
}

// ---- The board ----

let source: EventSource;
let lastId = '';
let departures: Departure[] = [];

function open() {
  source = new EventSource(`/events?after=${encodeURIComponent(lastId)}`);
  source.onopen = () => show('open', 'open');
  source.onerror = () =>
    source.readyState === EventSource.CLOSED
      ? show('closed', 'closed for good')
      : show('waiting', 'waiting to try again');

  on('hello', (hello: { staff: boolean; rate: string; http1: string }) => {
    rates.value = hello.rate;
    setHttp1(hello.http1);
    (element('old-page') as HTMLAnchorElement).href = hello.http1;
  });
  on('snapshot', (snapshot: Parameters<typeof board.show>[0]) => {
    board.show(snapshot);
    departures = snapshot.departures;
  });
  on('departure', (update: Parameters<typeof board.apply>[0]) => {
    board.apply(update);
    departures = departures.map((departure) =>
      [update.train, update.replaces].includes(departure.train)
        ? update
        : departure,
    );
  });
  on('announcement', (update: Parameters<typeof board.announce>[0]) => {
    board.announce(update);
  });
}

function on<Data>(kind: string, tell: (data: Data) => void) {
  source.addEventListener(kind, ({ data, lastEventId }) => {
    lastId = lastEventId;
    tell(JSON.parse(data));
  });
}

function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  say('state', text);
}

// ---- Requests that change something ----

element('sign-in').onclick = async () => {
  await ask('POST', '/sign-in');
  source.close();
  open();
  openAgain();
};

element('report').onclick = () => {
  const next = departures
    .filter(({ status }) => status === 'scheduled' || status === 'boarding')
    .sort((a, b) => a.due.localeCompare(b.due))
    .at(0);
  if (next) ask('POST', '/delays', { train: next.train, minutes: 5 });
};

// What was said on this connection is said to its end; then there is another.
element('goodbye').onclick = () => ask('POST', '/goodbye');

const rates = document.forms
  .namedItem('rates')!
  .elements.namedItem('rate') as RadioNodeList;
document.forms.namedItem('rates')!.onchange = () => {
  ask('PUT', '/rate', { rate: rates.value });
};

/** Sends a request, and shows what was asked and what came back. */
async function ask(method: string, path: string, body?: object) {
  const said = `${method} ${path} ${body ? JSON.stringify(body) : ''}`;
  try {
    const response = await fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    say('answer', `${said} → ${response.status} ${text}`);
  } catch (error) {
    say('answer', `${said} → no answer: ${error}`);
  }
}

open();
startHundred();
startTwelve();
startDictation();
startLoudspeaker();
