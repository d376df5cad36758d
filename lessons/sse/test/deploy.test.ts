/** What a deploy does to the readers of a stream: real processes, and SIGTERM. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { rawClient, type RawClient } from '@on-the-wire/system/raw-client.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { createRetry } from '../retry.ts';
import { createServer } from '../server.ts';
import { eventSource, type Told } from '../side-trips/deploy/clients.ts';
import {
  describeRound,
  follow,
  most,
  type Round,
} from '../side-trips/deploy/fifty.ts';

const closing = closingAfterEach();
const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const server = new URL('../server.ts', import.meta.url);
let handOvers = 0;

/** The lesson's server as a process, on a port that its lives share. */
async function start({
  port,
  drain = 0,
  handOver = join(folder, `${(handOvers += 1)}.json`),
  rate = 'night',
  of = server,
}: {
  port?: number;
  drain?: number;
  handOver?: string;
  rate?: string;
  of?: URL;
} = {}) {
  const at = port ?? (await freePort());
  const child = spawn(process.execPath, [fileURLToPath(of)], {
    env: {
      ...process.env,
      PORT: String(at),
      RATE: rate,
      DRAIN_MS: String(drain),
      HAND_OVER: handOver,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({
    code,
    signal,
  }));
  closing.push(() => child.kill('SIGKILL'));
  const client = await connected(at);
  client.socket.destroy();
  return { child, port: at, ended, handOver };
}

/** Connects as soon as somebody listens. */
async function connected(port: number): Promise<RawClient> {
  for (;;) {
    try {
      return await rawClient(port);
    } catch {
      await new Promise((turn) => setTimeout(turn, 20));
    }
  }
}

const request = 'GET /events HTTP/1.1\r\nHost: board\r\n\r\n';

describe('at SIGTERM', () => {
  test('the stream ends with its last chunk, and the process with 0', async () => {
    const { child, port, ended } = await start();
    const client = await rawClient(port);
    client.send(request);
    await client.until('event: snapshot');
    child.kill('SIGTERM');
    await client.closed;
    expect(client.received).toMatch(/\n\n\r\n0\r\n\r\n$/);
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  test('the port closes before the last stream has ended', async () => {
    const { child, port, ended } = await start({ drain: 60_000 });
    const [one, two] = [await rawClient(port), await rawClient(port)];
    for (const client of [one, two]) {
      client.send(request);
      await client.until('event: snapshot');
    }
    child.kill('SIGTERM');
    await one.until('\r\n0\r\n\r\n');
    await expect(rawClient(port)).rejects.toThrow('ECONNREFUSED');
    expect(two.socket.closed).toBe(false);
    two.socket.destroy();
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  test('a second signal ends it at once, whatever is still open', async () => {
    const { child, port, ended } = await start({ drain: 60_000 });
    const clients = [await rawClient(port), await rawClient(port)];
    for (const client of clients) {
      client.send(request);
      await client.until('event: snapshot');
    }
    child.kill('SIGINT');
    await clients[0]!.until('\r\n0\r\n\r\n');
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: null, signal: 'SIGINT' });
    await clients[1]!.closed;
  });
});

describe('the next process', () => {
  test('goes on with the run: a client that names an id gets what came since', async () => {
    const first = await start({ drain: 400, rate: 'rush' });
    const readers = [
      await EventReader.open(first.port),
      await EventReader.open(first.port),
    ];
    for (const reader of readers)
      await reader.until(({ numbers }) => numbers.length > 3);
    first.child.kill('SIGTERM');
    await Promise.all(readers.map(({ closed }) => closed));
    await first.ended;
    // The second was ended later: the board went on in between.
    const [early, late] = readers;
    expect(late!.numbers.at(-1)).toBeGreaterThan(early!.numbers.at(-1)!);

    const { port, handOver } = first;
    await start({ port, handOver });
    expect(existsSync(handOver)).toBe(false);
    const headers = { 'Last-Event-ID': early!.lastId };
    const again = await EventReader.open(port, { headers });
    await again.until(
      ({ numbers }) => numbers.at(-1)! >= late!.numbers.at(-1)!,
    );
    expect(again.of('snapshot')).toEqual([]);
    expect(again.numbers[0]).toBe(early!.numbers.at(-1)! + 1);
    again.leave();
  });

  test('after SIGKILL begins a run: the same id gets the whole board', async () => {
    const first = await start();
    const reader = await EventReader.open(first.port);
    await reader.until(({ lastId }) => lastId !== '');
    first.child.kill('SIGKILL');
    await first.ended;
    const { port, handOver } = first;
    await start({ port, handOver });
    const headers = { 'Last-Event-ID': reader.lastId };
    const again = await EventReader.open(port, { headers });
    await again.until((read) => read.of('snapshot').length === 1);
    expect(again.lastId.split('-')[0]).not.toBe(reader.lastId.split('-')[0]);
    again.leave();
  });
});

/** One round of fifty clients behind a tap, when all are cut at once. */
async function cutFifty(jitter: number): Promise<Round> {
  const lesson = createServer({ feed: createFeed(), jitter });
  closing.push(lesson.close);
  const tap = await listenBehindTap(lesson.server);
  closing.push(() => tap.close());
  const left = new AbortController();
  closing.push(() => left.abort());
  return new Promise((onRound) =>
    follow(`${tap.origin}/events`, () => tap.cut(), onRound, left.signal),
  );
}

describe('a client', () => {
  test('waits from the loss that it tells of', async () => {
    const lesson = createServer({ feed: createFeed(), retry: 500 });
    closing.push(lesson.close);
    const tap = await listenBehindTap(lesson.server);
    closing.push(() => tap.close());
    const left = new AbortController();
    closing.push(() => left.abort());
    const waits: number[] = [];
    const all = Promise.withResolvers<void>();
    let open = 0;
    const client = () => {
      let lostAt = 0;
      const told: Told = {
        opened(askedAt) {
          if (lostAt > 0 && waits.push(askedAt - lostAt) === 2) all.resolve();
        },
        got() {
          if ((open += 1) === 2) tap.cut();
        },
        lost() {
          lostAt = performance.now();
          // As with many clients: what all do at a loss takes its time.
          while (performance.now() - lostAt < 200);
        },
        refused() {},
      };
      void eventSource(`${tap.origin}/events`, told, left.signal);
    };
    client();
    client();
    await all.promise;
    expect(Math.min(...waits)).toBeGreaterThan(450);
  });
});

describe('fifty clients', () => {
  test('that are cut at once ask again at once', async () => {
    const { back, ...rest } = await cutFifty(0);
    expect(back).toHaveLength(50);
    // How many come within 100 ms depends on the load of the machine. Spread
    // over two seconds, half of them would take about one.
    const times = back.toSorted((one, other) => one - other);
    expect(times[24]! - times[0]!).toBeLessThan(750);
    expect(times[0]).toBeGreaterThan(1_900);
    expect(rest).toMatchObject({ missed: 0, otherRun: 0, refused: [] });
  });

  test('that each got a retry of their own do not', async () => {
    const { back, ...rest } = await cutFifty(0.5);
    expect(back).toHaveLength(50);
    // From one second to three: where a process stands still for a while, what
    // was due in it comes at its end.
    expect(most(back)).toBeLessThan(30);
    expect(Math.max(...back) - Math.min(...back)).toBeGreaterThan(1_000);
    expect(rest).toMatchObject({ missed: 0, otherRun: 0, refused: [] });
  });

  test.each([
    ['event streams', '../server.ts', 'http', '/events'],
    ['WebSockets', '../../websocket/server.ts', 'ws', '/track'],
  ])(
    'as %s lose nothing by a restart that drains',
    async (_, of, scheme, path) => {
      const url = new URL(of, import.meta.url);
      const before = await start({ drain: 2_000, rate: 'normal', of: url });
      const { port, handOver } = before;
      const left = new AbortController();
      closing.push(() => left.abort());
      const round = await new Promise<Round>((onRound) =>
        follow(
          `${scheme}://127.0.0.1:${port}${path}`,
          () => {
            before.child.kill('SIGTERM');
            void before.ended.then(() => start({ port, handOver, of: url }));
          },
          onRound,
          left.signal,
        ),
      );
      expect(round.lostWithin).toBeGreaterThan(500); // of 2,000
      expect(round).toMatchObject({ missed: 0, otherRun: 0, refused: [] });
      expect(round.back).toHaveLength(50);
      expect(most(round.back)).toBeLessThan(40);
    },
  );

  test('are told so where a new run hides what they missed', async () => {
    const before = await start({ rate: 'rush', handOver: '' });
    const { port } = before;
    const left = new AbortController();
    closing.push(() => left.abort());
    const round = await new Promise<Round>((onRound) =>
      follow(
        `http://127.0.0.1:${port}/events`,
        () => {
          before.child.kill('SIGTERM');
          void before.ended.then(() => start({ port, handOver: '' }));
        },
        onRound,
        left.signal,
        3,
      ),
    );
    expect(round.otherRun).toBe(3);
    expect(describeRound(round)).toContain(
      'A new run: what 3 of them missed is not known.',
    );
  });

  test('are shown in bins of 100 ms', () => {
    const round = { back: [2_090, 2_010, 2_105, 2_600], refused: [502] };
    const rest = { lostWithin: 20, missed: 0, otherRun: 0 };
    expect(describeRound({ ...round, ...rest })).toBe(
      [
        'Lost within 0.0 s. Back:',
        '   2.0 s   2 ██',
        '   2.1 s   1 █',
        '     …',
        '   2.6 s   1 █',
        'Most within 100 ms: 3 of 4.',
        'Updates missed: none.',
        'Closed for good: 1, by 502.',
        '',
      ].join('\n'),
    );
  });
});

describe('the field retry', () => {
  test('is the same for all without jitter, and for none with it', () => {
    const same = createRetry(2_000, 0, 'seed');
    expect([same(), same(), same()]).toEqual([2_000, 2_000, 2_000]);
    const [one, two] = [1, 2].map(() => createRetry(2_000, 0.5, 'seed'));
    const waits = Array.from({ length: 1_000 }, () => one!());
    expect(Array.from({ length: 1_000 }, () => two!())).toEqual(waits);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3_000);
    const inTenths = Map.groupBy(waits, (wait) => Math.floor(wait / 100));
    expect(inTenths.size).toBe(20);
  });
});
