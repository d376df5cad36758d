/**
 * In the learner's process: a server that ends, a client that sends requests,
 * and a clock that moves when we say so.
 */
import { once } from 'node:events';
import {
  createSecureServer,
  type ClientHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';
import type { DrainOptions } from './exercise.ts';

type Drain = (options: DrainOptions) => () => Promise<unknown>;
type Keep = (origin: string) => () => ClientHttp2Session;
type Mine = {
  createDrain?: Drain;
  keepConnection?: Keep;
  /** As they were called at first. */
  leaver?: Drain;
  keeper?: Keep;
};

const clock = stopClock();
const running = new Set<ServerHttp2Stream>();
let drain: () => Promise<unknown>;
let draining: Promise<unknown> | undefined;
let gone = false;
let arrived = () => {};

/** A server whose streams end when told to; undefined without `createDrain`. */
export async function open(mine: Mine, deadline: number) {
  const createDrain = mine.createDrain ?? mine.leaver;
  if (!createDrain) return undefined;
  const server = createSecureServer({ ...(await localCertificate()) });
  server.on('sessionError', () => {});
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.on('close', () => running.delete(stream));
    stream.respond({ ':status': 200 });
    running.add(stream);
    arrived();
  });
  gone = false;
  drain = createDrain({ server, deadline });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Resolves when so many streams run. */
export async function busy(_mine: Mine, streams: number) {
  while (running.size < streams)
    await new Promise<void>((resolve) => (arrived = resolve));
}

/** From here on it drains; in the same turn a stream has something to send. */
export async function goAway(_mine: Mine, text: string) {
  draining = (async () => drain())();
  draining.then(
    () => (gone = true),
    () => {}, // `left` fails with it
  );
  for (const stream of running) stream.write(text);
}

/** What runs comes to its end. */
export function finish(_mine: Mine, text: string) {
  for (const stream of running) stream.end(text);
}

/** So many ms pass. */
export const pass = (_mine: Mine, ms: number) => clock.elapse(ms);

/** Whether the promise has resolved. */
export const hasLeft = () => gone;

/** Resolves when the server has ended. */
export async function left() {
  await draining;
}

const kept = new Map<string, () => ClientHttp2Session>();
const alive = new Set<ClientHttp2Session>();
const seen = new WeakSet<ClientHttp2Session>();
let latest: ClientHttp2Session | undefined;
let events: string[] = [];
let happened = () => {};

/** Sends a request over the connection that the learner's function gives. */
export async function request(mine: Mine, origin: string, path: string) {
  const keepConnection = mine.keepConnection ?? mine.keeper;
  if (!keepConnection) return undefined;
  const next = kept.get(origin) ?? keepConnection(origin);
  kept.set(origin, next);
  const session = next();
  latest = session;
  if (!seen.has(session)) {
    seen.add(session);
    alive.add(session);
    session.on('close', () => alive.delete(session));
    for (const name of ['goaway', 'close'])
      session.on(name, () => {
        // An older one may still be about to close.
        if (session === latest) events.push(name);
        happened();
      });
  }
  return new Promise<string>((resolve) => {
    let text = '';
    const fails = (error: Error) => resolve(`failed: ${error.message}`);
    try {
      const stream = session.request({ ':path': path });
      stream.setEncoding('utf8').on('data', (piece) => (text += piece));
      stream.on('error', fails);
      stream.on('close', () =>
        stream.rstCode === 0
          ? resolve(text)
          : fails(new Error(`the stream ended with code ${stream.rstCode}`)),
      );
    } catch (error) {
      fails(error as Error);
    }
  });
}

/** Resolves when the newest connection has had this event. */
export async function had(_mine: Mine, name: string) {
  while (!events.includes(name))
    await new Promise<void>((resolve) => (happened = resolve));
  events = [];
  await turn();
}

/** Resolves when all connections but the newest have closed. */
export async function oldOnesClosed(_mine: Mine) {
  while ([...alive].some((session) => session !== latest))
    await new Promise<void>((resolve) => (happened = resolve));
  await turn();
}
