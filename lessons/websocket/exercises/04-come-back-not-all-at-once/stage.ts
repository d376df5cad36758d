/**
 * In the learner's process: many clients, a clock that the check moves, and a
 * note of each attempt to connect.
 */
import { stopClock } from '@on-the-wire/system/clock.ts';

interface Connection {
  send?(text: string): void;
  /** What an early build called `send`. */
  say?(text: string): void;
  close(): void;
}

interface Module {
  connect?(options: object): Connection;
}

interface Client {
  mine?: Connection;
  socket?: WebSocket;
  attempts: number;
  /** Messages that have come. */
  heard: number;
  /** By our clock. */
  closedAt: number;
  wait: number;
}

/** What a client did while time passed. */
export interface Tried {
  attempts: number;
  /** How long it waited for the last of them, in ms. */
  wait: number | undefined;
}

const clock = stopClock(); // time passes in `pass` only
let clients: Client[] = [];
let base = ''; // the URL of those that count: others have been left
let again: Promise<Module> | undefined;
const Real = globalThis.WebSocket;
/**
 * Whose close event has come. The state of one that was closed while it was
 * connecting says CLOSING for ever, in Node 26.
 */
const gone = new WeakSet<WebSocket>();

/** Notes which client tries when. */
class Noted extends Real {
  constructor(...args: ConstructorParameters<typeof Real>) {
    super(...args);
    const name = new URL(this.url).searchParams.get('client');
    const client = clients[Number(name)];
    if (!client || !this.url.startsWith(base)) return;
    client.socket = this;
    client.attempts += 1;
    client.wait = clock.now - client.closedAt;
    this.addEventListener('message', () => (client.heard += 1));
    this.addEventListener('close', () => {
      client.closedAt = clock.now;
      gone.add(this);
    });
  }
}

/**
 * So many clients connect.
 *
 * @param texts what each of them sends at once, before anything is open
 * @param file the learner's: every other client then is of a second page,
 *   which has loaded the file once more
 * @returns 'missing', or what was thrown
 */
export async function start(
  mine: Module,
  url: string,
  count: number,
  options: object,
  texts: string[] = [],
  file?: string,
) {
  if (typeof mine.connect !== 'function') return 'missing';
  const pages = [mine];
  if (file !== undefined)
    pages.push(await (again ??= import(`${file}?again`) as Promise<Module>));
  globalThis.WebSocket = Noted;
  for (const client of clients) client.mine?.close();
  base = url;
  clients = Array.from({ length: count }, () => ({
    attempts: 0,
    heard: 0,
    closedAt: 0,
    wait: 0,
  }));
  for (const [index, client] of clients.entries()) {
    const { connect } = pages[index % pages.length]!;
    client.mine = connect!({ ...options, url: `${url}?client=${index}` });
  }
  return send({}, texts);
}

/** Each of them sends this. Returns what was thrown. */
export function send(_mine: Module, texts: string[]) {
  try {
    for (const [index, { mine }] of clients.entries())
      for (const text of texts) {
        const own = text.replace('<client>', String(index));
        if (mine!.send) mine!.send(own);
        else mine!.say!(own);
      }
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  return '';
}

/** Waits until all have this state: the connection is open, or is gone. */
export async function settled(_mine: Module, state: 'open' | 'gone') {
  for (const { socket } of clients) {
    const isOpen = () => socket!.readyState === Real.OPEN;
    while (state === 'open' ? !isOpen() : !gone.has(socket!)) {
      if (gone.has(socket!)) return 'gone';
      await new Promise((done) => {
        for (const name of ['open', 'close'])
          socket!.addEventListener(name, done, { once: true });
      });
    }
  }
  // Others that listen to the same event have been called, too.
  await new Promise((done) => setImmediate(done));
  return state;
}

/** Waits until each has heard so many messages. */
export async function heard(_mine: Module, count: number) {
  for (const client of clients)
    while (client.heard < count)
      await new Promise((done) =>
        client.socket!.addEventListener('message', done, { once: true }),
      );
  await new Promise((done) => setImmediate(done));
}

/** So many ms pass. Returns what each of them did meanwhile. */
export async function pass(_mine: Module, ms: number): Promise<Tried[]> {
  const before = clients.map(({ attempts }) => attempts);
  await clock.elapse(ms);
  await new Promise((done) => setImmediate(done));
  return clients.map(({ attempts, wait }, index) => {
    const made = attempts - before[index]!;
    return { attempts: made, wait: made > 0 ? wait : undefined };
  });
}

/** All of them close. */
export function leave() {
  for (const { mine } of clients) mine!.close();
}
