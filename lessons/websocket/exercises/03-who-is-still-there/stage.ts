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

/** What the server knows of its last client. */
export interface Client {
  /** `readyState`: 1 open, 2 closing, 3 closed. */
  state: number;
  /** Whether its connection is gone, with or without a close frame. */
  isCut: boolean;
  pongs: number;
  /** Pings since it has left. */
  late: number;
  /** Timers that were set, and will still fire. */
  timers: number;
}

const known: Client = { state: 0, isCut: false, pongs: 0, late: 0, timers: 0 };
const clock = stopClock();
let last: { client: WebSocket; socket: Socket } | undefined;

/** @returns the port; 0 where the file lacks the function */
export async function open(mine: Module, intervalMs: number) {
  const { watchPulse } = mine;
  if (typeof watchPulse !== 'function') return 0;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (client, { socket }) => {
    last = { client, socket };
    Object.assign(known, { state: 1, isCut: false, pongs: 0, late: 0 });
    const ping = client.ping.bind(client);
    client.ping = (...args: unknown[]) => {
      if (client.readyState === client.CLOSED) known.late += 1;
      (ping as (...args: unknown[]) => void)(...args);
    };
    client.on('error', () => {});
    watchPulse(client, intervalMs);
    client.on('pong', () => (known.pongs += 1));
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** So many ms pass. What is sent then has been sent when it returns. */
export async function wait(_mine: Module, ms: number): Promise<Client> {
  await clock.elapse(ms);
  await new Promise((done) => setImmediate(done));
  return look();
}

/** Waits until so many pongs have come, or it has left. */
export async function ponged(_mine: Module, pongs: number): Promise<Client> {
  const { client } = last!;
  while (known.pongs < pongs && client.readyState === client.OPEN)
    await Promise.race([once(client, 'pong'), once(client, 'close')]);
  return look();
}

/** Waits until it has left. */
export async function left(): Promise<Client> {
  const { client } = last!;
  if (client.readyState !== client.CLOSED) await once(client, 'close');
  return look();
}

function look(): Client {
  const { client, socket } = last!;
  const { readyState: state } = client;
  return { ...known, state, isCut: socket.destroyed, timers: clock.timers };
}
