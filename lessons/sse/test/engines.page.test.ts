/** What the engines do differently, and the lesson tells or survives. */
import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type ServerResponse,
} from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { encodeEvent } from '../event-stream.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

describeInEngines('an event stream', (browser, engine) => {
  test('loses nothing by half an event of a connection that was reset', async () => {
    const feed = createFeed({ rate: 'night' });
    feed.close(); // stops its clock: `next()` alone moves it
    const lesson = createServer({ feed, retry: 50 });
    closing.push(lesson.close);
    const streams: ServerResponse[] = [];
    lesson.server.on('request', ({ url }, response) => {
      if (url === '/events') streams.push(response);
    });
    const { origin } = await listen(lesson.server);
    const page = await browser().newPage();
    closing.push(() => page.close());
    const said: string[] = [];
    page.on('console', (message: { text(): string }) =>
      said.push(message.text()),
    );
    page.on('pageerror', (error: Error) => said.push(String(error)));
    await page.goto(origin);
    const log = (kind: string) => page.locator(`#log .${kind}`);
    await log('snapshot').waitFor();

    // Both in one chunk that does not end: what shows that it has come, and half
    // an update behind it.
    const half = encodeEvent({
      event: 'departure',
      id: `${feed.run}-1`,
      data: '{"n":1,"train":"RE',
    });
    const alive = encodeEvent({ event: 'heartbeat', data: '' });
    const { socket } = streams[0]!;
    socket!.write(`fff\r\n${alive}${half.trimEnd()}`);
    await log('heartbeat').waitFor();
    socket!.resetAndDestroy();

    // The first event of the new stream arrives, and so does the update.
    await log('hello').nth(1).waitFor();
    expect(await page.locator('#role').textContent()).toBe('a passenger');
    feed.announce('The second stream.');
    await log('announcement').waitFor();
    const keepsIt = engine === 'webkitgtk';
    expect(await log('broken').count()).toBe(keepsIt ? 1 : 0);
    await page.locator('#seen', { hasText: /^updates seen 1 of 1$/ }).waitFor();
    expect(said.filter((text) => /JSON|SyntaxError/.test(text))).toEqual([]);
  });

  test('waits as long as retry says, and in Firefox for half a second', async () => {
    const ends: number[] = [];
    const waits: number[] = [];
    const server = createHttpServer(({ url }, response) => {
      if (url !== '/events') return void response.end('<!doctype html>');
      const ended = ends.at(-1);
      if (ended !== undefined) waits.push(performance.now() - ended);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end('retry: 0\n\n');
      ends.push(performance.now());
      server.emit('waited');
      return undefined;
    });
    const { origin } = await listen(server);
    const page = await browser().newPage();
    closing.push(() => server.close().closeAllConnections());
    closing.push(() => page.close());
    await page.goto(origin);
    await page.evaluate(
      'void (globalThis.source = new EventSource("/events"))',
    );
    // The least of them: others may be longer on a machine that is busy.
    const leastMs = () => Math.min(...waits);
    const most = engine === 'firefox' ? 2_000 : 490;
    while (waits.length < 5 || leastMs() >= most) await once(server, 'waited');
    await page.evaluate('source.close()');
    expect(leastMs() >= 490).toBe(engine === 'firefox');
  });
});
