/**
 * Searches that take a while, each in a stream of its own.
 * Broken on purpose: see README.md.
 */
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

const tls = await localCertificate();

/** Work that somebody must end, like a query of a database. */
export interface Search {
  /** The next line; undefined after the last one, and after `close`. */
  next(): Promise<string | undefined>;
  /** Ends it, also while `next` waits. May be called twice. */
  close(): void;
}

interface Options {
  search(text: string): Search;
}

/** Responds to `/search?for=Aarau` with lines, as they are found. */
export function createServer({ search }: Options): Lesson {
  async function handle(
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ) {
    const query = new URLSearchParams(request.url.split('?')[1]);
    const found = search(query.get('for') ?? '');
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');

    // TODO: a client that resets the stream wants no further line.
    for (;;) {
      const line = await found.next();
      if (line === undefined) break;
      response.write(`${line}\n`);
    }
    found.close();
    response.end();
  }

  const server = createSecureServer(tls, handle);
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { server, close };
}
