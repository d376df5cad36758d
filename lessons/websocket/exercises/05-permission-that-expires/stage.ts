/**
 * In the learner's process: a server whose clock the check moves, the tickets,
 * and what it knows of its clients.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import type { converse, Permission } from './solution.ts';

interface Module {
  converse?: typeof converse;
}

/** What the server knows of a client. */
export interface Client {
  /** `readyState`: 1 open, 2 closing, 3 closed. */
  state: number;
  /** Messages that have come. */
  heard: number;
  /** What was carried out, as JSON. */
  done: string[];
}

const clock = stopClock();
const tickets = new Map<string, Permission>();
const all: (Omit<Client, 'state'> & {
  client: WebSocket;
  /** Called when something has come of it, or it has left. */
  tell: () => void;
})[] = [];
const hour = 3_600_000; // ms
/** So many times in an hour may timers be called, if weeks pass. */
const most = 100;

/** @returns the port; 0 where the file lacks the function */
export async function open(mine: Module) {
  const start = mine.converse;
  if (typeof start !== 'function') return 0;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (client, { url }) => {
    const { searchParams } = new URL(url!, 'ws://board');
    const user = searchParams.get('user');
    const one: (typeof all)[number] = {
      client,
      heard: 0,
      done: [],
      tell: () => {},
    };
    all.push(one);
    client.on('error', () => {});
    // Not as a listener: the file may remove all listeners.
    const emit = client.emit.bind(client);
    client.emit = (event: string, ...args: unknown[]) => {
      const isHeard = emit(event, ...args);
      if (event === 'message') one.heard += 1;
      one.tell();
      return isHeard;
    };
    start(client, {
      permission:
        user === null
          ? undefined
          : { user, ms: Number(searchParams.get('ms')) },
      graceMs: Number(searchParams.get('grace')),
      take,
      carryOut: (message) => one.done.push(JSON.stringify(message)),
    });
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function take(ticket: unknown) {
  const found = tickets.get(ticket as string);
  tickets.delete(ticket as string);
  return found && { ...found };
}

/** Gives a ticket out. */
export function give(_mine: Module, ticket: string, permission: Permission) {
  tickets.set(ticket, permission);
}

/**
 * So many ms pass, for all clients. Code that looks at a clock all the time
 * would take minutes for weeks: after the first hour it looks every hour.
 */
export async function wait(_mine: Module, ms: number): Promise<void> {
  let called = 0;
  for (let rest = ms; rest > 0; rest -= hour) {
    const piece = Math.min(rest, hour);
    if (called < most) called = await clock.elapse(piece);
    else await clock.sleep(piece);
    await nextTurn();
  }
}

/** Waits until so many messages have come of a client, or it has left. */
export async function came(
  _mine: Module,
  which: number,
  heard: number,
): Promise<Client> {
  const one = all[which]!;
  const isOpen = () => one.client.readyState < one.client.CLOSED;
  while (isOpen() && one.heard < heard)
    await new Promise<void>((done) => (one.tell = done));
  await nextTurn();
  const { client, done } = one;
  return { state: client.readyState, heard: one.heard, done };
}

/** Waits until a client has left. */
export async function left(_mine: Module, which: number): Promise<void> {
  const one = all[which]!;
  while (one.client.readyState < one.client.CLOSED)
    await new Promise<void>((done) => (one.tell = done));
  await nextTurn();
}

/** Timers that will still fire, of all clients together. */
export const timers = () => clock.timers;

const nextTurn = () => new Promise((done) => setImmediate(done));
