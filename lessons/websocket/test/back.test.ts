import { describe, expect, test } from '@jest/globals';
import { createServer as createHttpServer } from 'node:http';
import type { News } from '@on-the-wire/shared/board/feed.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createSockets } from '../handshake.ts';
import { backoff, Connection } from '../page/connection.ts';
import { createServer } from '../server.ts';
import { closing, openClient, start } from './clients.ts';

describe('a client that reconnects', () => {
  test('gets what came after the id, or the whole board', async () => {
    const { feed, port } = await start();
    for (let n = 0; n < 5; n++) feed.next();
    const known = await openClient(port, `${feed.run}-2`);
    await known.until(() => known.numbers().length === 3);
    expect(known.numbers()).toEqual([3, 4, 5]);
    const unknown = await openClient(port, 'aaaaa-2');
    await unknown.until(() => unknown.texts.length === 2);
    expect(unknown.texts[1]).toEqual(feed.snapshot());
  });

  test('survives 200 cuts: nothing lost or doubled', async () => {
    const { feed, server } = await start();
    await new Promise((done) => server.close(done));
    const line = await listenBehindTap(server);
    closing.push(line.close);
    const seen: number[] = [];
    let after = `${feed.run}-0`;
    for (let cut = 0; cut < 200; cut++) {
      const client = await openClient(line.port, after);
      const many = Math.floor(Math.random() * 5);
      for (let n = 0; n < many; n++) feed.next();
      const last = Math.floor(Math.random() * (many + 1));
      await client.until(() => client.numbers().length >= last);
      line.cut();
      await client.closed;
      seen.push(...client.numbers());
      const news = client.texts.filter((each) => 'id' in each) as News[];
      after = news.at(-1)?.id ?? after;
    }
    const client = await openClient(line.port, after);
    feed.next();
    const { n } = feed.snapshot().data;
    await client.until(() => client.numbers().at(-1) === n);
    seen.push(...client.numbers());
    expect(seen).toEqual(Array.from({ length: n }, (_, i) => i + 1));
    expect(n).toBeGreaterThan(200);
  });

  test('waits between nothing and a limit that doubles', () => {
    expect([0, 1, 2, 3, 4, 5, 9, 99].map((n) => backoff(n, 1))).toEqual([
      500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000,
    ]);
    expect(backoff(9, 0)).toBe(0);
  });

  test('fifty reconnect spread out after a restart, and miss nothing', async () => {
    const clock = stopClock();
    closing.push(clock.release);
    const { feed, server, port, close } = await start();
    let address = port;
    let tries = 0;
    const pages = Array.from({ length: 50 }, () => {
      const seen = { id: '', numbers: [] as number[], state: '' };
      let changed = () => {};
      const connection = new Connection({
        url() {
          tries += 1;
          return `ws://127.0.0.1:${address}/track?after=${seen.id}`;
        },
        onMessage(data) {
          if (typeof data !== 'string') return;
          const news = JSON.parse(data) as News;
          if (!('id' in news)) return;
          seen.id = news.id;
          if (news.kind !== 'snapshot') seen.numbers.push(news.data.n);
          changed();
        },
        onState(state) {
          seen.state = state;
          changed();
        },
      });
      connection.open();
      closing.push(() => connection.close());
      const until = async (holds: () => boolean) => {
        while (!holds()) await new Promise<void>((done) => (changed = done));
      };
      return {
        seen,
        untilId: (id: string) => until(() => seen.id === id),
        untilState: (state: string) => until(() => seen.state === state),
      };
    });
    await Promise.all(pages.map((page) => page.untilId(`${feed.run}-0`)));
    await close();
    expect(server.listening).toBe(false);
    await Promise.all(pages.map((page) => page.untilState('waiting')));
    for (let n = 0; n < 20; n++) feed.next();
    // The same day of the same station, served by another server.
    const anew = createServer({ feed });
    closing.push(anew.close);
    address = (await listen(anew.server)).port;
    // Within half a second, and in no tenth of it more than half of them.
    tries = 0;
    for (let passed = 0; passed < 500; passed += 50) {
      const before = tries;
      clock.pass(50);
      expect(tries - before).toBeLessThan(25);
    }
    expect(tries).toBe(50);
    await Promise.all(pages.map((page) => page.untilId(`${feed.run}-20`)));
    const all = Array.from({ length: 20 }, (_, i) => i + 1);
    for (const { seen } of pages) expect(seen.numbers).toEqual(all);
  });

  test.each([
    ['longer each time, where it breaks at once', false, [500, 1000, 2000]],
    ['as at first, where it had lasted', true, [500, 500, 500]],
  ])('waits %s', async (_what, lasts, expected) => {
    // A server that accepts everybody; then it breaks.
    const sockets = createSockets(4_096, false);
    const server = createHttpServer().on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (client) => {
        if (!lasts) client.terminate();
      });
    });
    const { port } = await listen(server);
    closing.push(() => new Promise((done) => server.close(done)));

    // No wait takes time here; we look at how long it would have been.
    const { setTimeout: later } = globalThis;
    const { random } = Math;
    const waits: number[] = [];
    let enough = () => {};
    const hasWaited = new Promise<void>((done) => (enough = done));
    Math.random = () => 1;
    globalThis.setTimeout = ((what: () => void, ms: number) => {
      if (ms > 5_000) return later(what, ms);
      if (ms === 5_000) {
        if (!lasts) return later(what, ms);
        return later(() => {
          what();
          for (const client of sockets.clients) client.terminate();
        }, 0);
      }
      if (waits.push(ms) === 3) enough();
      return later(what, 0);
    }) as typeof setTimeout;
    const connection = new Connection({
      url: () => `ws://127.0.0.1:${port}/track`,
      onMessage() {},
      onState() {},
    });
    try {
      connection.open();
      await hasWaited;
    } finally {
      connection.close();
      globalThis.setTimeout = later;
      Math.random = random;
    }
    expect(waits.slice(0, 3)).toEqual(expected);
  });

  test('sends nothing before it is open, and nothing is thrown', async () => {
    const { port } = await start();
    let opened = () => {};
    const isOpen = new Promise<void>((done) => (opened = done));
    let heard = (_text: string) => {};
    const connection = new Connection({
      url: () => `ws://127.0.0.1:${port}/track`,
      onMessage: (data) => typeof data === 'string' && heard(data),
      onState: (state) => state === 'open' && opened(),
    });
    expect(connection.send('{}')).toBe(false);
    connection.open();
    closing.push(() => connection.close());
    expect(connection.send('{}')).toBe(false);
    await isOpen;
    const answer = new Promise<string>((done) => {
      heard = (text) => text.includes('"error"') && done(text);
    });
    expect(connection.send('{}')).toBe(true);
    expect(await answer).toContain('expected ping, renew, delay or announce');
    connection.close();
    expect(connection.send('{}')).toBe(false);
  });
});
