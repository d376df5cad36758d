/**
 * The lesson behind nginx as older versions have it by default: HTTP/1.0 to the
 * server, and buffers. What the tutorial says of proxies that hold bytes back.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { type RunningProxy, startProxy } from '@on-the-wire/proxies/start.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { createServer } from '../server.ts';

const place = (path: string, lines: string, version = '1.0') =>
  `location ${path} { rewrite ^/[^/]*(/.*)$ $1 break; proxy_pass http://lesson;
     proxy_http_version ${version}; ${lines} }
`;
const gzip =
  'gzip on; gzip_proxied any; gzip_min_length 1; ' +
  'gzip_types text/event-stream;';
// Its default is a page of memory, which is larger on some machines.
const buffered =
  'proxy_ignore_headers X-Accel-Buffering; proxy_buffer_size 4k;';
const lines =
  place('/as-sent/', '') +
  place('/buffered/', buffered) +
  place('/newer/', buffered, '1.1') +
  place('/unbuffered/', `${buffered} proxy_buffering off;`) +
  place('/gzip/', gzip);

describeBehind('nginx', 'behind nginx', (installed) => {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed });
  let nginx: RunningProxy;

  beforeAll(async () => {
    const upstream = await listen(lesson.server);
    const port = await freePort();
    nginx = await startProxy(installed, { port, upstream, lines });
  });
  afterAll(async () => {
    await nginx?.stop();
    await lesson.close();
  });

  const request = async (path: string, headers = {}) => {
    const { port } = nginx;
    const sent = get({ host: '127.0.0.1', port, path, headers, agent: false });
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  };

  /** Passes when nginx has handled all that the server wrote before. */
  const caughtUp = async () => {
    const response = await request('/as-sent/page.css');
    await once(response.resume(), 'end');
  };

  /** Resolves when the text has come; fails when the stream ends before. */
  const until = async (stream: Readable, text: string) => {
    let received = '';
    for await (const part of stream.iterator({ destroyOnReturn: false })) {
      received += part;
      if (received.includes(text)) return;
    }
    throw new Error(`The stream ended before ${text} came: ${received}`);
  };

  test.each([
    ['with the headers of the lesson', '/as-sent/events'],
    ['over HTTP/1.1 to the server, without X-Accel-Buffering', '/newer/events'],
    ['with proxy_buffering off, without that header', '/unbuffered/events'],
  ])('each update comes at once %s', async (_what, path) => {
    const response = await request(path);
    // The next update is made when this one has come.
    for (let count = 0; count < 3; count += 1) {
      const { id } = feed.next();
      await until(response, `id: ${id}\n`);
    }
    response.destroy();
  });

  test('without X-Accel-Buffering, they wait for 4,096 bytes', async () => {
    const sizes: number[] = [];
    void request('/buffered/events').then((response) =>
      response.on('data', ({ length }: Buffer) => sizes.push(length)),
    );
    await once(lesson.server, 'request');
    while (sizes.length === 0) {
      feed.next();
      await caughtUp();
    }
    // The header section is in the buffer, too.
    expect(sizes[0]).toBeGreaterThan(3_500);
    expect(sizes[0]).toBeLessThanOrEqual(4_096);
  });

  test('it compresses in spite of no-transform, but each update comes', async () => {
    const response = await request('/gzip/events', {
      'Accept-Encoding': 'gzip',
    });
    expect(response.headers).toMatchObject({
      'cache-control': 'no-cache, no-transform',
      'content-encoding': 'gzip',
    });
    const { id } = feed.next();
    const plain = createGunzip({ flush: constants.Z_SYNC_FLUSH });
    await until(response.pipe(plain), `id: ${id}\n`);
    response.destroy();
  });
});
