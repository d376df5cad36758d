/**
 * The page of the lesson: a board that is kept up to date by requests, and what
 * they cost. The ways to send them are in ways.ts.
 */
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import type { Departure, News } from '@on-the-wire/shared/board/update.ts';
import { startLargeBodies } from './large.ts';
import { startLeaving } from './leaving.ts';
import { startOneRequest } from './one-request.ts';
import { StatusError } from './retry-after.ts';
import { startStored } from './stored.ts';
import { wait, ways, type Reader } from './ways.ts';

const element = (id: string) => document.getElementById(id)!;
const board = document.querySelector<DeparturesBoard>('departures-board')!;

// ---- What has come ----

let departures: Departure[] = [];
let lastId = '';
let shown = { order: 0, run: '', n: 0 };
let requests = 0;
let updatedAt = 0;

const reader: Reader = {
  get lastId() {
    return lastId;
  },
  countRequest() {
    requests += 1;
    element('requests').textContent = String(requests);
    return requests;
  },
  take(order, news) {
    updatedAt = performance.now();
    for (const each of news) takeOne(order, each);
  },
  showRead(words, bytes = 0) {
    reads = [words, ...reads.slice(0, 4)];
    element('reads').textContent = reads.join(' · ');
    addBytes(bytes);
  },
};
let reads: string[] = [];

function takeOne(order: number, { id, kind, data }: News) {
  if (kind === 'snapshot') {
    // Responses may arrive in another order than their requests were sent. A
    // late one never replaces a newer one.
    const isLate =
      data.run === shown.run ? data.n < shown.n : order < shown.order;
    if (isLate) return;
    shown = { order, run: data.run, n: data.n };
    departures = data.departures;
    report.disabled = false;
    board.show(data);
  } else if (kind === 'departure') {
    board.apply(data);
  } else {
    board.announce(data);
  }

  // Nor does a late one move back the id that the next request names.
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

// ---- How it requests updates ----

let way = new AbortController();

/** Uses one way from now on, and retries it when it has failed. */
async function keepUpToDate(name: string) {
  way.abort();
  way = new AbortController();
  const { signal } = way;
  for (;;) {
    try {
      show('open', name === 'once' ? 'requesting' : 'keeping up to date');
      await ways[name]!(reader, signal);
      return show('open', 'response received');
    } catch (error) {
      if (signal.aborted) return;
      show('waiting', `failed (${(error as Error).message}): retrying`);
      // Never earlier than told; and with jitter: if many pages lose a server,
      // they should not all retry at once.
      const told = error instanceof StatusError ? error.waitMs : 0;
      await wait(told + Math.random() * 1_000, signal).catch(() => {});
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
  void keepUpToDate(chosen('ways', 'way').value);
};

// ---- What it costs ----

// For each request, the browser tells how many bytes it counted.
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
  const seconds = Math.round((performance.now() - updatedAt) / 1000);
  if (updatedAt > 0) element('age').textContent = `${seconds} s`;
}, 500);

// ---- Requests that change something ----

element('sign-in').onclick = () => send('POST', '/sign-in');
const report = element('report') as HTMLButtonElement;
report.disabled = true; // until the board has come
report.onclick = () => {
  const next = departures
    .filter(({ status }) => status === 'scheduled' || status === 'boarding')
    .sort((a, b) => a.due.localeCompare(b.due))
    .at(0);
  if (next) send('PUT', '/delays', { train: next.train, minutes: 5 });
};
document.forms.namedItem('rates')!.onchange = () => {
  send('PUT', '/rate', { rate: chosen('rates', 'rate').value });
};

/** Sends a request, and shows it with its response. */
async function send(method: string, path: string, body?: object) {
  const sent = `${method} ${path} ${body ? JSON.stringify(body) : ''}`;
  try {
    const response = await fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    element('result').textContent = `${sent} → ${response.status} ${text}`;
  } catch (error) {
    element('result').textContent = `${sent} → no response: ${error}`;
  }
}

// The page next door is told where we are: see server.ts.
const frame = element('next-door') as HTMLIFrameElement;
frame.src = `/neighbour#${location.origin}`;

startOneRequest((news) => reader.take(reader.countRequest(), [news]));
startStored();
startLargeBodies();
startLeaving();
void keepUpToDate('once');
