/**
 * In the learner's process: its server, the searches as the check sees them,
 * and a clock that moves when we say so.
 */
import { once } from 'node:events';
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { LessonModule } from '@on-the-wire/shared/lesson.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';

class Search {
  closed = false;
  /** How often `next` was called. */
  asked = 0;
  #lines: (string | undefined)[] = [];
  #waiting: ((line: string | undefined) => void)[] = [];

  async next(): Promise<string | undefined> {
    this.asked += 1;
    if (this.closed) return undefined;
    if (this.#lines.length > 0) return this.#lines.shift();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close() {
    this.closed = true;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  /** Without a line: the search is over. */
  find(line?: string) {
    const resolve = this.#waiting.shift();
    if (resolve) resolve(line);
    else this.#lines.push(line);
  }
}

const clock = stopClock({ sockets: true });
/** By their texts; those for the same text as they began. */
const searches = new Map<string, Search[]>();
let begins = () => {};
const sessions = new Set<ServerHttp2Session>();

function search(text: string) {
  const begun = new Search();
  searches.set(text, [...(searches.get(text) ?? []), begun]);
  begins();
  // An object of its own, so that calls are counted only here.
  return { next: () => begun.next(), close: () => begun.close() };
}

/** Lets it listen; returns the port, or nothing where it has no server. */
export async function open(mine: Partial<LessonModule<object>>) {
  if (!mine.createServer) return undefined;
  const { server } = mine.createServer({ search });
  (server as Http2SecureServer).on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Resolves when there are so many searches for it. */
export async function hasBegun(_mine: object, text: string, count: number) {
  while ((searches.get(text)?.length ?? 0) < count)
    await new Promise<void>((resolve) => (begins = resolve));
}

/** Finds these lines at once; undefined is the end of the search. */
export function find(
  _mine: object,
  text: string,
  at: number,
  lines: (string | undefined)[],
) {
  for (const line of lines) searches.get(text)?.[at]?.find(line);
}

/** What has become of it; nothing where there is none. */
export function look(_mine: object, text: string, at: number) {
  const found = searches.get(text)?.[at];
  return found && { closed: found.closed, asked: found.asked };
}

/** So many ms pass. */
export const pass = (_mine: object, ms: number) => clock.elapse(ms);

/**
 * So many hours pass, and nothing happens. A server that asks its clients
 * meanwhile whether they are there hears of them before time goes on; one that
 * does so all the time has not that long.
 */
export async function passHours(_mine: object, hours: number) {
  let talks = 0;
  for (let rest = hours * 3_600; rest > 0 && talks < mostTalks; rest -= 1) {
    if (clock.timers === 0) return clock.elapse(rest * 1_000);
    const before = written();
    await clock.elapse(1_000);
    await turn();
    if (written() === before) continue;
    talks += 1;
    await Promise.all([...sessions].map(isReached));
  }
}

/** Each takes a way there and back. */
const mostTalks = 250;

const written = () => {
  let sum = 0;
  for (const { destroyed, socket } of sessions)
    sum += destroyed ? 0 : socket.bytesWritten;
  return sum;
};

/** What was sent up to here has come, and what its client says about it. */
const isReached = (session: ServerHttp2Session) =>
  new Promise<void>((resolve) => {
    if (session.destroyed) return resolve();
    session.once('close', resolve);
    session.ping(() => {
      session.off('close', resolve);
      resolve();
    });
  });

/** Resolves when no more than so many connections are left. */
export async function left(_mine: object, most: number) {
  while (sessions.size > most) {
    const closed = [...sessions].map(
      (each) => new Promise((resolve) => each.on('close', resolve)),
    );
    await Promise.race(closed);
  }
}
