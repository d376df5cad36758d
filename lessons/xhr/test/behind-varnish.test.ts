/** What a shared cache keeps of the lesson's responses: Varnish's defaults. */
import { expect, test } from '@jest/globals';
import { createServer as createHttpServer } from 'node:http';
import type { InstalledProxy } from '@on-the-wire/proxies/find.ts';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import { startProxy } from '@on-the-wire/proxies/start.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { createServer } from '../server.ts';
import { closing } from './visit.ts';

describeBehind('varnish', 'behind Varnish', (varnish) => {
  test('what is private, no-cache or no-store reaches the server each time', async () => {
    const { load } = await stage(varnish);
    for (const control of ['private, max-age=60', 'no-cache', 'no-store']) {
      const copies = [await load(control), await load(control)];
      expect([control, copies[1]! - copies[0]!]).toEqual([control, 1]);
    }
  });

  test('what is fresh is sent once for all readers; s-maxage is for it alone', async () => {
    const { load, came } = await stage(varnish);
    for (const control of ['max-age=60', 'max-age=0, s-maxage=60']) {
      const copies = [await load(control), await load(control)];
      expect([control, copies[1]]).toEqual([control, copies[0]]);
    }
    expect(came()).toBe(2);
  });

  test('what varies by language is stored once for each', async () => {
    const { origin, came } = await stage(varnish);
    const languages = ['de', 'de', 'en', 'de'];
    for (const language of languages)
      await fetch(`${origin}/varies`, {
        headers: { 'Accept-Language': language },
      });
    expect(came()).toBe(2);
  });

  test('a request with a cookie passes it, unless its lines say otherwise', async () => {
    const { origin, came } = await stage(varnish);
    for (let times = 0; times < 2; times += 1)
      await fetch(`${origin}/timetable`, { headers: { Cookie: 'a=b' } });
    expect(came()).toBe(2);
  });

  test('of long polls for the same id, one reaches the server, if they may be stored', async () => {
    const { origin, came, held } = await stage(varnish);
    const polls = [1, 2, 3].map(async () =>
      (await fetch(`${origin}/held?after=k3x9a-7`)).text(),
    );
    await held.hasCome;
    held.respond();
    expect(await Promise.all(polls)).toEqual(['news', 'news', 'news']);
    expect(came()).toBe(1);
  });

  test('it says how old its copy is: Age', async () => {
    const { origin } = await stage(varnish);
    const ages: (string | null)[] = [];
    for (let times = 0; times < 2; times += 1) {
      const response = await fetch(`${origin}/timetable`);
      await response.text();
      ages.push(response.headers.get('Age'));
    }
    expect(ages).toEqual([
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\d+$/),
    ]);
  });
});

/** The lesson behind Varnish with the least lines, and how often it is asked. */
async function stage(varnish: InstalledProxy) {
  const feed = createFeed({ rate: 'night' });
  feed.close();
  const lesson = createServer({ feed });
  let requests = 0;
  const hasCome = Promise.withResolvers<void>();
  const news = Promise.withResolvers<void>();
  const server = createHttpServer((request, response) => {
    requests += 1;
    if (request.url?.startsWith('/held')) {
      hasCome.resolve();
      response.setHeader('Cache-Control', 'max-age=60');
      return void news.promise.then(() => response.end('news'));
    }
    // Beside the lesson's own: what differs by language.
    if (request.url !== '/varies')
      return void lesson.server.emit('request', request, response);
    response.setHeader('Cache-Control', 'max-age=60');
    response.setHeader('Vary', 'Accept-Language');
    return void response.end(request.headers['accept-language']);
  });
  const upstream = await listen(server);
  const port = await freePort();
  const lines = minimalLines('varnish');
  const proxy = await startProxy(varnish, { port, upstream, lines });
  closing.push(
    lesson.close,
    () => server.close().closeAllConnections(),
    () => proxy.stop(),
  );
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    came: () => requests,
    held: { hasCome: hasCome.promise, respond: news.resolve },
    /** The number of the copy that comes. */
    async load(control: string): Promise<number> {
      const query = new URLSearchParams({ control });
      const response = await fetch(`${origin}/timetable?${query}`);
      return (await response.json()).copy;
    },
  };
}
