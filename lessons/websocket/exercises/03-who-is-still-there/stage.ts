/**
 * In the learner's process: a server whose clock the check moves, and what it
 * knows of its clients.
 */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { WebSocketServer, type WebSocket } from 'ws';

interface Module {
  watchPulse?(client: WebSocket, intervalMs: number): void;
}

/** What the server knows of a client. */
export interface Client {
  /** `readyState`: 1 open, 2 closing, 3 closed. */
  state: number;
  /** Whether its connection is gone, with or without a close frame. */
  isCut: boolean;
  /** When it was pinged, in ms since it came. */
  pings: number[];
  pongs: number;
  /** Messages and pings that it sent. */
  others: number;
  /** Pings since it has left. */
  late: number;
  /** Timers that were set for any client, and will still fire. */
  timers: number;
}

type Noted = Omit<Client, 'state' | 'isCut' | 'timers'> & {
  client: WebSocket;
  socket: Socket;
  /** Called when something has come of it, or it has left. */
  tell: () => void;
};

const clock = stopClock();
const all: Noted[] = [];

/** @returns the port; 0 where the file lacks the function */
export async function open(mine: Module) {
  const { watchPulse } = mine;
  if (typeof watchPulse !== 'function') return 0;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (client, { socket, url }) => {
    const begun = clock.now;
    const one: Noted = {
      client,
      socket,
      pings: [],
      pongs: 0,
      others: 0,
      late: 0,
      tell: () => {},
    };
    all.push(one);
    const ping = client.ping.bind(client) as (...args: unknown[]) => void;
    client.ping = (...args: unknown[]) => {
      one.pings.push(clock.now - begun);
      if (client.readyState === client.CLOSED) one.late += 1;
      ping(...args);
    };
    client.on('error', () => {});
    watchPulse(client, Number(url!.slice(1)));
    client.on('pong', () => (one.pongs += 1));
    for (const event of ['message', 'ping'])
      client.on(event, () => (one.others += 1));
    for (const event of ['pong', 'message', 'ping', 'close'])
      client.on(event, () => one.tell());
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** So many ms pass. What is sent then has been sent when it returns. */
export async function wait(_mine: Module, ms: number): Promise<Client[]> {
  await clock.elapse(ms);
  await new Promise((done) => setImmediate(done));
  return look();
}

/** Waits until so much has come of a client, or it has left. */
export async function came(
  _mine: Module,
  which: number,
  what: Partial<Pick<Client, 'pongs' | 'others'>>,
): Promise<Client[]> {
  const one = all[which]!;
  const { pongs = 0, others = 0 } = what;
  const isOpen = () => one.client.readyState < one.client.CLOSED;
  while (isOpen() && (one.pongs < pongs || one.others < others))
    await new Promise<void>((done) => (one.tell = done));
  return look();
}

/** Waits until a client has left. */
export async function left(_mine: Module, which: number): Promise<Client[]> {
  const { client } = all[which]!;
  if (client.readyState !== client.CLOSED) await once(client, 'close');
  await new Promise((done) => setImmediate(done));
  return look();
}

export function look(): Client[] {
  return all.map(({ client, socket, tell: _tell, ...known }) => ({
    ...known,
    state: client.readyState,
    isCut: socket.destroyed,
    timers: clock.timers,
  }));
}
