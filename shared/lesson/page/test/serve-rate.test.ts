import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { createFeed, type Feed } from '../../board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { serveRate } from '../serve-rate.ts';
import { tellErrors } from '../tell-errors.ts';

let feed: Feed;
let server: Server;
afterEach(() => {
  feed.close();
  server.close();
  server.closeAllConnections();
});

async function start(): Promise<string> {
  feed = createFeed({ rate: 'night' });
  const handle = serveRate(feed);
  server = createServer((request, response) => {
    void handle(request, response, (error) => {
      if (error) tellErrors(error as Error, request, response, () => {});
      else response.end('next');
    });
  });
  return (await listen(server)).origin;
}

const json = { 'Content-Type': 'application/json' };
async function put(url: string, body: string, headers = json) {
  const answer = await fetch(url, { method: 'PUT', body, headers });
  return [answer.status, await answer.text()];
}

describe('the switch for the rate', () => {
  test('sets each rate', async () => {
    const origin = await start();
    for (const rate of ['rush', 'over', 'normal', 'night']) {
      const body = JSON.stringify({ rate });
      expect(await put(`${origin}/rate`, body)).toEqual([204, '']);
      expect(feed.rate).toBe(rate);
    }
  });

  test('leaves other methods and paths to others', async () => {
    const origin = await start();
    expect(await (await fetch(`${origin}/rate`)).text()).toBe('next');
    expect(await put(`${origin}/rates`, '{}')).toEqual([200, 'next']);
  });

  test.each([
    ['an unknown rate', '{"rate":"fast"}', 400, /'fast'.*night, normal, rush/],
    ['no rate', '{}', 400, /undefined.*night/],
    ['null', 'null', 400, /undefined.*night/],
    ['no JSON', 'rush', 400, /found "rush", expected JSON/],
    ['too much', `"${'x'.repeat(2000)}"`, 413, /more than 1024/],
  ])('refuses %s and keeps the rate', async (_what, body, status, say) => {
    const origin = await start();
    const [found, text] = await put(`${origin}/rate`, body);
    expect(found).toBe(status);
    expect(text).toMatch(say);
    expect(feed.rate).toBe('night');
  });

  test('refuses what a foreign page can send without asking', async () => {
    const origin = await start();
    const [status, text] = await put(`${origin}/rate`, '{"rate":"rush"}', {
      'Content-Type': 'text/plain',
    });
    expect(status).toBe(400);
    expect(text).toMatch(/found Content-Type "text\/plain"/);
    expect(feed.rate).toBe('night');
  });
});
