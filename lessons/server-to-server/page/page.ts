/**
 * The page of the lesson: a board that outlives a gateway, and the buttons that
 * make the operators announce something.
 *
 * What it cannot see: all that happens behind the gateway. It learns what the
 * processes say about themselves, and from a failure which side it was.
 */
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import { showOnCard, type Status } from './cards.ts';
import { startLooking } from './looking.ts';
import { createTally } from './tally.ts';

const element = (id: string) => document.getElementById(id)!;
const board = document.querySelector<DeparturesBoard>('departures-board')!;
const tally = createTally(element('tally'));

// ---- The event stream, from whichever gateway is up ----

let gateways = [location.origin];
let current = 0;
let source: EventSource;
let lastId = '';
let reopening: ReturnType<typeof setTimeout>;
const pause = 500; // ms until the other gateway is tried
const timeoutMs = 30_000; // for a request of a button

function open() {
  clearTimeout(reopening);
  source?.close();
  const origin = gateways[current % gateways.length]!;
  element('gateway').textContent = origin;
  show('connecting', 'connecting');

  // A new EventSource knows no last id. We do.
  const after = lastId && `?after=${encodeURIComponent(lastId)}`;
  source = new EventSource(`${origin}${streams.value}${after}`);
  source.onopen = () => show('open', 'open');

  // After a 502 an EventSource stays closed, and it would try for ever to reach
  // a gateway that is gone. The other one has the same ids: resume there.
  source.onerror = () => {
    source.close();
    current += 1;
    show('waiting', 'moving to the other gateway');
    reopening = setTimeout(open, pause);
  };

  on('snapshot', board.show.bind(board));
  on('departure', board.apply.bind(board));
  on('announcement', (update: Parameters<typeof board.announce>[0]) => {
    board.announce(update);
    if (tally.hear(update.text)) lookSoon();
  });
  // With each heartbeat a gateway says how it is: that costs no request.
  source.addEventListener('heartbeat', ({ data }) => {
    const status = data && parse(data);
    if (status) hearOfGateway(current % gateways.length, status as Status);
  });
}

/**
 * Listens for one kind of event, and remembers the id that came with it. The
 * type of its data is the gateway's promise: nothing here checks it.
 */
function on<Data>(kind: string, tell: (data: Data) => void) {
  source.addEventListener(kind, ({ data, lastEventId }) => {
    const parsed = parse(data);
    // Half an event from before a cut: its id does not count either.
    if (parsed === undefined) return;
    lastId = lastEventId;
    element('last-id').textContent = lastId;
    tell(parsed as Data);
  });
}

/** What JSON says; undefined if a browser has kept half an event from a cut. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const radios = (form: string, name: string) =>
  document.forms.namedItem(form)!.elements.namedItem(name) as RadioNodeList;
const streams = radios('streams', 'stream');
document.forms.namedItem('streams')!.onchange = open;

// ---- What the processes say about themselves ----

/** Fetches the status of a process; undefined if there is no response. */
async function fetchStatus(url: string, ms = 1_500): Promise<Status> {
  try {
    const signal = AbortSignal.timeout(ms);
    const response = await fetch(url, { signal });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

async function ask(name: string): Promise<Status> {
  const here = gateways[current % gateways.length]!;
  const at = ['gateway', 'gateway2'].indexOf(name);
  if (at < 0) {
    const status = await fetchStatus(`${here}/${name}/status`);
    showOnCard(name, status);
    if (name === 'station' && status && telling === 0)
      rates.value = String(status['rate']);
    return status;
  }
  const status = await fetchStatus(`${gateways[at] ?? here}/status`);
  hearOfGateway(at, status);
  return status;
}

/** Of which gateways we know that they reach the broker. */
const connected = [false, false];

function hearOfGateway(at: number, status: Status) {
  showOnCard(at === 0 ? 'gateway' : 'gateway2', status);
  // The broker speaks no HTTP: the gateways tell whether they reach it.
  const reaches = status?.['connected'] === true;
  if (connected[at] !== reaches) lookSoon();
  connected[at] = reaches;
  const count = connected.filter(Boolean).length;
  showOnCard('broker', count > 0 ? { connected: count } : undefined);
}

/** Whether it responds, reaches its broker, and has announced all it has. */
const isWell = (status: Status) =>
  status !== undefined &&
  status['connected'] !== false &&
  Number(status['waiting'] ?? 0) === 0 &&
  Number(status['announced'] ?? 0) <=
    Number(status['accepted'] ?? 0) + Number(status['failed'] ?? 0);

const lookSoon = startLooking(
  ['gateway', 'gateway2', 'station', 'operators'],
  ask,
  isWell,
);

// ---- The requests of the buttons ----

const rates = radios('rates', 'rate');
/** Rates that the station is being told: it may still say the one before. */
let telling = 0;
document.forms.namedItem('rates')!.onchange = async () => {
  telling += 1;
  await send('PUT', '/rate', { rate: rates.value });
  telling -= 1;
};

const ways = radios('announce', 'way');
// A click, not a change: to choose the same way again begins, too.
for (const way of ways) (way as HTMLInputElement).onclick = tally.begin;
const tag = Math.random().toString(36).slice(2, 5);
let number = 0;
(element('announce') as HTMLFormElement).onsubmit = (event) => {
  event.preventDefault();
  const button = event.submitter as HTMLButtonElement;
  const texts = Array.from(
    { length: Number(button.value) },
    () => `Notice ${tag}-${(number += 1)}: please mind the gap.`,
  );
  tally.announce(texts);
  send('POST', '/operators/announcements', { way: ways.value, texts });
};

/** Sends a request, and shows it and the response. */
async function send(method: string, path: string, body: object) {
  const here = gateways[current % gateways.length]!;
  let outcome: string;
  try {
    const response = await fetch(here + path, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const { title = '' } = text.startsWith('{') ? JSON.parse(text) : {};
    outcome = `${response.status} ${title}`;
  } catch (error) {
    outcome = `no response: ${error}`;
  }
  element('response').textContent = `${method} ${path} → ${outcome}`;
  lookSoon();
}

// ---- The state, and the log ----

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
  lookSoon();
}

// The gateway that served this page knows the other one, but not always by what
// name it was itself called: a proxy may stand before it, or `localhost`.
// Nobody else knows, so a slow network gets its time.
const first = (await fetchStatus('/status', timeoutMs)) as
  { gateways?: string[] } | undefined;
gateways = first?.gateways ?? gateways;
const own = gateways.indexOf(location.origin);
const { port } = location;
const atPort = gateways.findIndex((url) => new URL(url).port === port);
current = Math.max(0, own < 0 ? atPort : own);
gateways[current] = location.origin;
open();
