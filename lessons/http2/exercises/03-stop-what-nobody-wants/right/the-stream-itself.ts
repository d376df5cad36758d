// Right, and different: without the compatibility API.

import { createSecureServer } from 'node:http2';
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
  const server = createSecureServer(tls);
  server.on('stream', async (stream, head) => {
    const query = new URLSearchParams(head[':path']!.split('?')[1]);
    const found = search(query.get('for') ?? '');
    stream.on('error', () => {});
    stream.on('aborted', found.close);
    stream.respond({ 'content-type': 'text/plain; charset=utf-8' });
    for (;;) {
      const line = await found.next();
      if (line === undefined) break;
      stream.write(`${line}\n`);
    }
    found.close();
    stream.end();
  });
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { server, close };
}
