import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, request as sendRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createFeed, type News } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { timersOf } from '@on-the-wire/testing/timers-of.ts';
import { withoutChunks } from '@on-the-wire/testing/without-chunks.ts';
import { createServer } from '../server.ts';
import { stationMap } from '../station-map.ts';

const closing = closingAfterEach();

const neighbour = 'http://127.0.0.1:4002';

/** Starts the lesson with a feed that moves only when the test says so. */
async function start(
  options: Parameters<typeof createServer>[0] = {},
  { history = 1000 } = {},
) {
  const feed = createFeed({ rate: 'night', history });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed, neighbour, ...options });
  closing.push(lesson.close);
  const address = await listen(lesson.server);
  return { feed, ...lesson, ...address };
}

/** Resolves once a request waits for the next update. */
const listensTo = (feed: ReturnType<typeof createFeed>) =>
  new Promise<void>((done) => {
    const hear = (name: unknown) => {
      if (name !== 'update') return;
      feed.off('newListener' as 'over', hear as () => void);
      done();
    };
    feed.on('newListener' as 'over', hear as () => void);
  });

const requestText = (first: string, ...lines: string[]) =>
  [`${first} HTTP/1.1`, 'Host: board', ...lines, '', ''].join('\r\n');
const undated = (text: string) => text.replace(/^Date: .*(?=\r$)/m, 'Date: *');
const bytes = (text: string) => Buffer.from(text).toString('latin1');

/** One GET as Node sends it: no cache in between, nothing decompressed. */
async function getPlain(url: string, headers: Record<string, string> = {}) {
  const request = get(url, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const { statusCode: status, headers: got } = response;
  return { status, headers: got, body: Buffer.concat(pieces) };
}

describe('the board', () => {
  test('comes as these bytes', async () => {
    const { feed, port } = await start();
    const client = await rawClient(port);
    client.send(requestText('GET /board'));
    const body = JSON.stringify(feed.snapshot());
    const received = await client.until(/"scheduled"}\]}}$/);
    expect(undated(received)).toBe(
      bytes(
        'HTTP/1.1 200 OK\r\n' +
          'X-Powered-By: Express\r\n' +
          'Cache-Control: no-cache\r\n' +
          'Vary: Origin, Accept-Encoding\r\n' +
          `ETag: W/"${feed.run}-0"\r\n` +
          'Content-Type: application/json; charset=utf-8\r\n' +
          'Date: *\r\n' +
          'Connection: keep-alive\r\n' +
          'Keep-Alive: timeout=5\r\n' +
          `Content-Length: ${Buffer.byteLength(body)}\r\n` +
          '\r\n' +
          body,
      ),
    );
  });

  test('is a 304 without a body for a client that has it, until it changes', async () => {
    const { feed, port, origin } = await start();
    const had = { 'If-None-Match': `W/"${feed.run}-0"` };
    const client = await rawClient(port);
    client.send(requestText('GET /board', `If-None-Match: W/"${feed.run}-0"`));
    const response = await client.until('\r\n\r\n');
    expect(undated(response)).toBe(
      'HTTP/1.1 304 Not Modified\r\n' +
        'X-Powered-By: Express\r\n' +
        'Cache-Control: no-cache\r\n' +
        'Vary: Origin\r\n' +
        `ETag: W/"${feed.run}-0"\r\n` +
        'Date: *\r\n' +
        'Connection: keep-alive\r\n' +
        'Keep-Alive: timeout=5\r\n' +
        '\r\n',
    );
    // The next response on this connection begins right behind it.
    client.send(requestText('GET /nowhere'));
    await client.until(/\r\n\r\nHTTP\/1\.1 404 /);

    const same = await getPlain(`${origin}/board`, had);
    expect([same.status, same.body.length]).toEqual([304, 0]);
    feed.next();
    const changed = await getPlain(`${origin}/board`, had);
    expect(changed.status).toBe(200);
    expect(JSON.parse(String(changed.body))).toEqual(feed.snapshot());
  });

  test('of another run is not taken for this one', async () => {
    const { origin } = await start();
    const had = { 'If-None-Match': 'W/"aaaaa-0"' };
    expect((await getPlain(`${origin}/board`, had)).status).toBe(200);
  });

  test.each([
    ['gzip, deflate, br', 'gzip'],
    ['gzip;q=0', undefined],
    ['br', undefined],
    ['', undefined],
  ])('is compressed where that is accepted: %j', async (accepted, coding) => {
    const { feed, origin } = await start();
    const { headers, body } = await getPlain(`${origin}/board`, {
      'Accept-Encoding': accepted,
    });
    expect(headers['content-encoding']).toBe(coding);
    expect(headers['vary']).toBe('Origin, Accept-Encoding');
    expect(Number(headers['content-length'])).toBe(body.length);
    const text = coding ? gunzipSync(body) : body;
    expect(JSON.parse(String(text))).toEqual(feed.snapshot());
  });
});

describe('a long poll', () => {
  test('gets a response when something comes, in these bytes', async () => {
    const { feed, port } = await start();
    const client = await rawClient(port);
    const waits = listensTo(feed);
    client.send(requestText(`GET /updates?after=${feed.run}-0`));
    await waits;
    const update = feed.next();
    const body = JSON.stringify([update]);
    const received = await client.until(/\}\]$/);
    const length = Buffer.byteLength(body);
    expect(received).toContain('\r\nCache-Control: no-store\r\n');
    expect(received).toContain(`\r\nContent-Length: ${length}\r\n`);
    expect(received.endsWith(`\r\n\r\n${bytes(body)}`)).toBe(true);
    expect(feed.listenerCount('update')).toBe(0);
  });

  test('gets all that came meanwhile at once', async () => {
    const { feed, origin } = await start();
    const all = Array.from({ length: 5 }, () => feed.next());
    const { body } = await getPlain(`${origin}/updates?after=${feed.run}-2`);
    expect(JSON.parse(String(body))).toEqual(all.slice(2));
  });

  test('gets an empty list after the timeout', async () => {
    const { feed, origin } = await start({ timeoutMs: 30 });
    const { status, body } = await getPlain(
      `${origin}/updates?after=${feed.run}-0`,
    );
    expect([status, String(body)]).toEqual([200, '[]']);
    expect(feed.listenerCount('update')).toBe(0);
  });

  test.each(['', 'nonsense', '%00', 'aaaaa-3', 'a&after=b'])(
    'gets the whole board when its id is %j',
    async (after) => {
      const { feed, origin } = await start();
      feed.next();
      const { body } = await getPlain(`${origin}/updates?after=${after}`);
      expect(JSON.parse(String(body))).toEqual([feed.snapshot()]);
    },
  );

  test('whose id is too old gets the whole board', async () => {
    const { feed, origin } = await start({}, { history: 2 });
    for (let i = 0; i < 5; i++) feed.next();
    const { body } = await getPlain(`${origin}/updates?after=${feed.run}-2`);
    expect(JSON.parse(String(body))).toEqual([feed.snapshot()]);
  });

  test('that is aborted leaves no listener and no timer', async () => {
    const { feed, port, server } = await start();
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
        .length;
    const waiting = async () => {
      const arrived = once(server, 'request');
      const waits = listensTo(feed);
      const client = await rawClient(port);
      client.send(requestText(`GET /updates?after=${feed.run}-0`));
      const [[, response]] = await Promise.all([arrived, waits]);
      return { client, closed: once(response, 'close') };
    };
    const polls = [];
    for (let n = 0; n < 50; n++) polls.push(await waiting());
    expect(feed.listenerCount('update')).toBe(50);
    const busy = timers();
    for (const { client } of polls) client.socket.destroy();
    await Promise.all(polls.map(({ closed }) => closed));
    await new Promise(setImmediate);
    expect(feed.listenerCount('update')).toBe(0);
    // One for each; others of the process come and go beside them.
    expect(busy - timers()).toBeGreaterThan(40);
  });

  test('loses nothing in 500, with connections cut at random', async () => {
    const { feed, origin, port, server } = await start();
    const seen: number[] = [];
    let after = `${feed.run}-0`;
    let cuts = 0;
    for (let poll = 0; poll < 500; poll++) {
      const client = await rawClient(port);
      const arrived = once(server, 'request');
      client.send(requestText(`GET /updates?after=${after}`));
      await arrived;
      // At rush hour something has come before the response was sent.
      for (let n = Math.random() * 3; n > 0; n--) feed.next();
      // Of some responses only the first bytes come, and then the cut.
      const end = Math.random() < 0.4 ? Math.random() * 600 : Infinity;
      while (client.received.length < end && !wholeResponse(client.received)) {
        await once(client.socket, 'data');
      }
      client.socket.destroy();
      const news = wholeResponse(client.received.slice(0, end));
      if (!news) {
        cuts += 1;
        continue;
      }
      seen.push(...news.map(({ data }) => data.n));
      after = news.at(-1)?.id ?? after;
    }
    feed.next();
    const { body } = await getPlain(`${origin}/updates?after=${after}`);
    const last = JSON.parse(String(body)) as News[];
    seen.push(...last.map(({ data }) => data.n));
    const { n } = feed.snapshot().data;
    expect(seen).toEqual(Array.from({ length: n }, (_, i) => i + 1));
    expect(cuts).toBeGreaterThan(20);
    expect(n).toBeGreaterThan(500);
  });
});

/** What a whole response says; `undefined` if it was cut. */
function wholeResponse(received: string): News[] | undefined {
  const [top = '', body] = received.split('\r\n\r\n');
  const length = /Content-Length: (\d+)/.exec(top)?.[1];
  if (body === undefined || body.length !== Number(length)) return undefined;
  return JSON.parse(Buffer.from(body, 'latin1').toString()) as News[];
}

describe('the lines', () => {
  test('are these bytes: the whole board, then each update', async () => {
    const { feed, port } = await start();
    const client = await rawClient(port);
    client.send(requestText('GET /lines'));
    await client.until('}}\n\r\n');
    const board = feed.snapshot();
    const update = feed.next();
    await client.until('"n":1,');
    const received = await client.until(/}}\n\r\n$/);
    expect(undated(withoutChunks(received))).toBe(
      bytes(
        'HTTP/1.1 200 OK\r\n' +
          'X-Powered-By: Express\r\n' +
          'Cache-Control: no-cache, no-transform\r\n' +
          'Content-Type: application/jsonl\r\n' +
          'X-Accel-Buffering: no\r\n' +
          'Date: *\r\n' +
          'Connection: keep-alive\r\n' +
          'Keep-Alive: timeout=5\r\n' +
          'Transfer-Encoding: chunked\r\n' +
          '\r\n' +
          `${JSON.stringify(board)}\n` +
          `${JSON.stringify(update)}\n`,
      ),
    );
    client.socket.destroy();
  });

  test('go on after the id that is named', async () => {
    const { feed, port } = await start();
    for (let n = 0; n < 3; n++) feed.next();
    const client = await rawClient(port);
    client.send(requestText(`GET /lines?after=${feed.run}-2`));
    const received = await client.until('}}\n\r\n');
    expect(received).toContain(`"id":"${feed.run}-3"`);
    expect(received).not.toContain('snapshot');
  });

  test('leave no listener behind when their reader leaves', async () => {
    const { feed, port, server } = await start();
    const responses: Promise<unknown>[] = [];
    server.on('request', (_request, response) => {
      responses.push(once(response, 'close'));
    });
    const clients = await Promise.all(
      Array.from({ length: 100 }, () => rawClient(port)),
    );
    for (const client of clients) client.send(requestText('GET /lines'));
    await Promise.all(clients.map((client) => client.until('}}\n\r\n')));
    expect(feed.listenerCount('update')).toBe(100);
    for (const { socket } of clients) socket.destroy();
    await Promise.all(responses);
    expect(feed.listenerCount('update')).toBe(0);
  });

  test('cut off a client that does not read, below 2 MiB, and nobody waits', async () => {
    const { feed, server, port } = await start();
    const sockets: Socket[] = [];
    server.on('connection', (socket: Socket) => sockets.push(socket));
    const sleeper = await rawClient(port);
    sleeper.send(requestText('GET /lines'));
    await sleeper.until('}}\n\r\n');
    sleeper.socket.pause();
    const reader = await rawClient(port);
    reader.send(requestText('GET /lines'));

    const [sleeping] = sockets;
    let most = 0;
    let updates = 0;
    while (!sleeping!.destroyed) {
      for (let n = 0; n < 500; n++) feed.next();
      updates += 500;
      most = Math.max(most, sleeping!.writableLength);
      // The other client gets each before the next ones are made.
      await reader.until(`"id":"${feed.run}-${updates}"`);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(2 * 1024 * 1024);
    expect(feed.listenerCount('update')).toBe(1);
  });
});

describe('a recording', () => {
  const put = (origin: string, name: string, body: BodyInit) =>
    fetch(`${origin}/recordings/${name}`, { method: 'PUT', body });

  test('is received whole: its size and its hash', async () => {
    const { origin } = await start();
    const body = Buffer.alloc(3_000_000, 'Zürich');
    const expected = {
      received: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
    };
    const response = await put(origin, 'a', body);
    const receipt = { ...expected, receivedInAll: body.length };
    expect([response.status, await response.json()]).toEqual([200, receipt]);
    const told = await fetch(`${origin}/recordings/a`);
    expect(await told.json()).toEqual(expected);
    expect(told.headers.get('Cache-Control')).toBe('no-store');
  });

  test('says while it comes how much is here, and no hash', async () => {
    const { origin, port, server } = await start();
    const client = await rawClient(port);
    const arrived = once(server, 'request');
    client.send(requestText('PUT /recordings/b', 'Content-Length: 10') + 'abc');
    const [request] = await arrived;
    if (request.readableFlowing === null) await once(request, 'data');
    const told = await fetch(`${origin}/recordings/b`);
    expect(await told.json()).toEqual({ received: 3 });
    client.send('defghij');
    await client.until('"received":10,');
  });

  test('that would be too large is refused before it comes', async () => {
    const { port, origin } = await start({ largest: 1000 });
    const client = await rawClient(port);
    client.send(requestText('PUT /recordings/c', 'Content-Length: 1001'));
    await client.until('HTTP/1.1 413 Payload Too Large\r\n');
    await client.until('A recording may have at most 1000 bytes.');
    const told = await fetch(`${origin}/recordings/c`);
    expect(told.status).toBe(404);
    const most = await put(origin, 'c', Buffer.alloc(1000));
    expect(most.status).toBe(200);
  });

  test('in chunks is refused as soon as it is too large', async () => {
    const { port, origin } = await start({ largest: 1000 });
    const client = await rawClient(port);
    client.send(requestText('PUT /recordings/d', 'Transfer-Encoding: chunked'));
    client.send(`3e8\r\n${'x'.repeat(1000)}\r\n`);
    client.send('1\r\nx\r\n');
    await client.until('A recording may have at most 1000 bytes.');
    // The rest is read and dropped; the connection lives.
    client.send(`1\r\nx\r\n0\r\n\r\n${requestText('GET /recordings/d')}`);
    await client.until('HTTP/1.1 404 Not Found');
    expect((await fetch(`${origin}/board`)).status).toBe(200);
  });

  test('that stops in the middle leaves behind how much it was, and no more', async () => {
    const { port, origin, server } = await start();
    const client = await rawClient(port);
    const arrived = once(server, 'request');
    client.send(requestText('PUT /recordings/e', 'Content-Length: 10') + 'abc');
    const [, response] = await arrived;
    const closed = once(response, 'close');
    client.socket.destroy();
    await closed;
    expect((await fetch(`${origin}/recordings/e`)).status).toBe(404);
    // Sent again, it has cost these bytes, too; but the next one has not.
    for (const receivedInAll of [13, 10]) {
      const receipt = await (await put(origin, 'e', 'abcdefghij')).json();
      expect(receipt).toMatchObject({ received: 10, receivedInAll });
    }
  });

  test('without a byte is none', async () => {
    const { port, origin } = await start();
    for (const fields of [[], ['Content-Length: 0']]) {
      const client = await rawClient(port);
      client.send(
        requestText('PUT /recordings/f', 'Connection: close', ...fields),
      );
      await client.until('HTTP/1.1 400 Bad Request');
      await client.until('A recording must not be empty.');
      await client.closed;
      expect((await fetch(`${origin}/recordings/f`)).status).toBe(404);
    }
  });

  test('of the same name takes the place of one that stops', async () => {
    const { port, origin, server } = await start();
    const client = await rawClient(port);
    const arrived = once(server, 'request');
    client.send(requestText('PUT /recordings/f', 'Content-Length: 10') + 'abc');
    const [, response] = await arrived;
    await put(origin, 'f', 'the second');
    const closed = once(response, 'close');
    client.socket.destroy();
    await closed;
    const told = await fetch(`${origin}/recordings/f`);
    expect(await told.json()).toMatchObject({ received: 10 });
  });

  test('is forgotten after twenty others', async () => {
    const { origin } = await start();
    for (let n = 0; n <= 20; n++) await put(origin, `g${n}`, 'x');
    const first = await fetch(`${origin}/recordings/g0`);
    const second = await fetch(`${origin}/recordings/g1`);
    expect([first.status, second.status]).toEqual([404, 200]);
    // One that is sent again counts as the newest.
    await put(origin, 'g1', 'y');
    await put(origin, 'g21', 'x');
    expect((await fetch(`${origin}/recordings/g1`)).status).toBe(200);
    expect((await fetch(`${origin}/recordings/g2`)).status).toBe(404);
  });
});

describe('the map', () => {
  test('is a bitmap: its header to the byte, tracks and platforms', () => {
    const file = stationMap();
    const fields = [
      '42 4d | 42 f9 15 00 | 00 00 00 00 | 42 00 00 00', // size, pixels at 66
      '28 00 00 00 | 40 06 00 00 | 7c fc ff ff', // 1,600 wide, -900 high
      '01 00 | 08 00 | 00 00 00 00 | 00 00 00 00', // eight bits each, plain
      '00 00 00 00 | 00 00 00 00 | 03 00 00 00 | 00 00 00 00', // three colours
      'e6 ef f4 00 | 36 3a 3c 00 | 41 a4 d9 00', // blue, green, red, nothing
    ];
    const expected = fields.join('').replaceAll(/[| ]/g, '');
    expect(file.subarray(0, 66).toString('hex')).toBe(expected);
    const pixel = (x: number, y: number) => file[66 + y * 1_600 + x];
    const across = [80, 90, 98, 130, 190, 230, 790].map((y) => pixel(800, y));
    expect(across).toEqual([0, 1, 0, 2, 1, 0, 1]);
    // Where the tracks meet, on either side.
    expect([pixel(90, 435), pixel(1_510, 435)]).toEqual([1, 1]);
    expect(file).toHaveLength(1_440_066);
  });

  test('is the same picture, compressed or not', async () => {
    const { origin } = await start();
    const raw = await getPlain(`${origin}/map`);
    expect(raw.headers['content-type']).toBe('image/bmp');
    expect(raw.body.subarray(0, 2).toString()).toBe('BM');
    expect(raw.body.readUInt32LE(2)).toBe(raw.body.length);
    const accept = { 'Accept-Encoding': 'gzip' };
    const zipped = await getPlain(`${origin}/map`, accept);
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body).equals(raw.body)).toBe(true);
    expect(zipped.body.length * 50).toBeLessThan(raw.body.length);
    const asIs = await getPlain(`${origin}/map?gzip=no`, accept);
    expect(asIs.headers['content-encoding']).toBeUndefined();
  });
});

describe('another origin', () => {
  const allowed = {
    'access-control-allow-origin': neighbour,
    'access-control-allow-credentials': 'true',
  };
  const cors = (headers: IncomingMessage['headers']) =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('access-')),
    );

  test('may read the board if it is the allowed one, and no other', async () => {
    const { origin } = await start();
    const from = async (other: string, path = '/board') =>
      (await getPlain(origin + path, { Origin: other })).headers;
    expect(cors(await from(neighbour))).toEqual(allowed);
    for (const other of [
      'http://127.0.0.1:4003',
      `${neighbour}.example`,
      'https://127.0.0.1:4002',
      'null',
    ])
      expect(cors(await from(other))).toEqual({});
    expect(cors(await from(neighbour, '/map'))).toEqual({});
    expect(cors(await from(neighbour, '/updates'))).toEqual({});
  });

  test('has its page where the lesson was told, whatever Host a client names', async () => {
    const { origin } = await start();
    const response = await fetch(`${origin}/neighbour`, { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('Location')).toBe(`${neighbour}/`);
  });

  test('is told so by the preflight, in these bytes', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(
      requestText(
        'OPTIONS /delays',
        `Origin: ${neighbour}`,
        'Access-Control-Request-Method: PUT',
        'Access-Control-Request-Headers: content-type',
      ),
    );
    const received = await client.until('\r\n\r\n');
    expect(undated(received)).toBe(
      'HTTP/1.1 204 No Content\r\n' +
        'X-Powered-By: Express\r\n' +
        'Cache-Control: no-store\r\n' +
        'Vary: Origin\r\n' +
        `Access-Control-Allow-Origin: ${neighbour}\r\n` +
        'Access-Control-Allow-Credentials: true\r\n' +
        'Access-Control-Allow-Methods: PUT\r\n' +
        'Access-Control-Allow-Headers: Content-Type\r\n' +
        'Access-Control-Max-Age: 600\r\n' +
        'Date: *\r\n' +
        'Connection: keep-alive\r\n' +
        'Keep-Alive: timeout=5\r\n' +
        '\r\n',
    );
  });

  test('may read errors, too', async () => {
    const { origin, feed } = await start();
    const status = async (method: string, path: string, body: string) => {
      const request = sendRequest(`${origin}${path}`, {
        method,
        headers: { Origin: neighbour, 'Content-Type': 'application/json' },
      });
      request.end(body);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      return [response.statusCode, cors(response.headers)];
    };
    expect(await status('PUT', '/delays', '{}')).toEqual([401, allowed]);
    expect(await status('PUT', '/delays', '{')).toEqual([400, allowed]);
    const { error } = console;
    const printed: unknown[] = [];
    console.error = (what) => printed.push(what);
    feed.snapshot = () => {
      throw new Error('the timetable is lost');
    };
    try {
      expect(await status('GET', '/board', '')).toEqual([500, allowed]);
    } finally {
      console.error = error;
    }
    expect(String(printed)).toContain('the timetable is lost');
  });
});

describe('what makes no sense', () => {
  test('gets 4xx and a sentence, and the server lives', async () => {
    const { origin, feed, port } = await start();
    const pass = await fetch(`${origin}/sign-in`, { method: 'POST' });
    const cookie = pass.headers.get('Set-Cookie')!.split(';')[0]!;
    const put = (path: string, body: string) =>
      fetch(origin + path, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json', Cookie: cookie },
        body,
      });
    const tries: [path: string, body: string, status: number, say: RegExp][] = [
      ['/delays', '{"train":"ICE 0","minutes":5}', 400, /ICE 0/],
      [
        '/delays',
        '{"__proto__":{"train":"x"}}',
        400,
        /minutes: found undefined/,
      ],
      ['/delays', '{"train":', 400, /JSON/],
      ['/delays', `${'['.repeat(9_000)}`, 400, /JSON/],
      ['/delays', `"${'x'.repeat(200_000)}"`, 413, /large/],
      ['/rate', '{"rate":"fast"}', 400, /night, normal, rush/],
      ['/recordings/%E0%A4%A', 'x', 400, /decode/],
    ];
    for (const [path, body, status, say] of tries) {
      const response = await put(path, body);
      const what = [path, body.slice(0, 30), response.status];
      expect(what).toEqual([path, body.slice(0, 30), status]);
      expect(await response.text()).toMatch(say);
    }
    for (const [nonsense, status] of [
      ['GET /board HTTP/9.9\r\n\r\n', '400 Bad Request'],
      ['GET /board HTTP/1.1\r\n\r\n', '400 Bad Request'],
      [
        requestText('GET /board', `X: ${'x'.repeat(20_000)}`),
        '431 Request Header',
      ],
      [
        requestText(
          'PUT /delays',
          'Content-Length: 1',
          'Transfer-Encoding: chunked',
        ),
        '400 Bad Request',
      ],
    ] as const) {
      const client = await rawClient(port);
      client.send(nonsense);
      await client.until(`HTTP/1.1 ${status}`);
      await client.closed;
    }
    expect((await fetch(`${origin}/board`)).status).toBe(200);
    expect(feed.snapshot().data.n).toBe(0);
  });

  test('without the cookie changes nothing', async () => {
    const { origin, feed } = await start();
    const { train } = feed.snapshot().data.departures[0]!;
    const send = (headers: Record<string, string>) =>
      fetch(`${origin}/delays`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ train, minutes: 5 }),
      });
    expect((await send({ Cookie: 'staff=guessed' })).status).toBe(401);
    expect(feed.snapshot().data.n).toBe(0);
    const pass = await fetch(`${origin}/sign-in`, { method: 'POST' });
    const [cookie] = pass.headers.get('Set-Cookie')!.split(';');
    expect((await send({ Cookie: cookie! })).status).toBe(200);
    expect(feed.snapshot().data.n).toBe(1);
  });
});

test('closing the lesson ends polls, lines and uploads', async () => {
  const { feed, port, close, server } = await start();
  const clients = await Promise.all([1, 2, 3].map(() => rawClient(port)));
  const [poll, lines, upload] = clients;
  const waits = listensTo(feed);
  poll!.send(requestText(`GET /updates?after=${feed.run}-0`));
  await waits;
  const arrived = once(server, 'request');
  upload!.send(requestText('PUT /recordings/h', 'Content-Length: 10'));
  await arrived;
  lines!.send(requestText('GET /lines'));
  await lines!.until('}}\n\r\n');
  await close();
  await Promise.all(clients.map(({ closed }) => closed));
  expect(feed.listenerCount('update')).toBe(0);
  await close(); // twice is no error
});

test('closing the lesson stops its own feed', async () => {
  const timers = await timersOf(createServer);
  expect(timers).toEqual({ running: 1, left: 0 });
});

test.each([
  ['PUT /rate', 400],
  ['PUT /delays', 400],
  ['PUT /recordings/a', 400],
  ['POST /sign-in', 204],
])('Without a body %s gets %i', async (first, status) => {
  const { port, origin } = await start();
  const signed = await fetch(`${origin}/sign-in`, { method: 'POST' });
  const cookie = `Cookie: ${signed.headers.get('Set-Cookie')!.split(';')[0]}`;
  const client = await rawClient(port);
  client.send(requestText(first, 'Connection: close', cookie));
  await client.until(`HTTP/1.1 ${status} `);
  await client.closed;
});
