/** The page of the lesson: the board, and what one connection can carry. */
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import { startDictation } from './dictation.ts';
import { startHundred } from './hundred.ts';
import { openAgain, startLoudspeaker } from './loudspeaker.ts';
import { button, element, say, setHttp1 } from './origins.ts';
import { startTwelve } from './twelve.ts';
import { createWatchdog } from './watchdog.ts';

const board = document.querySelector<DeparturesBoard>('departures-board')!;

// ---- Which protocol each request used ----

// The browser tells it for every request that got a response; for another
// origin only if that allows it (Timing-Allow-Origin).
const counted = new Map<string, number>();
new PerformanceObserver((list) => {
  for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
    const { origin, pathname } = new URL(entry.name);
    if (pathname === '/traffic' || origin === 'null') continue;
    if (origin === location.origin) came(entry.nextHopProtocol);
    const by = entry.nextHopProtocol || 'unknown';
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

// Firefox and WebKit do not tell it for a page in a cross-origin frame, but
// for the files of the page they do.
const [page] = performance.getEntriesByType(
  'navigation',
) as PerformanceNavigationTiming[];
came(page?.nextHopProtocol);

/** Says which protocol the page came over, as soon as the browser tells. */
function came(by = '') {
  const { dataset } = element('came');
  if (by === '' || dataset['by']) return;
  dataset['by'] = by;
  say('came', `This page came over ${by}.`);
  // Over HTTP/1.1 there is nothing to compare with.
  for (const id of ['load', 'twelve-h2', 'dictate-h2', 'goaway'])
    button(id).disabled = by !== 'h2';
}

// ---- The board ----

let source: EventSource | undefined;
let lastId = '';
let departures: Departure[] = [];

const watchdog = createWatchdog(() => {
  show('waiting', 'silent for 12 s: opening another');
  open();
});

function open() {
  source?.close();
  const query = lastId && `?after=${encodeURIComponent(lastId)}`;
  const own = new EventSource(`/events${query}`);
  source = own;
  watchdog.restart();
  own.onopen = () => show('open', 'open');
  own.onerror = () => {
    watchdog.restart();
    if (own.readyState !== EventSource.CLOSED)
      return show('waiting', 'waiting to reconnect');
    watchdog.stop();
    show('closed', 'closed for good');
  };

  on('hello', (hello: { staff: boolean; rate: string; http1: string }) => {
    if (telling === 0) rates.value = hello.rate;
    setHttp1(hello.http1);
    (element('old-page') as HTMLAnchorElement).href = hello.http1;
  });
  on('snapshot', (snapshot: Parameters<typeof board.show>[0]) => {
    board.show(snapshot);
    departures = snapshot.departures;
    report.disabled = false;
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
  on('heartbeat', () => {});
}

function on<Data>(kind: string, tell: (data: Data) => void) {
  source!.addEventListener(kind, ({ data, lastEventId }) => {
    watchdog.restart();
    let parsed: Data;
    try {
      parsed = JSON.parse(data);
    } catch {
      return; // half an event from before a cut: its id does not count either
    }
    // Empty only in a new source, until the stream sends it the first id.
    if (lastEventId) lastId = lastEventId;
    tell(parsed);
  });
}

function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  say('state', text);
}

// ---- Requests that change something ----

element('sign-in').onclick = async () => {
  await request('POST', '/sign-in');
  open();
  openAgain();
};

const report = element('report') as HTMLButtonElement;
report.disabled = true; // until the board has come
report.onclick = () => {
  const next = departures
    .filter(({ status }) => status === 'scheduled' || status === 'boarding')
    .sort((a, b) => a.due.localeCompare(b.due))
    .at(0);
  if (next) request('POST', '/delays', { train: next.train, minutes: 5 });
};

// What runs on this connection may finish. The next requests open another. A
// PUT, because WebKitGTK 2.50 opens a connection of its own for each POST.
element('goaway').onclick = () => request('PUT', '/goaway');

const rates = document.forms
  .namedItem('rates')!
  .elements.namedItem('rate') as RadioNodeList;
/** Rates that the server is being told: it may still say the one before. */
let telling = 0;
document.forms.namedItem('rates')!.onchange = async () => {
  telling += 1;
  await request('PUT', '/rate', { rate: rates.value });
  telling -= 1;
};

/** Sends a request, and shows it with its response. */
async function request(method: string, path: string, body?: object) {
  const sent = `${method} ${path} ${body ? JSON.stringify(body) : ''}`;
  try {
    const response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(10_000),
      headers: { 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    say('response', `${sent} → ${response.status} ${text}`);
  } catch (error) {
    say('response', `${sent} → no response: ${error}`);
  }
}

open();
startHundred();
startTwelve();
startDictation();
startLoudspeaker();
