/** In the learner's process: its server, and the searches as the check sees them. */
import { once } from 'node:events';
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { LessonModule } from '@on-the-wire/shared/lesson.ts';

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

const searches = new Map<string, Search>();
let begins = () => {};
const sessions = new Set<ServerHttp2Session>();

function search(text: string) {
  const begun = new Search();
  searches.set(text, begun);
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

/** Resolves when there is a search for it. */
export async function hasBegun(_mine: object, text: string) {
  while (!searches.has(text))
    await new Promise<void>((resolve) => (begins = resolve));
}

/** Finds a line for it; without one, the search is over. */
export function find(_mine: object, text: string, line?: string) {
  searches.get(text)?.find(line);
}

/** What has become of it. */
export function look(_mine: object, text: string) {
  const found = searches.get(text);
  return found && { closed: found.closed, asked: found.asked };
}

/** Resolves when no more than so many connections are left. */
export async function left(_mine: object, most: number) {
  while (sessions.size > most) {
    const closed = [...sessions].map(
      (each) => new Promise((resolve) => each.on('close', resolve)),
    );
    await Promise.race(closed);
  }
}
