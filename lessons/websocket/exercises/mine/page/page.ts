/** The lesson's page, with the connection of the third and fourth exercise. */
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import type { Departure, News } from '@on-the-wire/shared/board/update.ts';
// For a browser `..` above the root is the root.
import type * as third from '../../03-who-is-still-there/solution.ts';
import type * as fourth from '../../04-come-back-not-all-at-once/solution.ts';

/** Of the lesson's own page, which is served at the root, too. */
const ofLesson: string = '/permission.ts';
const { getTicket, startPermission } = (await import(
  ofLesson
)) as typeof import('../../../page/permission.ts');

const element = (id: string) => document.getElementById(id)!;
const button = (id: string) => element(id) as HTMLButtonElement;
const board = document.querySelector<DeparturesBoard>('departures-board')!;

type Message =
  | News
  | { kind: 'hello'; staff: boolean; rate: string }
  | { kind: 'error'; message: string; ack?: string }
  | { kind: 'done'; ack: string }
  | { kind: 'expires'; inMs: number }
  | { kind: 'renewed'; inMs: number }
  | { kind: 'refused'; of: string; why: string }
  | { kind: 'pong' };

/** For the third exercise; the last two have the names of an early build. */
const times = {
  intervalMs: 10_000,
  timeoutMs: 5_000,
  pause: 10_000,
  patience: 5_000,
};

// No exercise has tracks, a subprotocol or a check of what comes.
element('tracks').closest('section')!.remove();
for (const id of ['protocol', 'buffered', 'not-understood']) {
  element(id).hidden = true;
  element(id).previousElementSibling!.toggleAttribute('hidden', true);
}

let lastId = '';
let ticket = ''; // for the next handshake: it is good for one
let opened = 0;
let watchServer: typeof third.watchServer | undefined;
let closeCurrent = () => {};
let sendOnCurrent = (_text: string) => {};
let newest = 0; // number of the last one that was opened, or closed by us
let departures: Departure[] = [];

/**
 * What `new WebSocket` is in the fourth exercise. It has the last id in its
 * URL, shows what the server sends, and has the third exercise watch it.
 */
class Watched extends WebSocket {
  constructor(url: string | URL) {
    const query = new URLSearchParams({ after: lastId });
    const hasTicket = ticket !== '';
    if (hasTicket) query.set('ticket', ticket);
    ticket = '';
    super(`${url}?${query}`);
    const own = (newest += 1);
    closeCurrent = () => this.close();
    sendOnCurrent = (text) => this.send(text);
    show('connecting', 'connecting');
    let isOver = false;
    let toldLater: CloseEvent | undefined;
    const end = (event: Event) => {
      if (event === toldLater) return undefined;
      // Given up first, and closed later: it ends only once.
      if (isOver) return event.stopImmediatePropagation();
      isOver = true;
      const { code, reason, wasClean } = event as CloseEvent;
      element('closed').textContent = String(code);
      // Closed by the page, or followed by another: it shows nothing more.
      if (own === newest) show('waiting', 'waiting to try again');
      permission.forget();
      if (!hasTicket || own !== newest) return undefined;
      // The exercise hears of it when there is a ticket for its next handshake.
      event.stopImmediatePropagation();
      toldLater = new CloseEvent('close', { code, reason, wasClean });
      void fetchTicket().then(() => this.dispatchEvent(toldLater!));
      return undefined;
    };
    this.addEventListener('close', end);
    this.addEventListener('message', ({ data }) =>
      receive(JSON.parse(String(data)) as Message),
    );
    this.addEventListener('open', () => {
      element('opened').textContent = String((opened += 1));
      show('open', 'open');
      const lost = () =>
        this.dispatchEvent(new CloseEvent('close', { code: 1006 }));
      watchServer?.(this, { ...times, lost });
    });
  }
}
globalThis.WebSocket = Watched;

const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
const url = `${scheme}://${location.host}/track`;
/** The fourth exercise; a learner's file may have the name of an early build. */
let connection: Omit<ReturnType<typeof fourth.connect>, 'send'> & {
  send?(text: string): void;
  say?(text: string): void;
};

async function open() {
  try {
    // Imported here: what is wrong with your files is shown in the page.
    const [three, four] = await Promise.all([
      exportsOf<typeof third>('03-who-is-still-there'),
      exportsOf<typeof fourth>('04-come-back-not-all-at-once'),
    ]);
    if (!three.watchServer || !four.connect) {
      const [name, lacks] = three.watchServer
        ? ['4', 'connect']
        : ['3', 'watchServer'];
      throw new Error(`websocket/${name} exports no function ${lacks}`);
    }
    ({ watchServer } = three);
    connectWith(four.connect);
  } catch (error) {
    show('closed', `your file cannot run: ${String(error)}`);
  }
}

/** What a page's exercise exports; there may be less than it should. */
async function exportsOf<T>(name: string) {
  return (await import(`/${name}/solution.ts`)) as Partial<T>;
}

function connectWith(connect: typeof fourth.connect) {
  connection = connect({ url, first: 500, longest: 15_000, steady: 5_000 });
}

function close() {
  newest += 1;
  connection.close();
  show('closed', 'closed by this page');
}

function receive(message: Message) {
  if (message.kind === 'pong') return;
  if (message.kind === 'hello') {
    element('role').textContent = message.staff ? 'staff' : 'a passenger';
    rates.value = message.rate;
    return log('hello', '', '');
  }
  if (message.kind === 'done') return log('done', message.ack, '');
  if (message.kind === 'expires' || message.kind === 'renewed') {
    permission.expires(message.inMs);
    return log(message.kind, '', `in ${message.inMs / 1_000} s`);
  }
  if (message.kind === 'refused') {
    element('result').textContent = `Refused: ${message.of}, ${message.why}`;
    return log('refused', '', `${message.of}: ${message.why}`);
  }
  if (message.kind === 'error') {
    element('result').textContent = message.message;
    return log('error', '', message.message);
  }
  const { id, kind, data } = message;
  if (kind === 'snapshot') {
    board.show(data);
    departures = data.departures;
  } else if (kind === 'departure') {
    board.apply(data);
    departures = departures.map((departure) =>
      [data.train, data.replaces].includes(departure.train) ? data : departure,
    );
  } else board.announce(data);
  lastId = id;
  element('last-id').textContent = id;
  log(kind, id, JSON.stringify(data));
}

// For this connection only: on another one the ticket would be used already.
const permission = startPermission({
  send: (message) => sendOnCurrent(JSON.stringify(message)),
  tell: (words) => (element('result').textContent = words),
});

// ---- What we send: carried out once, whatever happens to the connection ----

function send(message: object) {
  const text = JSON.stringify(message);
  if (connection.send) connection.send(text);
  else connection.say?.(text);
  element('result').textContent = `Sent: ${text}`;
}

button('report').onclick = () => {
  const next = departures
    .filter(({ status }) => status === 'scheduled' || status === 'boarding')
    .sort((a, b) => a.due.localeCompare(b.due))
    .at(0);
  if (next) send({ kind: 'delay', train: next.train, minutes: 5 });
};

const announcement = document.forms.namedItem('announcement')!;
announcement.onsubmit = (event) => {
  event.preventDefault();
  const field = announcement.elements.namedItem('text') as HTMLInputElement;
  send({ kind: 'announce', text: field.value });
  field.value = '';
};

// ---- Close and open, and what needs a request ----

button('close').onclick = close;
button('open').onclick = () => void open();
button('sign-in').onclick = async () => {
  const response = await fetch('/sign-in', { method: 'POST' });
  element('result').textContent = `POST /sign-in → ${response.status}`;
  // The cookie goes with the next handshake. What waits to be sent goes on it.
  closeCurrent();
};

// A page cannot wait for a ticket while it reconnects: it gets one before.
async function fetchTicket() {
  try {
    ticket = await getTicket();
  } catch (error) {
    element('result').textContent = String(error);
  }
}
button('use-ticket').onclick = async () => {
  await fetchTicket();
  closeCurrent();
};

const rates = document.forms
  .namedItem('rates')!
  .elements.namedItem('rate') as unknown as RadioNodeList;
document.forms.namedItem('rates')!.onchange = () =>
  fetch('/rate', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ rate: rates.value }),
  });

function show(state: string, text: string) {
  element('state').dataset['state'] = state;
  element('state').textContent = text;
  button('open').disabled = state !== 'closed';
  button('close').disabled = state === 'closed';
  // What is passed on after Close would never be sent.
  for (const id of ['report', 'announce'])
    button(id).disabled = state === 'closed';
}

/** Adds a line to the log, newest first, and keeps a hundred. */
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

void open();
