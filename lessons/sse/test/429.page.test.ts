/** What a 429 does to an event stream, and what a server can do instead. */
import { expect, test } from '@jest/globals';
import {
  createServer as createHttpServer,
  type ServerResponse,
} from 'node:http';
import type { Browser } from '@on-the-wire/browser/page.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();

/** ms that the server wants to be left alone. */
const told = 1_000;

/** A page, and a server that notes when it was asked for a stream. */
async function stage(
  browser: Browser,
  respond: (response: ServerResponse, nth: number) => void,
) {
  const asked: { method: string | undefined; at: number }[] = [];
  const server = createHttpServer(({ url, method }, response) => {
    response.setHeader('Cache-Control', 'no-store');
    if (url !== '/events') return void response.end('<!doctype html>');
    asked.push({ method, at: performance.now() });
    return respond(response, asked.length);
  });
  const { origin } = await listen(server);
  const page = await browser.newPage();
  closing.push(() => server.close().closeAllConnections());
  closing.push(() => page.close());
  await page.goto(origin);
  return { page, asked };
}

const refuse = (response: ServerResponse) =>
  response.writeHead(429, { 'Retry-After': String(told / 1_000) }).end();
const stream = { 'Content-Type': 'text/event-stream' };

describeInEngines('a server that is asked too often', (browser) => {
  test('ends an EventSource by 429 for good, and its page sees no Retry-After', async () => {
    const { page, asked } = await stage(browser(), refuse);
    const seen = await page.evaluate(async () => {
      const source = new EventSource('/events');
      const event = await new Promise<Event>((failed) => {
        source.onerror = failed;
      });
      const { readyState } = source;
      return { readyState, status: 'status' in event, type: event.type };
    });
    expect(seen).toEqual({ readyState: 2, status: false, type: 'error' });
    expect(asked).toHaveLength(1);
  });

  test('is left alone as long as its retry says, if it responds with 200', async () => {
    let ended = 0;
    const { page, asked } = await stage(browser(), (response, nth) => {
      response.writeHead(200, stream);
      if (nth === 1) {
        ended = performance.now();
        return void response.end(`retry: ${told}\n\n`);
      }
      return void response.write('data: welcome\n\n');
    });
    await page.evaluate(async () => {
      const source = new EventSource('/events');
      await new Promise((come) => (source.onmessage = come));
      source.close();
    });
    expect(asked).toHaveLength(2);
    // Clocks of two processes: a timer may be early by a part of a ms.
    expect(asked[1]!.at - ended).toBeGreaterThanOrEqual(told - 2);
  });

  test('is left alone by a page that asks with fetch before it opens a stream', async () => {
    const { page, asked } = await stage(browser(), (response, nth) => {
      if (nth === 1) refuse(response);
      else response.writeHead(200, stream).end('data: welcome\n\n');
    });
    await page.evaluate(async () => {
      for (;;) {
        const response = await fetch('/events', { method: 'HEAD' });
        if (response.status !== 429) break;
        const seconds = Number(response.headers.get('Retry-After'));
        await new Promise((over) => setTimeout(over, seconds * 1_000));
      }
      const source = new EventSource('/events');
      await new Promise((come) => (source.onmessage = come));
      source.close();
    });
    expect(asked.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'GET']);
    expect(asked[1]!.at - asked[0]!.at).toBeGreaterThanOrEqual(told - 2);
  });
});
