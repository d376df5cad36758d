/** What the tests of the page share: a lesson behind a tap, and a visitor. */
import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { alone, countOf, shows } from '@on-the-wire/testing/lesson-page.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer } from '../server.ts';

/** What ends when the test has ended, the last first. */
export const closing = closingAfterEach();

interface Exchange {
  method: string;
  url: string;
  headers: string[];
  status: number;
}

/**
 * Starts the lesson behind a tap, and the other station at its own address.
 * `exchanges` lists the requests that the server got, with the status code of
 * each response; `hold` keeps the next response to a path back until the test
 * lets it go; `readUpTo` lets it read so many bytes of an upload, and no more
 * before it is told another number.
 */
export async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const exchanges: Exchange[] = [];
  const held = new Map<string, Promise<void>>();
  const beside = createHttpServer((request, response) => {
    lesson.others!['neighbour']!.emit('request', request, response);
  });
  const { origin: neighbour } = await listen(beside);
  const lesson = createServer({ feed, neighbour, ...options });
  let most = Infinity; // bytes of an upload that are read
  let goOn = () => {};
  lesson.server.prependListener('request', (request, response) => {
    if (request.method === 'PUT' && request.url?.startsWith('/recordings')) {
      let read = 0;
      request.on('data', (piece: Buffer) => {
        read += piece.length;
        if (read >= most) request.pause();
      });
      goOn = () => void request.resume();
    }
    const { method = '', url = '', rawHeaders: headers } = request;
    response.on('close', () => {
      exchanges.push({ method, url, headers, status: response.statusCode });
    });
    const waits = held.get(url);
    if (!waits) return;
    held.delete(url);
    const end = response.end.bind(response);
    response.end = ((...body: []) => {
      void waits.then(() => end(...body));
      return response;
    }) as typeof response.end;
  });
  const line = await listenBehindTap(lesson.server);
  closing.push(lesson.close, line.close, async () => {
    beside.closeAllConnections();
    await new Promise((done) => beside.close(done));
  });
  const hold = (url: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held.set(url, promise);
    return resolve;
  };
  const readUpTo = (bytes: number) => {
    most = bytes;
    goOn();
  };
  return {
    feed,
    exchanges,
    hold,
    readUpTo,
    line,
    server: lesson.server,
    origin: line.origin,
    neighbour,
  };
}

/** What a visitor does on the page, and waits for. */
export function visitor(page: () => Page) {
  const visit = async (origin: string) => {
    closing.push(() => page().goto('about:blank'));
    await page().goto(origin);
    // After a failure the page retries nearly at once: jitter of a few ms.
    await page().evaluate(() => {
      Math.random = () => Number('0.0123456789');
    });
  };
  const has = (id: string, words: string | RegExp) => shows(page(), id, words);
  const lastId = (id: string) => has('last-id', alone(id));
  const state = (words: string) => has('state', words);
  const choose = (way: string) =>
    page().getByText(way, { exact: true }).first().click();
  const press = (name: string) =>
    page().getByRole('button', { name, exact: true }).click();
  const send = async (api: string, path: string, timeout = '0') => {
    await page().locator('[name=api]').selectOption(api);
    await page().locator('[name=path]').selectOption(path);
    await page().locator('[name=timeout]').selectOption(timeout);
    await press('Send request');
  };
  const ended = (words: string) =>
    page().locator('#log > .end', { hasText: words }).first().waitFor();
  const text = (id: string) => page().locator(`#${id}`).textContent();
  const count = () => countOf(page());
  return { visit, has, lastId, state, choose, press, send, ended, text, count };
}
