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

/** A server that the check lets end. */
interface Draining {
  running: Map<ServerHttp2Stream, string>;
  drain(): Promise<unknown>;
  draining?: Promise<unknown>;
  gone: boolean;
}

const clock = stopClock({ sockets: true });
const servers: Draining[] = [];
let arrived = () => {};

/** A server whose streams end when told to; undefined without `createDrain`. */
export async function open(mine: Mine, deadline: number) {
  const createDrain = mine.createDrain ?? mine.leaver;
  if (!createDrain) return undefined;
  const server = createSecureServer({ ...(await localCertificate()) });
  const running = new Map<ServerHttp2Stream, string>();
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    const path = String(headers[':path']);
    stream.on('error', () => {});
    stream.on('close', () => running.delete(stream));
    // A page that has to be made first.
    if (path !== '/late') stream.respond({ ':status': 200 });
    running.set(stream, path);
    arrived();
  });
  const drain = createDrain({ server, deadline });
  servers.push({ running, drain, gone: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, at: servers.length - 1 };
}

/** Resolves when so many streams run. */
export async function busy(_mine: Mine, at: number, streams: number) {
  while (servers[at]!.running.size < streams)
    await new Promise<void>((resolve) => (arrived = resolve));
}

/** From here on it drains; in the same turn a stream has something to send. */
export async function goAway(mine: Mine, at: number, text: string) {
  const server = servers[at]!;
  server.draining = (async () => server.drain())();
  server.draining.then(
    () => (server.gone = true),
    () => {}, // `left` fails with it
  );
  say(mine, at, text);
}

/** What runs, and has begun to respond, sends something. */
export function say(_mine: Mine, at: number, text: string) {
  for (const [stream] of servers[at]!.running)
    if (stream.headersSent && stream.writable) stream.write(text);
}

/** What runs at this path comes to its end. */
export function finish(_mine: Mine, at: number, path: string, text: string) {
  for (const [stream, each] of servers[at]!.running) {
    if (each !== path) continue;
    if (!stream.headersSent) stream.respond({ ':status': 200 });
    stream.end(text);
  }
}

/** So many ms pass. */
export const pass = (_mine: Mine, ms: number) => clock.elapse(ms);

/** Whether the promise has resolved. */
export const hasLeft = (_mine: Mine, at: number) => servers[at]!.gone;

/** Resolves when the server has ended. */
export async function left(_mine: Mine, at: number) {
  await servers[at]!.draining;
}

const kept = new Map<string, () => ClientHttp2Session>();
const alive = new Set<ClientHttp2Session>();
const seen = new WeakSet<ClientHttp2Session>();
let latest: ClientHttp2Session | undefined;
let events: string[] = [];
let happened = () => {};

/** Sends requests, at the same moment, over what the learner's function gives. */
export async function request(mine: Mine, origin: string, ...paths: string[]) {
  const keepConnection = mine.keepConnection ?? mine.keeper;
  if (!keepConnection) return undefined;
  const next = kept.get(origin) ?? keepConnection(origin);
  kept.set(origin, next);
  return Promise.all(paths.map((path) => send(next(), path)));
}

async function send(session: ClientHttp2Session, path: string) {
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
  if (session !== latest) events = [];
  latest = session;
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

/** Resolves when no more than so many connections are left. */
export async function openAtMost(_mine: Mine, most: number) {
  while (alive.size > most)
    await new Promise<void>((resolve) => (happened = resolve));
  await turn();
}
