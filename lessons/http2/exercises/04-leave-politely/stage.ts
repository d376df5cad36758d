/**
 * In the learner's process: a server that leaves, a client that asks, and a
 * clock that moves when we say so.
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
import type { Leaving } from './exercise.ts';

type Mine = {
  leaver?(leaving: Leaving): () => Promise<unknown>;
  keeper?(origin: string): () => ClientHttp2Session;
};

const clock = stopClock();
const running = new Set<ServerHttp2Stream>();
let leave: () => Promise<unknown>;
let leaving: Promise<unknown> | undefined;
let gone = false;
let arrived = () => {};

/** A server whose streams end when told to; undefined without a `leaver`. */
export async function open({ leaver }: Mine, deadline: number) {
  if (!leaver) return undefined;
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
  leave = leaver({ server, deadline });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Resolves when so many streams run. */
export async function busy(_mine: Mine, streams: number) {
  while (running.size < streams)
    await new Promise<void>((resolve) => (arrived = resolve));
}

/** From here on it leaves; in the same turn a stream has something to say. */
export async function goAway(_mine: Mine, text: string) {
  leaving = (async () => leave())();
  leaving.then(
    () => (gone = true),
    () => {}, // told by `left`
  );
  for (const stream of running) stream.write(text);
}

/** What runs comes to its end. */
export function finish(_mine: Mine, text: string) {
  for (const stream of running) stream.end(text);
}

/** So many ms pass. */
export const pass = (_mine: Mine, ms: number) => clock.elapse(ms);

/** Whether it says that it has left. */
export const hasLeft = () => gone;

/** Resolves when it has left. */
export async function left() {
  await leaving;
}

const keepers = new Map<string, () => ClientHttp2Session>();
const alive = new Set<ClientHttp2Session>();
const seen = new WeakSet<ClientHttp2Session>();
let latest: ClientHttp2Session | undefined;
let events: string[] = [];
let happened = () => {};

/** Asks, by the connection that the learner's keeper has. */
export async function ask({ keeper }: Mine, origin: string, path: string) {
  if (!keeper) return undefined;
  const next = keepers.get(origin) ?? keeper(origin);
  keepers.set(origin, next);
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

/** Resolves when the keeper's newest connection has had this event. */
export async function had(_mine: Mine, name: string) {
  while (!events.includes(name))
    await new Promise<void>((resolve) => (happened = resolve));
  events = [];
  await turn();
}

/** Resolves when all connections but the keeper's newest have closed. */
export async function oldOnesClosed(_mine: Mine) {
  while ([...alive].some((session) => session !== latest))
    await new Promise<void>((resolve) => (happened = resolve));
  await turn();
}
