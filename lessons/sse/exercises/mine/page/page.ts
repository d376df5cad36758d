/** The lesson's page, with the stream of the third exercise. */
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
// For a browser `..` above the root is the root.
import type * as third from '../../03-the-stream-that-comes-back/solution.ts';

const element = (id: string) => document.getElementById(id)!;
const button = (id: string) => element(id) as HTMLButtonElement;
const board = document.querySelector<DeparturesBoard>('departures-board')!;

let departures: Departure[] = [];
let opened = 0;
/** All streams since the page opened them, or closed them for good. */
const own = new Set<EventSource>();
const isNewest = (source: EventSource) => [...own].at(-1) === source;

/**
 * What `new EventSource` is in the third exercise. It shows what becomes of the
 * stream, and reads `hello`, of which the exercise knows nothing.
 */
class Watched extends EventSource {
  constructor(url: string | URL, init?: EventSourceInit) {
    super(url, init);
    own.add(this);
    show('connecting', 'connecting');
    this.addEventListener('open', () => {
      element('opened').textContent = String((opened += 1));
      if (isNewest(this)) show('open', 'open');
    });
    this.addEventListener('error', () => {
      if (!isNewest(this)) return;
      const isOver = this.readyState === EventSource.CLOSED;
      show('waiting', isOver ? 'closed for good' : 'waiting to try again');
    });
    this.addEventListener('hello', ({ data }) => {
      const hello = parse(data) as { staff: boolean; rate: string } | undefined;
      if (!hello) return;
      element('role').textContent = hello.staff ? 'staff' : 'a passenger';
      rates.value = hello.rate;
      log('hello', '', String(data));
    });
  }

  override close() {
    super.close();
    // Nothing fires when a page closes its own stream.
    if (isNewest(this)) show('waiting', 'waiting to try again');
  }
}
globalThis.EventSource = Watched;

type Told = Record<string, (data: never) => void>;
const tellers: Told = {
  snapshot: (snapshot: Parameters<typeof board.show>[0]) => {
    board.show(snapshot);
    departures = snapshot.departures;
  },
  departure: (update: Parameters<typeof board.apply>[0]) => {
    board.apply(update);
    departures = departures.map((departure) =>
      [update.train, update.replaces].includes(departure.train)
        ? update
        : departure,
    );
  },
  announcement: (update: Parameters<typeof board.announce>[0]) =>
    board.announce(update),
};

let stop: (() => void) | undefined;

async function open() {
  show('connecting', 'connecting');
  try {
    // Imported here: what is wrong with your file is shown in the page.
    const path = '/03-the-stream-that-comes-back/solution.ts';
    const { follow } = (await import(path)) as Partial<typeof third>;
    if (!follow) throw new Error('it exports no function follow');
    stop = follow({
      path: '/events',
      tell,
      timeoutMs: 25_000,
      retryDelayMs: 2_000,
    });
  } catch (error) {
    show('closed', `the third exercise cannot run: ${String(error)}`);
  }
}

function close() {
  own.clear();
  stop?.();
  show('closed', 'closed by this page');
}

function tell(kind: string, data: string, id: string) {
  const parsed = data && parse(data);
  if (parsed === undefined)
    return log('broken', '', `${kind}, but not JSON: ${data}`);
  element('last-id').textContent = id || 'none';
  log(kind, id, data);
  tellers[kind]?.(parsed as never);
}

/** What JSON says; undefined if a browser has kept half an event from a cut. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Adds a line to the log, newest first, and keeps a hundred. */
function log(kind: string, id: string, data: string) {
  const line = document.createElement('li');
  for (const text of [new Date().toLocaleTimeString(), kind, id, data])
    line.append(
      Object.assign(document.createElement('span'), { textContent: text }),
    );
  line.className = kind;
  element('log').prepend(line);
  element('log').children[100]?.remove();
}

/** Shows the state of the stream; only a closed one can be opened again. */
function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  element('state').textContent = text;
  button('open').disabled = state !== 'closed';
  button('close').disabled = state === 'closed';
}

button('open').onclick = () => void open();
button('close').onclick = close;

/** The way back: ordinary requests. */
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

// This stream was requested without the cookie: another one has it.
button('sign-in').onclick = async () => {
  await request('POST', '/sign-in');
  close();
  await open();
};
button('report').onclick = () => {
  const next = departures
    .filter(({ status }) => status === 'scheduled' || status === 'boarding')
    .sort((a, b) => a.due.localeCompare(b.due))
    .at(0);
  if (next) void request('POST', '/delays', { train: next.train, minutes: 5 });
};

const rates = document.forms
  .namedItem('rates')!
  .elements.namedItem('rate') as RadioNodeList;
document.forms.namedItem('rates')!.onchange = () => {
  void request('PUT', '/rate', { rate: rates.value });
};

// Your follow() opens another stream by itself, whatever that switch says.
document.forms.namedItem('refusals')!.remove();

void open();
