import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerResponse,
  type ServerHttp2Stream,
} from 'node:http2';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

describeWithBrowser('a browser at the limits of a connection', (browser) => {
  async function visit(url: string) {
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(url);
    return page;
  }

  test('leaves the 129th stream waiting, and says nothing', async () => {
    const feed = createFeed({ rate: 'night' });
    feed.close();
    const lesson = createServer({ feed, deadline: 20 });
    closing.push(lesson.close);
    const server = lesson.server as Http2SecureServer;
    const { origin } = await listen(server);
    const requests: string[] = [];
    const responses: Http2ServerResponse[] = [];
    server.prependListener('request', ({ url }, response) => {
      if (url === '/favicon.ico') return; // when it likes
      requests.push(url);
      responses.push(response);
    });

    const page = await visit(`${origin}/board?station=1`);
    const states = await page.evaluate(async () => {
      const sources = Array.from(
        { length: 135 },
        () => new EventSource('/events'),
      );
      const count = (state: number) =>
        sources.filter(({ readyState }) => readyState === state).length;
      await new Promise<void>((done) => {
        const look = () => count(EventSource.OPEN) === 128 && done();
        for (const source of sources) source.addEventListener('open', look);
      });
      const { CONNECTING, OPEN, CLOSED } = EventSource;
      const counts = [CONNECTING, OPEN, CLOSED].map(count);
      const board = fetch('/board?station=2').then(({ status }) => status);
      Object.assign(globalThis, { board });
      return counts;
    });
    // Seven wait, and none has failed.
    expect(states).toEqual([7, 128, 0]);
    expect(requests).toHaveLength(1 + 128);
    // The request waits behind them, until eight streams have ended. One by
    // one: node:http2 counts a stream for a while after its end.
    for (const response of responses.slice(1, 9)) {
      const next = once(server, 'request');
      response.end();
      await next;
    }
    const status = await page.evaluate(
      () => (globalThis as unknown as { board: Promise<number> }).board,
    );
    expect(status).toBe(200);
    // Where a stream has ended, another request is sent, but later.
    expect(requests[128 + 8]).toBe('/board?station=2');
  });

  test('stops a response that nobody reads, if it must not be stored', async () => {
    const server = createSecureServer({ ...(await localCertificate()) });
    const sent: Record<string, number> = {};
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      const path = String(headers[':path']);
      stream.respond({
        'content-type': 'text/html',
        'cache-control': path === '/no-store' ? 'no-store' : 'no-cache',
      });
      if (path === '/') return stream.end();
      const chunk = Buffer.alloc(16_384, ' ');
      const endless = new Readable({
        read() {
          sent[path] = (sent[path] ?? 0) + chunk.length;
          this.push(chunk);
          server.emit('sent');
        },
      });
      return pipeline(endless, stream).catch(() => {}); // the page is closed
    });
    server.on('sessionError', () => {});
    const { origin } = await listen(server);
    closing.push(() => server.close());

    const page = await visit(origin);
    const unread = ['/no-store', '/no-cache'];
    await page.evaluate(async (paths) => {
      const responses = await Promise.all(paths.map((path) => fetch(path)));
      Object.assign(globalThis, { responses });
    }, unread);
    // A stream's window in Chromium, and three of them for the other one.
    const window = 6 * 1_048_576;
    const reached = (path: string, bytes: number) => (sent[path] ?? 0) >= bytes;
    while (!reached('/no-store', window) || !reached('/no-cache', 3 * window))
      await once(server, 'sent');
    const buffers = 2 * 65_536; // what waits in this process
    expect(sent['/no-store']).toBeLessThanOrEqual(window + buffers);
  });
});
