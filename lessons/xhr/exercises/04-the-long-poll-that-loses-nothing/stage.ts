/**
 * In the learner's process: which requests came and had a response, a feed that
 * moves when told, and a clock that the check moves.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  createFeed,
  type Feed,
  type Update,
} from '@on-the-wire/shared/board/feed.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';

/** What has come of it, so far. */
export interface State {
  made: Update[];
  /** What a listener of the feed threw. */
  thrown?: string;
  /** Of the requests 1, 2, 3 …: those that had a response, and a second one. */
  responded: number[];
  twice: number[];
}

/** What would be left behind. */
export interface Left {
  /** Listeners of the feed, and of all open connections. */
  feed: number;
  connection: number;
  timers: number;
}

/** ms: so often may one look whether there is news. */
const glance = 50;

const clock = stopClock({ sockets: true });
const requests = { count: 0, wake: () => {} };
const heads = new Map<number, number>();
const sockets = new Set<Socket>();
let feed: Feed;
let history = 1000;

// Nobody can clear these: Node forgets them with their signals.
let signals = 0;
const { timeout } = AbortSignal;
AbortSignal.timeout = (ms) => {
  const signal = timeout(ms);
  signals += 1;
  signal.addEventListener('abort', () => (signals -= 1), { once: true });
  return signal;
};

// Node itself says when a request is handed to a server.
subscribe('http.server.request.start', (message) => {
  const { response, socket } = message as {
    response: ServerResponse;
    socket: Socket;
  };
  const n = (requests.count += 1);
  if (!sockets.has(socket)) socket.once('close', () => forget(socket));
  sockets.add(socket);
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (...args: unknown[]) => {
    const count = (heads.get(n) ?? 0) + 1;
    heads.set(n, count);
    // It would throw, or end the process; so it is only noted.
    if (count > 1) response.end = () => response;
    if (count > 1) return response;
    return (writeHead as (...all: unknown[]) => ServerResponse)(...args);
  };
  requests.wake();
});

/** Node clears the idle timeout of a socket that is gone, but not on our clock. */
function forget(socket: Socket) {
  sockets.delete(socket);
  for (const symbol of Object.getOwnPropertySymbols(socket))
    if (symbol.description === 'timeout')
      clearTimeout(Reflect.get(socket, symbol) as NodeJS.Timeout);
}

/** The next server has a feed that keeps so many updates. */
export function keep(_mine: object, updates: number) {
  history = updates;
}

export function options() {
  feed = createFeed({ rate: 'night', history });
  feed.close(); // It moves when told.
  feed.on('update', () => {}); // Somebody else listens, too.
  return { feed };
}

/** The board as it is now. */
export const snapshot = () => feed.snapshot();

/** Resolves when so many have come, and the last has been handled. */
export async function requestsAre(_mine: object, count: number) {
  while (requests.count < count)
    await new Promise<void>((done) => (requests.wake = done));
  await turns();
}

/** Makes updates, in one go; says which error its listeners threw. */
export async function happen(_mine: object, count: number): Promise<State> {
  const made: Update[] = [];
  try {
    for (let each = 0; each < count; each += 1) made.push(feed.next());
  } catch (error) {
    return { ...state(made), thrown: String((error as Error).stack) };
  }
  await pass(_mine, glance);
  return state(made);
}

/**
 * One update, and so many more, which another listener of the feed makes when it
 * hears of the first: it listens before all others, or after them.
 */
export async function lead(
  _mine: object,
  place: 'before' | 'after',
  count: number,
): Promise<State> {
  const { emit } = feed;
  // Node goes on to call who was removed while it emits. That a removed listener
  // must expect it is another lesson than this one.
  feed.emit = ((event: 'update', update: Update) => {
    for (const listener of feed.rawListeners(event))
      if (feed.rawListeners(event).includes(listener))
        listener.call(feed, update);
    return true;
  }) as typeof emit;
  const more: Update[] = [];
  const makeMore = () => {
    feed.off('update', makeMore);
    for (let each = 0; each < count; each += 1) more.push(feed.next());
  };
  if (place === 'before') feed.prependListener('update', makeMore);
  else feed.on('update', makeMore);
  const made = await happen(_mine, 1);
  feed.emit = emit;
  return { ...made, made: [...made.made, ...more] };
}

/** One update after the other, as at rush hour. */
export async function rush(_mine: object, count: number): Promise<State> {
  const made: Update[] = [];
  for (let each = 0; each < count; each += 1) {
    made.push(feed.next());
    await pass(_mine, 20);
  }
  return state(made);
}

/** So many ms pass. */
export async function pass(_mine: object, ms: number): Promise<State> {
  await clock.elapse(ms).catch(crash);
  await turns();
  return state([]);
}

/** What a timer's callback throws ends a process of Node. */
function crash(error: unknown) {
  setImmediate(() => {
    throw error;
  });
}

/** An update, and a ms that passes, in one turn of the event loop. */
export async function atOnce(_mine: object, first: 'update' | 'time') {
  if (first === 'time') clock.pass(1);
  const made = [feed.next()];
  if (first === 'update') clock.pass(1);
  await pass(_mine, glance);
  return state(made);
}

export function left(): Left {
  const open = [...sockets];
  const listeners = (of: Feed | Socket) =>
    (of as Socket)
      .eventNames()
      .reduce((sum, name) => sum + (of as Socket).listenerCount(name), 0);
  return {
    feed: listeners(feed),
    connection: open.reduce((sum, socket) => sum + listeners(socket), 0),
    timers: clock.timers - signals,
  };
}

function state(made: Update[]): State {
  const all = [...heads];
  return {
    made,
    responded: all.map(([n]) => n),
    twice: all.filter(([, count]) => count > 1).map(([n]) => n),
  };
}

async function turns() {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}
