/**
 * The page of the lesson: a board that is kept up to date by asking, and how
 * much asking costs. What it asks is in ways.ts.
 */
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import type { Departure, News } from '@on-the-wire/shared/board/update.ts';
import { startLargeBodies } from './large.ts';
import { startOneRequest } from './one-request.ts';
import { wait, ways, type Reader } from './ways.ts';

const element = (id: string) => document.getElementById(id)!;
const board = document.querySelector<DeparturesBoard>('departures-board')!;

// ---- What has come ----

let departures: Departure[] = [];
let lastId = '';
let shown = { asked: 0, run: '', n: 0 };
let requests = 0;
let heard = 0;

const reader: Reader = {
  get lastId() {
    return lastId;
  },
  ask() {
    requests += 1;
    element('requests').textContent = String(requests);
    return requests;
  },
  take(asked, news) {
    heard = performance.now();
    for (const each of news) takeOne(asked, each);
  },
  tellPiece(words, bytes = 0) {
    pieces = [words, ...pieces.slice(0, 4)];
    element('pieces').textContent = pieces.join(' · ');
    addBytes(bytes);
  },
};
let pieces: string[] = [];

function takeOne(asked: number, { id, kind, data }: News) {
  if (kind === 'snapshot') {
    // Two answers may come in another order than they were asked for. A late
    // one never takes the place of a newer one.
    const isLate =
      data.run === shown.run ? data.n < shown.n : asked < shown.asked;
    if (isLate) return;
    shown = { asked, run: data.run, n: data.n };
    departures = data.departures;
    board.show(data);
  } else if (kind === 'departure') {
    board.apply(data);
  } else {
    board.announce(data);
  }

  // Nor does it move back the place from which we go on.
  if (data.n < shown.n) return;
  if (kind === 'departure') {
    departures = departures.map((departure) =>
      [data.train, data.replaces].includes(departure.train) ? data : departure,
    );
  }
  shown.n = data.n;
  lastId = id;
  element('last-id').textContent = id;
}

// ---- How it asks ----

let way = new AbortController();

/** Asks in one way from now on, and comes back when it has failed. */
async function keepAsking(name: string) {
  way.abort();
  way = new AbortController();
  const { signal } = way;
  for (;;) {
    try {
      show('open', name === 'once' ? 'asking' : 'asking again and again');
      await ways[name]!(reader, signal);
      return show('open', 'answered');
    } catch (error) {
      if (signal.aborted) return;
      show('waiting', `no answer (${(error as Error).message}): trying again`);
      // Many pages have lost the same server: not all at the same moment.
      await wait(Math.random() * 1_000, signal).catch(() => {});
      if (signal.aborted) return;
    }
  }
}

function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  element('state').textContent = text;
}

const chosen = (form: string, field: string) =>
  document.forms
    .namedItem(form)!
    .elements.namedItem(field) as unknown as RadioNodeList;
document.forms.namedItem('ways')!.onchange = () => {
  void keepAsking(chosen('ways', 'way').value);
};

// ---- What it costs ----

// The browser tells of each request how many bytes it took, as it reckons.
let bytes = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
    if (/\/(board|updates)(\?|$)/.test(entry.name))
      addBytes(entry.transferSize);
  }
}).observe({ type: 'resource' });

function addBytes(more: number) {
  bytes += more;
  element('bytes').textContent = bytes.toLocaleString('en');
}

setInterval(() => {
  const seconds = Math.round((performance.now() - heard) / 1000);
  if (heard > 0) element('age').textContent = `${seconds} s`;
}, 500);

// ---- Requests that change something ----

element('sign-in').onclick = () => tell('POST', '/sign-in');
element('report').onclick = () => {
  const next = departures
    .filter(({ status }) => status === 'scheduled' || status === 'boarding')
    .sort((a, b) => a.due.localeCompare(b.due))
    .at(0);
  if (next) tell('PUT', '/delays', { train: next.train, minutes: 5 });
};
document.forms.namedItem('rates')!.onchange = () => {
  tell('PUT', '/rate', { rate: chosen('rates', 'rate').value });
};

/** Sends a request, and shows what was asked and what came back. */
async function tell(method: string, path: string, body?: object) {
  const said = `${method} ${path} ${body ? JSON.stringify(body) : ''}`;
  try {
    const response = await fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    element('answer').textContent = `${said} → ${response.status} ${text}`;
  } catch (error) {
    element('answer').textContent = `${said} → no answer: ${error}`;
  }
}

startOneRequest((news) => reader.take(reader.ask(), [news]));
startLargeBodies();
void keepAsking('once');
