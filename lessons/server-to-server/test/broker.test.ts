import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { connectAsync } from 'mqtt';
import { tapBefore } from '@on-the-wire/testing/behind-tap.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { News, Update } from '@on-the-wire/shared/board/update.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { BoardCopy } from '../copy.ts';
import { tellNews } from '../event-stream.ts';
import { readNews } from '../message.ts';
import { createServer } from '../server.ts';
import { closing, startProcess, startStation, stopped } from './acts.ts';
import { describeWithBrokers } from './brokers.ts';

describe('a message of the broker', () => {
  const bytes = (news: unknown) => Buffer.from(JSON.stringify(news));
  const feed = createFeed({ rate: 'night' });
  feed.close();
  const board = feed.snapshot();
  const delay = feed.reportDelay({
    train: board.data.departures.at(-1)!.train,
    minutes: 5,
  });
  const speech = feed.announce('Größe');

  test('is read as it was published', () => {
    for (const news of [board, delay, speech, feed.snapshot()])
      expect(readNews(bytes(news))).toEqual(news);
    const day = Array.from({ length: 200 }, () => feed.next());
    expect(day.map((update) => readNews(bytes(update)))).toEqual(day);
  });

  const [row] = board.data.departures;
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no JSON', Buffer.from('not json')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['JSON that is cut off', bytes(speech).subarray(0, -1)],
    ['{}', bytes({})],
    ['null', bytes(null)],
    ['[]', bytes([])],
    ['a text', bytes(speech.id)],
    ['a number as its id', bytes({ ...speech, id: 5 })],
    ['an id without a number', bytes({ ...speech, id: feed.run })],
    ['an id that ends in no number', bytes({ ...speech, id: `${feed.run}-x` })],
    ['an id of another number', bytes({ ...speech, id: `${feed.run}-9` })],
    ['a list as its id', bytes({ ...speech, id: [speech.id] })],
    ['another kind', bytes({ ...speech, kind: 'rumour' })],
    ['no kind', bytes({ id: speech.id, data: speech.data })],
    ['no data', bytes({ id: speech.id, kind: speech.kind })],
    ['data that are null', bytes({ ...speech, data: null })],
    ['a speech of no text', bytes({ ...speech, data: { n: 2, number: 1 } })],
    ['a row without a train', bytes({ ...delay, data: { n: 1 } })],
    [
      'a row that replaces 5',
      bytes({ ...delay, data: { ...delay.data, replaces: 5 } }),
    ],
    [
      'a delay in words',
      bytes({ ...delay, data: { ...delay.data, delay: '5' } }),
    ],
    [
      'a board of another run',
      bytes({ ...board, data: { ...board.data, run: 'x' } }),
    ],
    [
      'a board without rows',
      bytes({ ...board, data: { run: feed.run, n: 0 } }),
    ],
    [
      'a board with half a row',
      bytes({ ...board, data: { ...board.data, departures: [row, {}] } }),
    ],
    ['more than a board takes', bytes({ ...speech, more: 'x'.repeat(65_536) })],
  ])('is none: %s', (_what, message) => {
    expect(readNews(message)).toBeUndefined();
  });
});

describe('a copy of the board', () => {
  /** A feed as the source, and what it was asked. */
  function source() {
    const feed = createFeed({ rate: 'night' });
    feed.close();
    const asked: string[] = [];
    let away = false;
    const fetch = {
      async updates(after: string) {
        asked.push(after);
        if (away) throw new Error('away');
        return feed.after(after);
      },
      async board() {
        asked.push('board');
        return feed.snapshot();
      },
    };
    const copy = new BoardCopy(fetch);
    closing.push(() => copy.close());
    const heard: string[] = [];
    copy.on('update', ({ id }) => heard.push(id));
    const goAway = (gone: boolean) => (away = gone);
    return { feed, copy, heard, asked, goAway };
  }
  const numbers = (news: News[]) => news.map(({ id }) => id.split('-')[1]);

  test('asks the source where its first board is ahead of what comes', async () => {
    const { feed, copy, heard, asked } = source();
    const madeUp = { run: feed.run, n: 999_999, departures: [] };
    copy.take({ id: `${feed.run}-999999`, kind: 'snapshot', data: madeUp });
    const update = feed.next();
    copy.take(update);
    while (heard.length < 2) await once(copy, 'update');
    expect(copy.snapshot()).toEqual(feed.snapshot());
    expect(asked.filter((what) => what === 'board')).toHaveLength(1);
    copy.take(update);
    copy.take(feed.next());
    expect(copy.snapshot()).toEqual(feed.snapshot());
  });

  test('takes each update once, and has the board that it makes', () => {
    const { feed, copy, heard, asked } = source();
    copy.take(feed.snapshot());
    for (let i = 0; i < 300; i++) {
      const update = feed.next();
      copy.take(update);
      copy.take(update);
    }
    expect(copy.snapshot()).toEqual(feed.snapshot());
    expect(heard).toHaveLength(301);
    expect(copy.counts).toEqual({
      taken: 300,
      twice: 300,
      gaps: 0,
      ignored: 0,
    });
    expect(asked).toEqual([]);
  });

  test('fetches what is missing, and tells it in order', async () => {
    const { feed, copy, heard, asked } = source();
    copy.take(feed.snapshot());
    feed.next();
    feed.next();
    copy.take(feed.next());
    while (heard.length < 4) await once(copy, 'update');
    expect(heard.map((id) => id.split('-')[1])).toEqual(['0', '1', '2', '3']);
    expect(asked).toEqual([`${feed.run}-0`]);
    expect(copy.snapshot()).toEqual(feed.snapshot());
  });

  test('asks again while the source is away', async () => {
    const { feed, copy, heard, asked, goAway } = source();
    copy.take(feed.snapshot());
    goAway(true);
    feed.next();
    copy.take(feed.next());
    while (asked.length < 2) await new Promise((turn) => setTimeout(turn, 10));
    goAway(false);
    while (heard.length < 3) await once(copy, 'update');
    expect(copy.id).toBe(feed.snapshot().id);
  });

  test('begins anew with a station that has begun anew', async () => {
    const { feed, copy, heard } = source();
    const before = createFeed({ rate: 'night' });
    before.close();
    copy.take(before.snapshot());
    copy.take(before.next());
    copy.take(feed.next());
    while (heard.length < 3) await once(copy, 'update');
    expect(heard.at(-1)).toBe(feed.snapshot().id);
    expect(await copy.missed(`${before.run}-1`)).toEqual([feed.snapshot()]);
  });

  test('tells whoever was ahead of it nothing twice', async () => {
    const { feed, copy } = source();
    copy.take(feed.snapshot());
    const app = express();
    app.get('/events', (request, response) =>
      tellNews(copy, (id) => copy.missed(id), request, response),
    );
    const server = createHttpServer(app);
    closing.push(() => server.close().closeAllConnections());
    await listen(server);
    const first = feed.next(); // the other gateway has heard it, this one not yet
    const reader = await EventReader.open(server, { after: first.id });
    copy.take(first);
    copy.take(feed.next());
    await reader.until((seen) => seen.numbers.at(-1) === 2);
    expect(reader.numbers).toEqual([2]);
  });

  test('asks once for a run that the source does not know', async () => {
    const { feed, copy, asked } = source();
    copy.take(feed.snapshot());
    const before = createFeed({ rate: 'night' });
    before.close();
    const clock = stopped();
    for (let n = 1; n <= 20; n += 1) {
      copy.take(before.next());
      await clock.elapse(1_000);
    }
    expect(asked).toEqual([`${feed.run}-0`]);
    expect(copy.counts).toMatchObject({ gaps: 1, ignored: 20 });
    copy.take(feed.next());
    expect(copy.snapshot()).toEqual(feed.snapshot());
  });

  test('believes the source, and not a number of its run that it does not have', async () => {
    const { feed, copy, asked } = source();
    copy.take(feed.snapshot());
    const clock = stopped();
    copy.take({ ...feed.next(), id: `${feed.run}-999` });
    for (let round = 0; round < 20; round += 1) await clock.elapse(1_000);
    expect(asked).toEqual([`${feed.run}-0`]);
    expect(copy.snapshot()).toEqual(feed.snapshot());
  });

  test('keeps in mind a few such runs, and asks for each at most five times a second', async () => {
    const { feed, copy, asked } = source();
    copy.take(feed.snapshot());
    const update = feed.next();
    copy.take(update);
    const clock = stopped();
    // Ten seconds of a message every 10 ms, every one of another run.
    for (let n = 0; n < 1_000; n += 1) {
      copy.take({ ...update, id: `x${n}-1` });
      await clock.elapse(10);
    }
    expect(asked.length).toBeLessThanOrEqual(51);
  });

  test('answers who was elsewhere before with what the source has', async () => {
    const { feed, copy, goAway } = source();
    const ids = [feed.snapshot(), feed.next(), feed.next()].map(({ id }) => id);
    copy.take(feed.snapshot()); // a latecomer: it begins at 2
    expect(numbers(await copy.missed(ids[0]!))).toEqual(['1', '2']);
    const ahead = feed.next().id; // the other gateway has it, this one not yet
    feed.next();
    expect(numbers(await copy.missed(ahead))).toEqual(['4']);
    goAway(true);
    expect(await copy.missed(ids[0]!)).toEqual([copy.snapshot()]);
    await expect(copy.missed(ahead)).rejects.toThrow('away');
  });
});

/** The retained board is the first that a gateway hears. */
async function isReady(origin: string) {
  for (;;) {
    const { id } = await (await fetch(`${origin}/status`)).json();
    if (id !== '--1') return;
    await new Promise((turn) => setTimeout(turn, 10));
  }
}

describeWithBrokers('the broker', (startBroker) => {
  async function start() {
    const broker = await startBroker();
    const station = await startStation({ broker: broker.url });
    const startGateway = async (through = broker.url) => {
      const gateway = createServer({
        station: station.origin,
        broker: through,
      });
      closing.push(gateway.close);
      const { origin } = await listen(gateway.server);
      await isReady(origin);
      return gateway;
    };
    return { broker, ...station, startGateway };
  }
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  test('has each update for both gateways, under one id', async () => {
    const { feed, startGateway } = await start();
    const gateways = [await startGateway(), await startGateway()];
    const readers = await Promise.all(
      gateways.map(({ server }) => EventReader.open(server as never)),
    );
    await Promise.all(
      readers.map((reader) => reader.until((r) => r.lastId !== '')),
    );
    for (let i = 0; i < 50; i++) feed.next();
    for (const reader of readers) {
      await reader.until(({ numbers }) => numbers.length === 50);
      expect(reader.numbers).toEqual(upTo(50));
      expect(reader.lastId).toBe(`${feed.run}-50`);
    }
  });

  test('may say anything, and both gateways go on', async () => {
    const { broker, feed, startGateway } = await start();
    const gateways = [await startGateway(), await startGateway()];
    const readers = await Promise.all(
      gateways.map(({ server }) => EventReader.open(server as never)),
    );
    await Promise.all(
      readers.map((reader) => reader.until((r) => r.lastId !== '')),
    );
    const client = await connectAsync(broker.url);
    closing.push(() => client.endAsync(true));
    const say = (message: string | Buffer, retain = false) =>
      client.publishAsync('station/updates', message, { qos: 1, retain });
    const nonsense = ['not json', '{}', 'null', '[]', '{"id":5}', '', '"'];
    for (const message of nonsense) await say(message);
    await say(Buffer.alloc(1_000_000, '['));
    await say('{"id":"a-1"}', true);
    // As a redelivery after the station's restart may be, ten times.
    const data = { n: 1, number: 1, text: 'Hello' };
    const old = JSON.stringify({ id: 'old-1', kind: 'announcement', data });
    for (let n = 0; n < 10; n += 1) await say(old);
    feed.next();
    const ignored = nonsense.length + 2 + 10;
    for (const [at, reader] of readers.entries()) {
      await reader.until(({ numbers }) => numbers.at(-1) === 1);
      expect(reader.numbers).toEqual([1]);
      const { port } = gateways[at]!.server.address() as AddressInfo;
      const response = await fetch(`http://127.0.0.1:${port}/status`);
      const status = await response.json();
      // What came during a request to the source is not counted.
      expect(status.ignored).toBeGreaterThanOrEqual(ignored - 10);
      expect(status.ignored).toBeLessThanOrEqual(ignored);
      expect(status.requests).toBe(1);
    }
    // One that comes later gets the retained nonsense, and the board as well.
    const late = await EventReader.open((await startGateway()).server as never);
    feed.next();
    await late.until(({ numbers }) => numbers.at(-1) === 2);
  });

  test('keeps a board for the latecomer; the source has the rest', async () => {
    const { feed, startGateway } = await start();
    const early = await startGateway();
    for (let i = 0; i < 30; i++) feed.next();
    const reader = await EventReader.open(early.server as never, {
      after: `${feed.run}-0`,
    });
    await reader.until(({ numbers }) => numbers.length === 30);
    // Retained was number 20: from there it fetches, when 31 comes.
    const late = await startGateway();
    const other = await EventReader.open(late.server as never, {
      after: `${feed.run}-5`,
    });
    feed.next();
    await other.until(({ numbers }) => numbers.at(-1) === 31);
    expect(other.numbers).toEqual(upTo(31).slice(5));
  });

  test('moves 100 readers of a gateway that is killed, without a gap', async () => {
    const { broker, feed, origin, startGateway } = await start();
    const first = await startProcess('server.ts', {
      STATION_URL: origin,
      BROKER_URL: broker.url,
    });
    await isReady(first.origin);
    const second = await startGateway();
    const at = { address: () => ({ port: first.port }) } as never;
    const readers = await Promise.all(
      upTo(100).map(() => EventReader.open(at)),
    );
    await Promise.all(
      readers.map((reader) => reader.until((r) => r.lastId !== '')),
    );
    // It is killed while updates are on their way.
    for (let i = 0; i < 60; i++) feed.next();
    await readers[0]!.until(({ numbers }) => numbers.length > 20);
    const dying = first.kill();
    for (let i = 0; i < 60; i++) feed.next();
    await dying;
    await Promise.all(readers.map(({ closed }) => closed));
    const moved = await Promise.all(
      readers.map(async (before) => {
        const after = before.lastId;
        const reader = await EventReader.open(second.server as never, {
          after,
        });
        return { before, reader };
      }),
    );
    for (let i = 0; i < 40; i++) feed.next();
    for (const { before, reader } of moved) {
      await reader.until(({ numbers }) => numbers.at(-1) === 160);
      expect([...before.numbers, ...reader.numbers]).toEqual(upTo(160));
    }
  });

  test('restarted under load loses nothing for the readers', async () => {
    const { broker, feed, startGateway } = await start();
    const gateways = [await startGateway(), await startGateway()];
    const readers = await Promise.all(
      gateways.map(({ server }) => EventReader.open(server as never)),
    );
    await Promise.all(
      readers.map((reader) => reader.until((r) => r.lastId !== '')),
    );
    let n = 0;
    const make = (count: number) => {
      for (let i = 0; i < count; i++) feed.next();
      n += count;
    };
    for (let life = 0; life < 3; life++) {
      make(100);
      await readers[0]!.until(({ numbers }) => numbers.length > n - 60);
      const stopping = broker.stop();
      make(100);
      await stopping;
      make(100);
      await broker.start();
      make(100);
    }
    for (const reader of readers) {
      await reader.until(({ numbers }) => numbers.at(-1) === n);
      expect(reader.numbers).toEqual(upTo(n));
    }
  });

  test('cut off from one gateway, the other goes on, and both heal', async () => {
    const { broker, feed, startGateway } = await start();
    const tap = await tapBefore(Number(new URL(broker.url).port));
    closing.push(() => tap.close());
    const through = `mqtt://127.0.0.1:${tap.port}`;
    const cutOff = await startGateway(through);
    const other = await startGateway();
    const open = async (gateway: { server: unknown }) => {
      const reader = await EventReader.open(gateway.server as never);
      return reader.until((r) => r.lastId !== '');
    };
    const [one, two] = [await open(cutOff), await open(other)];
    tap.break('down');
    const made: Update[] = [];
    for (let i = 0; i < 40; i++) made.push(feed.next());
    await two.until(({ numbers }) => numbers.length === 40);
    expect(one.numbers.length).toBeLessThan(40);
    tap.break();
    await one.until(({ numbers }) => numbers.length >= 40);
    feed.next();
    await one.until(({ numbers }) => numbers.at(-1) === 41);
    expect(one.numbers).toEqual(upTo(41));
  });
});
