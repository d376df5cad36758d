/** The page of the lesson: one connection, on which both sides send. */
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import { Connection } from './connection.ts';
import { read, type Message } from './incoming.ts';
import { getTicket, startPermission } from './permission.ts';
import { startTracks } from './tracks.ts';

const element = (id: string) => document.getElementById(id)!;
const button = (id: string) => element(id) as HTMLButtonElement;
const board = document.querySelector<DeparturesBoard>('departures-board')!;

// ---- The connection ----

// A page that came over TLS may not open a connection without it.
const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
let lastId = '';
let entersByTicket = false;
let ticket = '';
let opened = 0;
let unknown = 0;
let closes: string[] = [];

function urlWith(given: string) {
  const query = new URLSearchParams({ after: lastId });
  if (given) query.set('ticket', given);
  ticket = '';
  return `${scheme}://${location.host}/track?${query}`;
}

const connection = new Connection({
  // A page can add no header: what the server must know goes into the URL. A
  // ticket is good for one handshake only, so each new one needs a fresh one.
  url: () =>
    entersByTicket && !ticket ? getTicket().then(urlWith) : urlWith(ticket),
  onMessage(data) {
    if (typeof data !== 'string') return tracks.show(data);
    // What is unknown is left out, and counted: it may be of a newer server.
    const message = read(data);
    if (message) return receive(message);
    element('not-understood').textContent = `${(unknown += 1)} messages`;
    log('not understood', '', data.slice(0, 200));
  },
  onState(state, why) {
    const words = { waiting: 'waiting to try again', closed: 'closed' };
    const text = state in words ? words[state as keyof typeof words] : state;
    element('state').dataset['state'] = state;
    element('state').textContent = text;
    log(state, '', why);
    const isOpen = state === 'open';
    if (isOpen) {
      element('opened').textContent = String((opened += 1));
      element('protocol').textContent = why;
    }
    if (state in words) {
      closes = [why.trim(), ...closes.slice(0, 11)];
      element('closed').textContent = closes.join(' · ');
    }
    button('open').disabled = state !== 'closed';
    button('close').disabled = state === 'closed';
    // Before it is open there is nothing to send with.
    button('announce').disabled = !isOpen;
    button('report').disabled = !isOpen || departures.length === 0;
    if (!isOpen) tracks.disable();
    if (!isOpen) permission.forget();
    // Nothing else would say why, if nobody has pressed *Close*.
    const isOurs = why.includes('the page has enough');
    if (state === 'closed' && !isOurs) tell(`This page stays away: ${why}`);
  },
});

// ---- What the server sends ----

let departures: Departure[] = [];

function receive(message: Message) {
  if (message.kind === 'hello') {
    element('role').textContent = message.staff ? 'staff' : 'a passenger';
    if (telling === 0) rates.value = message.rate;
    return log('hello', '', '');
  }
  if (message.kind === 'expires' || message.kind === 'renewed') {
    const seconds = message.inMs / 1_000;
    permission.expires(message.inMs);
    if (message.kind === 'renewed') tell(`Renewed: ${seconds} s from now.`);
    return log(message.kind, '', `in ${seconds} s`);
  }
  if (message.kind === 'refused') {
    tell(`Refused: ${message.of}, ${message.why}`);
    return log('refused', '', `${message.of}: ${message.why}`);
  }
  if (message.kind === 'error') {
    tell(message.message);
    return log('error', '', message.message);
  }
  if (message.kind === 'pong') return;
  const { id, kind, data } = message;
  if (kind === 'snapshot') {
    board.show(data);
    departures = data.departures;
    button('report').disabled = false;
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

// ---- What we send ----

function tell(words: string) {
  element('result').textContent = words;
}

function send(message: object) {
  const text = JSON.stringify(message);
  const isSent = connection.send(text);
  tell(`${isSent ? 'Sent' : 'Not sent'}: ${text}`);
  return isSent;
}

const permission = startPermission({ send, tell });

const tracks = startTracks(element('tracks'), (bytes) => {
  connection.send(bytes);
});

element('report').onclick = () => {
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
  if (send({ kind: 'announce', text: field.value })) field.value = '';
};

// What was passed to `send`, and still waits in the browser.
setInterval(() => {
  const bytes = connection.buffered.toLocaleString('en');
  element('buffered').textContent = `${bytes} bytes`;
}, 200);

// ---- Close and open, and what needs a request ----

element('close').onclick = () => {
  entersByTicket = false;
  connection.close();
};
element('open').onclick = () => connection.open();

// An HTTP response sets a cookie. The browser adds it to the next handshake.
element('sign-in').onclick = () =>
  enter(async () => {
    const response = await fetch('/sign-in', { method: 'POST' });
    if (!response.ok) {
      throw new Error(`POST /sign-in: got status code ${response.status}`);
    }
    entersByTicket = false;
  });

// A ticket is the body of a response: it goes into the next handshake's URL.
element('use-ticket').onclick = () =>
  enter(async () => {
    ticket = await getTicket();
    entersByTicket = true;
  });

/** Gets the right to do more, and opens a new connection with it. */
async function enter(get: () => Promise<void>) {
  try {
    await get();
  } catch (error) {
    return tell((error as Error).message);
  }
  connection.close();
  connection.open();
}

const rates = document.forms
  .namedItem('rates')!
  .elements.namedItem('rate') as unknown as RadioNodeList;
/** Rates that the server is being told: it may still say the one before. */
let telling = 0;
document.forms.namedItem('rates')!.onchange = () => {
  telling += 1;
  return fetch('/rate', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ rate: rates.value }),
  }).finally(() => (telling -= 1));
};

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

connection.open();
