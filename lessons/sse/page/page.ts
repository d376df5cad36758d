/**
 * The page of the lesson: an EventSource, and what it tells us.
 *
 * What it does not tell: comments, the field `retry`, and the status code of a
 * response that it did not accept.
 */
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import { createAgain } from './again.ts';

const element = (id: string) => document.getElementById(id)!;
const board = document.querySelector<DeparturesBoard>('departures-board')!;

let source: EventSource;
let lastId = '';
let opened = 0;

// ---- The stream ----

const again = createAgain(open, (text) => log('again', '', text));
const refusals = document.forms
  .namedItem('refusals')!
  .elements.namedItem('refusal') as RadioNodeList;

function open() {
  again.stop();
  // A new EventSource knows no last id, so it sends no Last-Event-ID.
  // We know it, and put it into the URL.
  const query = lastId && `?after=${encodeURIComponent(lastId)}`;
  source = new EventSource(`/events${query}`);
  show('connecting', 'connecting');
  restartWatchdog();

  source.onopen = () => {
    again.opened();
    opened += 1;
    element('opened').textContent = String(opened);
    show('open', 'open');
  };

  // All we learn of an error is what the browser does about it: it reconnects
  // by itself, or it has given up.
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) {
      clearTimeout(watchdog);
      if (refusals.value === 'again' && again.refused())
        show('waiting', 'refused, waiting until the server is ready');
      else show('closed', 'closed for good');
    } else {
      restartWatchdog();
      show('waiting', 'waiting to try again');
    }
  };

  // Events with a name do not reach `onmessage`: each name needs a listener.
  on('hello', (hello: { staff: boolean; rate: string }) => {
    element('role').textContent = hello.staff ? 'staff' : 'a passenger';
    if (telling === 0) rates.value = hello.rate;
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

/**
 * Listens for events of one name, and remembers the last id. The page gets
 * text: that it parses to `Data` is a promise which no code has checked.
 */
function on<Data>(kind: string, tell: (data: Data) => void) {
  source.addEventListener(kind, ({ data, lastEventId }) => {
    restartWatchdog();
    let parsed: Data;
    try {
      parsed = data && JSON.parse(data);
    } catch {
      // Half an event, if the browser has kept it from before a cut. This page
      // has not seen that update, so its id does not count either.
      return log('broken', '', `${kind}, but not JSON: ${data}`);
    }
    // Empty only in a new source, until the stream sends it the first id.
    if (lastEventId) lastId = lastEventId;
    element('last-id').textContent = lastId || 'none';
    log(kind, lastId, data);
    tell(parsed);
  });
}

// ---- The watchdog ----

// A connection may be half-open: the server is gone, and no error tells us. The
// server promises a heartbeat every 10 seconds; after 25 seconds without any
// event we open another stream.
const timeoutMs = 25_000;
let watchdog: ReturnType<typeof setTimeout>;

function restartWatchdog() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    log('silence', '', `Nothing for ${timeoutMs / 1000} s: opening again.`);
    source.close();
    open();
  }, timeoutMs);
}

// ---- Close and open ----

element('close').onclick = () => {
  // Nothing fires when a page closes its own stream.
  source.close();
  again.stop();
  clearTimeout(watchdog);
  show('closed', 'closed by this page');
};

element('open').onclick = open;

// ---- The way back: ordinary requests ----

let departures: Departure[] = [];

// The browser keeps the cookie, and sends it with the next request for a
// stream. This stream was requested without it, so we open another.
element('sign-in').onclick = async () => {
  await request('POST', '/sign-in');
  source.close();
  open();
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
      headers: { 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    element('response').textContent = `${sent} → ${response.status} ${text}`;
  } catch (error) {
    element('response').textContent = `${sent} → no response: ${error}`;
  }
}

// ---- What is seen ----

/** Shows the state of the stream; only a closed one can be opened again. */
function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  element('state').textContent = text;
  (element('open') as HTMLButtonElement).disabled = state !== 'closed';
  (element('close') as HTMLButtonElement).disabled = state === 'closed';
  log(state, '', '');
}

/** Adds a line to the log, the newest first, and keeps a hundred. */
function log(kind: string, id: string, data: string) {
  const line = document.createElement('li');
  for (const text of [new Date().toLocaleTimeString(), kind, id, data]) {
    line.append(
      Object.assign(document.createElement('span'), { textContent: text }),
    );
  }
  line.className = kind;
  element('log').prepend(line);
  element('log').children[100]?.remove();
}

open();
