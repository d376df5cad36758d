import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { timersOf } from '@on-the-wire/testing/timers-of.ts';
import { withoutChunks } from '@on-the-wire/testing/without-chunks.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

/** Starts the lesson with a feed that moves only when the test says so. */
async function start(
  options: Parameters<typeof createServer>[0] = {},
  { history = 1000 } = {},
) {
  const feed = createFeed({ rate: 'night', history });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed, ...options });
  closing.push(lesson.close);
  const address = await listen(lesson.server);
  return { feed, ...lesson, ...address };
}

const request = (path: string, ...lines: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: board', ...lines, '', ''].join('\r\n');

const bytes = (text: string) => Buffer.from(text).toString('latin1');

describe('the bytes', () => {
  test('of the response: headers, a comment, hello, board, update', async () => {
    const { feed, port } = await start();
    const client = await rawClient(port);
    client.send(request('/events'));
    const snapshot = feed.snapshot();
    const opening =
      'HTTP/1.1 200 OK\r\n' +
      'X-Powered-By: Express\r\n' +
      'Cache-Control: no-cache, no-transform\r\n' +
      'Content-Type: text/event-stream\r\n' +
      'X-Accel-Buffering: no\r\n' +
      'Date: *\r\n' +
      'Connection: keep-alive\r\n' +
      'Keep-Alive: timeout=5\r\n' +
      'Transfer-Encoding: chunked\r\n' +
      '\r\n' +
      ': new stream\n\n' +
      'event: hello\n' +
      'retry: 2000\n' +
      'data: {"staff":false,"rate":"night"}\n\n' +
      'event: snapshot\n' +
      `id: ${feed.run}-0\n` +
      `data: ${JSON.stringify(snapshot.data)}\n\n`;
    await client.until('"status":"scheduled"}]}\n\n\r\n');
    const update = feed.next();
    await client.until(`"n":1,`);
    const received = await client.until(/\n\n\r\n$/);
    expect(
      withoutChunks(received).replace(/^Date: .*(?=\r$)/m, 'Date: *'),
    ).toBe(
      bytes(
        opening +
          'event: departure\n' +
          `id: ${feed.run}-1\n` +
          `data: ${JSON.stringify(update.data)}\n\n`,
      ),
    );
  });

  test('of a comment and of a heartbeat', async () => {
    const { port } = await start({ comment: 20, heartbeat: 30 });
    const client = await rawClient(port);
    client.send(request('/events'));
    await client.until('\n: keep open\n\n');
    await client.until('\nevent: heartbeat\ndata: \n\n');
  });

  test('of the last train: the chunk of no bytes, and then 204', async () => {
    const { feed, port } = await start();
    const client = await rawClient(port);
    client.send(request('/events'));
    await client.until('event: snapshot');
    feed.setRate('over');
    await client.until('\n\n\r\n0\r\n\r\n');
    client.send(request('/events'));
    const received = await client.until('HTTP/1.1 204 No Content\r\n');
    await client.until(/204 [^]*\r\n\r\n$/);
    expect(client.received.slice(received.length)).not.toContain('event:');
  });
});

test.each([
  '../exercises/02-resume-without-a-gap/exercise.ts',
  '../exercises/02-resume-without-a-gap/solution.ts',
  '../exercises/04-free-what-leaves/exercise.ts',
  '../exercises/04-free-what-leaves/solution.ts',
  '../exercises/mine/server.ts',
])('a stream of %s begins with a comment and an empty line', async (file) => {
  const { createServer: create } = (await import(file)) as {
    createServer: typeof createServer;
  };
  const feed = createFeed({ rate: 'night' });
  feed.close();
  const { server, close } = create({ feed });
  closing.push(close);
  const { port } = await listen(server);
  const client = await rawClient(port);
  client.send(request('/events'));
  await client.until('\n\n');
  expect(withoutChunks(client.received)).toMatch(/\r\n\r\n: new stream\n\n/);
});

describe('a reader that reconnects', () => {
  test('gets what came after the id of Last-Event-ID', async () => {
    const { feed, server } = await start();
    for (let i = 0; i < 5; i++) feed.next();
    const headers = { 'Last-Event-ID': `${feed.run}-2` };
    const reader = await EventReader.open(server, { headers });
    await reader.until(({ numbers }) => numbers.length === 3);
    expect(reader.numbers).toEqual([3, 4, 5]);
    expect(reader.of('snapshot')).toEqual([]);
  });

  test('may name the id in the URL, and the header wins', async () => {
    const { feed, server } = await start();
    for (let i = 0; i < 5; i++) feed.next();
    const after = `${feed.run}-1`;
    const first = await EventReader.open(server, { after });
    await first.until(({ numbers }) => numbers.length === 4);
    expect(first.numbers).toEqual([2, 3, 4, 5]);
    const headers = { 'Last-Event-ID': `${feed.run}-4` };
    const second = await EventReader.open(server, { after, headers });
    await second.until(({ numbers }) => numbers.length === 1);
    expect(second.numbers).toEqual([5]);
  });

  test('gets the whole board when the id is too old', async () => {
    const { feed, server } = await start({}, { history: 3 });
    for (let i = 0; i < 5; i++) feed.next();
    const known = await EventReader.open(server, { after: `${feed.run}-2` });
    await known.until(({ numbers }) => numbers.length === 3);
    expect(known.of('snapshot')).toEqual([]);
    const old = await EventReader.open(server, { after: `${feed.run}-1` });
    await old.until((reader) => reader.of('snapshot').length === 1);
    expect(old.of('snapshot')).toEqual([feed.snapshot().data]);
    expect(old.numbers).toEqual([]);
  });

  test.each(['', 'nonsense', '-', '1', '%00', 'a&after=b'])(
    'gets the whole board when the id is %j',
    async (after) => {
      const { feed, server } = await start();
      feed.next();
      const reader = await EventReader.open(server, { after });
      await reader.until((r) => r.of('snapshot').length === 1);
      expect(reader.lastId).toBe(`${feed.run}-1`);
    },
  );

  test('is not taken for a reader of the run before', async () => {
    const before = await start();
    for (let i = 0; i < 9; i++) before.feed.next();
    const id = `${before.feed.run}-4`;
    await before.close();
    const { feed, server } = await start();
    for (let i = 0; i < 9; i++) feed.next();
    const reader = await EventReader.open(server, { after: id });
    await reader.until((r) => r.of('snapshot').length === 1);
    feed.next();
    await reader.until((r) => r.numbers.length === 1);
    expect(reader.of('snapshot')[0].run).toBe(feed.run);
    expect(reader.numbers).toEqual([10]);
  });

  test('survives 200 cuts at random bytes: nothing lost or doubled', async () => {
    const { feed, server } = await start();
    const seen: number[] = [];
    let lastId = '';
    for (let cut = 0; cut < 200; cut++) {
      const reader = await EventReader.open(server, { after: lastId });
      const end = Math.floor(Math.random() * 2_000);
      while (reader.bytes < end) {
        feed.next();
        await once(reader.response, 'data');
      }
      reader.leave();
      // An event that was cut does not count: it will be sent again.
      seen.push(...reader.numbers);
      lastId = reader.lastId || lastId;
    }
    const last = await EventReader.open(server, { after: lastId });
    const { n } = feed.snapshot().data;
    feed.next();
    await last.until(({ numbers }) => numbers.at(-1) === n + 1);
    seen.push(...last.numbers);
    const all = Array.from(
      { length: n + 1 - seen[0]! + 1 },
      (_, i) => i + seen[0]!,
    );
    expect(seen).toEqual(all);
    expect(seen.length).toBeGreaterThan(200);
  });
});

describe('a reader that leaves', () => {
  test('leaves no listener and no timer, two hundred times', async () => {
    const { feed, server } = await start({ comment: 5, heartbeat: 5 });
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
        .length;
    const closed: Promise<unknown>[] = [];
    server.on('request', (_request, response) => {
      closed.push(once(response, 'close'));
    });
    const readers = await Promise.all(
      Array.from({ length: 200 }, () => EventReader.open(server)),
    );
    await Promise.all(
      readers.map((r) => r.until((s) => s.of('snapshot').length > 0)),
    );
    expect(feed.listenerCount('update')).toBe(200);
    expect(feed.listenerCount('over')).toBe(200);
    const busy = timers();
    for (const reader of readers) reader.leave();
    await Promise.all(closed);
    expect(feed.listenerCount('over')).toBe(0);
    // Two for each; others of the process come and go beside them.
    expect(busy - timers()).toBeGreaterThan(390);
  });

  test('before it was noticed leaves none either, and no close waits', async () => {
    const { feed, server, port, close } = await start();
    let gone = 0;
    const all = Promise.withResolvers<void>();
    server.on('request', (_request, response) => {
      response.once('close', () => {
        if ((gone += 1) === 40) all.resolve();
      });
    });
    for (let n = 0; n < 40; n++) {
      const client = await rawClient(port);
      server.once('request', () => client.socket.resetAndDestroy());
      client.send(request('/events'));
      await client.closed;
    }
    await all.promise;
    expect(await EventReader.open(server)).toBeDefined();
    expect(feed.listenerCount('update')).toBe(1);
    await close();
  });

  test('by closing the lesson: streams and sockets end', async () => {
    const { server, close, feed } = await start();
    const readers = await Promise.all(
      Array.from({ length: 5 }, () => EventReader.open(server)),
    );
    await close();
    await Promise.all(readers.map(({ closed }) => closed));
    expect(feed.listenerCount('update')).toBe(0);
    await close(); // twice is no error
  });

  test('by closing the lesson: its own feed stands still', async () => {
    const timers = await timersOf(createServer);
    expect(timers).toEqual({ running: 1, left: 0 });
  });
});

test('a reader that does not read is cut off below 2 MiB, and nobody waits', async () => {
  const { feed, server, port } = await start();
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));

  const sleeper = await rawClient(port);
  sleeper.send(request('/events'));
  await sleeper.until('event: snapshot');
  sleeper.socket.pause();
  const reader = await EventReader.open(server);

  const [sleeping] = sockets;
  let most = 0;
  let updates = 0;
  while (!sleeping!.destroyed) {
    for (let i = 0; i < 500; i++) feed.next();
    updates += 500;
    most = Math.max(most, sleeping!.writableLength);
    // The other reader gets all of them before the next ones are made.
    await reader.until(({ numbers }) => numbers.length === updates);
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(2 * 1024 * 1024);
  expect(reader.numbers.at(-1)).toBe(updates);
  expect(feed.listenerCount('update')).toBe(1);
});

describe('the way back', () => {
  const post = (
    origin: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ) =>
    fetch(origin + path, {
      method: path === '/rate' ? 'PUT' : 'POST',
      body: body ?? null,
      headers: { 'Content-Type': 'application/json', ...headers },
    });

  async function signedIn(origin: string) {
    const response = await post(origin, '/sign-in');
    expect(response.status).toBe(204);
    const cookie = response.headers.get('Set-Cookie')!;
    expect(cookie).toMatch(
      /^staff=[-0-9a-f]{36}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    return { Cookie: `theme=dark; ${cookie.split(';')[0]!}` };
  }

  test('needs the cookie: a header does not do', async () => {
    const { origin, feed, server } = await start();
    const { train } = feed.snapshot().data.departures[0]!;
    const report = JSON.stringify({ train, minutes: 5 });
    const cookie = await signedIn(origin);
    const [name, value] = cookie.Cookie.split('; ')[1]!.split('=');
    const others: Record<string, string>[] = [
      {},
      { Cookie: `${name}=guessed` },
      { Authorization: `Bearer ${value}` },
    ];
    for (const headers of others) {
      const refused = await post(origin, '/delays', report, headers);
      expect([refused.status, await refused.text()]).toEqual([
        401,
        'Only staff may report: sign in first.',
      ]);
      const reader = await EventReader.open(server, { headers });
      await reader.until((r) => r.of('hello').length === 1);
      expect(reader.of('hello')[0].staff).toBe(false);
    }
    const reader = await EventReader.open(server, { headers: cookie });
    await reader.until((r) => r.of('snapshot').length === 1);
    expect(reader.of('hello')[0].staff).toBe(true);
    const accepted = await post(origin, '/delays', report, cookie);
    expect(accepted.status).toBe(200);
    await reader.until((r) => r.of('departure').length === 1);
    expect(reader.of('departure')[0]).toMatchObject({ n: 1, train, delay: 5 });
  });

  test('gets 4xx and a sentence for what makes no sense', async () => {
    const { origin, feed } = await start();
    const cookie = await signedIn(origin);
    const tries: [path: string, body: string, status: number, say: RegExp][] = [
      ['/delays', '{"train":"ICE 0","minutes":5}', 400, /ICE 0/],
      ['/delays', '{"train":1,"minutes":5}', 400, /train/],
      ['/delays', '[]', 400, /./],
      ['/delays', '{"train":', 400, /JSON/],
      ['/delays', `"${'x'.repeat(200_000)}"`, 413, /large/],
      ['/rate', '{"rate":"fast"}', 400, /night, normal, rush/],
      ['/rate', 'rush', 400, /expected JSON/],
      ['/rate', `"${'x'.repeat(2_000)}"`, 413, /1024/],
    ];
    for (const [path, body, status, say] of tries) {
      const response = await post(origin, path, body, cookie);
      expect([path, body.slice(0, 30), response.status]).toEqual([
        path,
        body.slice(0, 30),
        status,
      ]);
      expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/);
      expect(await response.text()).toMatch(say);
    }
    expect(feed.snapshot().data.n).toBe(0);
    expect(feed.rate).toBe('night');
  });

  test('sets the rate', async () => {
    const { origin, feed } = await start();
    const response = await post(origin, '/rate', '{"rate":"over"}');
    expect(response.status).toBe(204);
    expect(feed.rate).toBe('over');
  });
});
