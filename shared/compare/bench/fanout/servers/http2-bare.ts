/** The floor: an event stream from `node:http2`, by its core API. */
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Feed, News } from '@on-the-wire/lesson/board/feed.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import type { Lesson } from '@on-the-wire/lesson/lesson.ts';

const tls = await localCertificate();
const textOf = ({ id, kind, data }: News) =>
  `event: ${kind}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

export function createServer({ feed }: { feed: Feed }): Lesson {
  const streams = new Set<ServerHttp2Stream>();
  const server: Http2SecureServer = createSecureServer(tls);
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    stream.write(textOf(feed.snapshot()));
    streams.add(stream);
    stream.on('error', () => {}); // a client that is killed resets it
    stream.on('close', () => streams.delete(stream));
  });
  feed.on('update', (update) => {
    const text = textOf(update);
    for (const stream of streams) stream.write(text);
  });
  return {
    server,
    async close() {
      for (const stream of streams) stream.session?.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
