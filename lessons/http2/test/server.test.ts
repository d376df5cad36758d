import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get as getByHttp1 } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/shared/testing/listen.ts';
import { decodeGoaway, decodeSettings } from '../frame.ts';
import { createServer } from '../server.ts';
import { ask, frameClient, get, nodeClient, request } from './clients.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Starts the lesson with a feed that moves only when the test says so. */
async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed, deadline: 20, ...options });
  closing.push(lesson.close);
  const { port } = await listen(lesson.server);
  const http1 = await listen(lesson.others!['http1']!);
  return { feed, ...lesson, port, http1: http1.port };
}

const board = (station: number, wait: number) => ({
  ':path': `/board?station=${station}&wait=${wait}`,
});

/** An answer of a client that knows HTTP/1.1 only. */
async function askHttp1(port: number, path: string) {
  const options = { port, host: '127.0.0.1', path, rejectUnauthorized: false };
  const [answer] = (await once(
    getByHttp1({ ...options, agent: false }),
    'response',
  )) as [IncomingMessage];
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) text += piece;
  return { answer, text };
}

describe('one server, two protocols', () => {
  test('one answers in HTTP/2 and in HTTP/1.1, the other in HTTP/1.1', async () => {
    const { port, http1 } = await start();
    const { session } = await nodeClient(port);
    const answer = await ask(session, board(7, 0));
    expect(answer.headers[':status']).toBe(200);
    expect(JSON.parse(answer.text).station).toBe('Arbon');
    for (const each of [port, http1]) {
      const { answer: other, text } = await askHttp1(
        each,
        board(7, 0)[':path'],
      );
      expect([other.httpVersion, text]).toEqual(['1.1', answer.text]);
    }
    await expect(nodeClient(http1)).rejects.toThrow(/alert|ALPN|protocol/i);
    session.close();
  });

  test('only the other says that any page may read it', async () => {
    const { port, http1 } = await start();
    const headers = ['access-control-allow-origin', 'timing-allow-origin'];
    const of = async (at: number) => {
      const { answer } = await askHttp1(at, '/');
      return headers.map((name) => answer.headers[name]);
    };
    expect(await of(http1)).toEqual(['*', '*']);
    expect(await of(port)).toEqual([undefined, undefined]);
  });

  test('what makes no sense gets its status and a sentence', async () => {
    const { port } = await start();
    const { session } = await nodeClient(port);
    const table: [
      Record<string, string>,
      string | undefined,
      number,
      RegExp,
    ][] = [
      [{ ':path': '/board?station=100&wait=0' }, undefined, 400, /0 to 99/],
      [{ ':path': '/board?wait=0' }, undefined, 400, /0 to 99/],
      [{ ':path': '/board?station=1&wait=9e9' }, undefined, 400, /5000/],
      [{ ':path': '/nowhere' }, undefined, 404, /no such file/],
      [{ ':path': '//' }, undefined, 404, /no such file/],
      [{ ':path': '/board', ':method': 'DELETE' }, undefined, 405, /GET/],
      [{ ':path': '/delays', ':method': 'POST' }, '{}', 401, /staff/],
      [{ ':path': '/rate', ':method': 'PUT' }, 'rush', 400, /application/],
    ];
    for (const [headers, body, status, text] of table) {
      const answer = await ask(session, headers, body);
      expect([headers, answer.headers[':status']]).toEqual([headers, status]);
      expect(answer.text).toMatch(text);
    }
    session.close();
  });
});

describe('one connection', () => {
  test('carries a hundred slow boards within the time of a few', async () => {
    const { port, server } = await start();
    let connections = 0;
    server.on('session', () => (connections += 1));
    const { session } = await nodeClient(port);
    await ask(session, board(0, 0));
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, station) =>
        ask(session, board(station, 1_000)),
      ),
    );
    const took = performance.now() - began;
    expect(new Set(answers.map(({ text }) => text)).size).toBe(100);
    expect(took).toBeGreaterThanOrEqual(999);
    expect(took).toBeLessThan(5 * 1_000); // one after another: 100 s
    expect(connections).toBe(1);
    session.close();
  });

  test('says headers in full once, and then in a few bytes', async () => {
    const { port, server } = await start();
    server.prependListener('request', (_request, response) => {
      response.setHeader('Date', 'Thu, 01 Jan 2026 00:00:00 GMT');
    });
    const client = await nodeClient(port);
    const cookie = 'staff=8f14e45f-ceea-467e-9c37-2a5b1f0c7d11';
    const headers = { ...board(42, 0), 'user-agent': 'a browser', cookie };
    for (let i = 0; i < 3; i += 1) await ask(client.session, headers);
    const sizes = (frames: ReturnType<typeof client.sent>) =>
      frames
        .filter(({ type }) => type === 'HEADERS')
        .map(({ payload }) => 9 + payload.length);
    expect({
      up: sizes(client.sent()),
      down: sizes(client.received()),
    }).toEqual({
      up: [81, 34, 34],
      down: [66, 13, 13],
    });
    client.session.close();
  });

  test('begins with settings, and answers a request with these frames', async () => {
    const { port } = await start();
    const client = await frameClient(port);
    client.greet();
    client.send(request(1, get('/board?station=7&wait=0')));
    const end = await client.until(
      ({ type, flags }) => type === 'DATA' && flags === 1,
    );
    const settings = decodeSettings(client.frames[0]!.payload);
    // MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE, ENABLE_CONNECT_PROTOCOL
    expect([3, 6, 8].map((id) => settings.get(id))).toEqual([128, 16_384, 1]);
    expect(client.frames.map(({ type }) => type)).toEqual([
      'SETTINGS',
      'SETTINGS', // acknowledges ours
      'HEADERS',
      'DATA',
      ...(end.payload.length === 0 ? ['DATA'] : []),
    ]);
    expect(client.frames[2]).toMatchObject({ flags: 4, stream: 1 });
    client.socket.destroy();
  });

  test('sends no more of a long answer than the reader has room for', async () => {
    const { port, server } = await start();
    const asked = once(server, 'request');
    const client = await frameClient(port);
    client.greet();
    client.send(request(1, get('/timetable')));
    const [{ stream }] = (await asked) as [Http2ServerRequest];
    const data = () =>
      client.frames
        .filter(({ type }) => type === 'DATA')
        .reduce((sum, { payload }) => sum + payload.length, 0);
    // Another stream is not held up: small, and the window is its own … but
    // that of the connection is spent, so only its head can come.
    await client.until(() => data() === 65_535);
    client.send(request(3, get('/board?station=1&wait=0')));
    await client.until(
      ({ type, stream: id }) => type === 'HEADERS' && id === 3,
    );
    expect(data()).toBe(65_535);
    expect(stream.writableLength).toBeLessThan(65_536);
    // Room for both, in the connection and in stream 1: a thousand bytes.
    const more = Uint8Array.from([0, 0, 0x03, 0xe8]);
    for (const id of [0, 1])
      client.send({
        type: 'WINDOW_UPDATE',
        flags: 0,
        stream: id,
        payload: more,
      });
    await client.until(() => data() === 66_535);
    client.socket.destroy();
  });
});

describe('who leaves', () => {
  test('stops the work for its own stream and for no other', async () => {
    const { feed, port } = await start();
    const { session } = await nodeClient(port);
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
        .length;
    const events = session.request({ ':path': '/events' });
    await once(events, 'data');
    const other = ask(session, board(1, 300));
    const before = timers();
    const cancelled = Array.from({ length: 50 }, (_, i) =>
      session.request(board(i, 5_000)),
    );
    await ask(session, board(2, 0)); // it was sent last: they are all there
    const busy = timers();
    expect(busy - before).toBeGreaterThanOrEqual(50);
    for (const stream of cancelled) stream.close(8); // CANCEL
    await Promise.all(cancelled.map((stream) => once(stream, 'close')));
    await ask(session, board(2, 0));
    expect(timers()).toBeLessThanOrEqual(busy - 50);
    expect((await other).headers[':status']).toBe(200);
    expect(feed.listenerCount('update')).toBe(1);
    events.close(8);
    await ask(session, board(2, 0));
    expect(feed.listenerCount('update')).toBe(0);
    session.close();
  });

  test('ends a long answer that is being written', async () => {
    const { port, server } = await start();
    const { session } = await nodeClient(port);
    const asked = once(server, 'request');
    const reader = session.request({ ':path': '/timetable' });
    const [, response] = (await asked) as [unknown, Http2ServerResponse];
    await once(reader, 'data');
    reader.close(8);
    await once(response, 'close');
    await ask(session, board(1, 0));
    // It has stopped to wait for room; nothing else would make it go on.
    expect(response.listenerCount('drain')).toBe(0);
    session.close();
  });
});

test('answers while it is still asked: a full duplex', async () => {
  const { port } = await start();
  const { session } = await nodeClient(port);
  const stream = session.request({ ':path': '/dictation', ':method': 'POST' });
  stream.setEncoding('utf8');
  const heard: string[] = [];
  const line = async () => {
    const [text] = (await once(stream, 'data')) as [string];
    heard.push(JSON.parse(text).heard);
  };
  // Each word is said only when the one before was answered.
  await line();
  for (const word of ['Zürich,', 'platform', '7']) {
    stream.write(word);
    await line();
  }
  stream.end();
  await once(stream, 'close');
  expect(heard).toEqual(['', 'Zürich,', 'platform', '7']);
  session.close();
});

describe('the news', () => {
  test('goes on after the id that was seen last', async () => {
    const { feed, port } = await start();
    for (let i = 0; i < 5; i += 1) feed.next();
    const { session } = await nodeClient(port);
    const events = session.request({
      ':path': '/events',
      'last-event-id': `${feed.run}-3`,
    });
    let text = '';
    events.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    while (!text.includes(`id: ${feed.run}-5`)) await once(events, 'data');
    feed.next();
    while (!text.includes(`id: ${feed.run}-6`)) await once(events, 'data');
    expect([...text.matchAll(/^id: .*-(\d+)$/gm)].map(([, n]) => n)).toEqual([
      '4',
      '5',
      '6',
    ]);
    session.destroy();
  });

  test('has a report of staff, and of nobody else', async () => {
    const { feed, port } = await start();
    const { session } = await nodeClient(port);
    const signed = await ask(session, {
      ':path': '/sign-in',
      ':method': 'POST',
    });
    const cookie = signed.headers['set-cookie']![0]!.split(';')[0]!;
    const { train } = feed.snapshot().data.departures[0]!;
    const report = {
      ':path': '/delays',
      ':method': 'POST',
      'content-type': 'application/json',
      cookie,
    };
    const answer = await ask(
      session,
      report,
      JSON.stringify({ train, minutes: 5 }),
    );
    expect(answer.headers[':status']).toBe(200);
    expect(JSON.parse(answer.text).data).toMatchObject({
      n: 1,
      train,
      delay: 5,
    });
    const rate = { ...report, ':path': '/rate', ':method': 'PUT' };
    await ask(session, rate, '{"rate":"rush"}');
    expect(feed.rate).toBe('rush');
    feed.setRate('night');
    session.close();
  });
});

describe('a WebSocket in a stream', () => {
  const handshake = (port: number, more: Record<string, string> = {}) => ({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/loudspeaker',
    ':authority': `127.0.0.1:${port}`,
    'sec-websocket-version': '13',
    ...more,
  });

  test('begins with 200, and its frames lie in DATA', async () => {
    const { port } = await start();
    const { session } = await nodeClient(port);
    await once(session, 'remoteSettings');
    const stream = session.request(handshake(port), { endStream: false });
    const [head] = await once(stream, 'response');
    expect(head[':status']).toBe(200);
    const hello = JSON.stringify({ kind: 'hello', stream: stream.id });
    const [bytes] = (await once(stream, 'data')) as [Buffer];
    expect(bytes.toString('latin1')).toBe(
      `\x81${String.fromCharCode(hello.length)}${hello}`,
    );
    // "Hello", masked, as in RFC 6455, 5.7; and why nobody may say it.
    stream.write(Buffer.from('818537fa213d7f9f4d5158', 'hex'));
    const [refused] = (await once(stream, 'data')) as [Buffer];
    expect(refused.toString('latin1')).toMatch(/^\x81.*Only staff may speak/);
    session.destroy();
  });

  test.each([
    [{ ':path': '/nowhere' }, 404],
    [{ origin: 'https://evil.example' }, 403],
    [{ 'sec-websocket-version': '8' }, 400],
    [{ ':protocol': 'connect-udp' }, 405],
  ])('is refused with a status: %j', async (more, status) => {
    const { port } = await start();
    const { session } = await nodeClient(port);
    await once(session, 'remoteSettings');
    const answer = await ask(session, handshake(port, more));
    expect(answer.headers[':status']).toBe(status);
    session.close();
  });
});

describe('leaving', () => {
  test('loses no stream that runs, and names the first that it does not serve', async () => {
    const { port, close, server } = await start({ deadline: 5_000 });
    const client = await frameClient(port);
    client.greet();
    for (let i = 0; i < 20; i += 1)
      client.send(request(1 + 2 * i, get(`/board?station=${i}&wait=300`)));
    let asked = 0;
    await new Promise<void>((all) => {
      server.on('request', () => (asked += 1) === 20 && all());
    });
    const closed = close();
    const goaway = await client.until(({ type }) => type === 'GOAWAY');
    expect(decodeGoaway(goaway.payload)).toEqual({
      last: 39,
      error: 'NO_ERROR',
    });
    // Too late: nobody touches it, and the client knows.
    client.send(request(41, get('/board?station=41&wait=0')));
    await closed;
    await client.closed;
    const ended = client.frames.filter(
      ({ type, flags }) => type === 'DATA' && (flags & 1) === 1,
    );
    expect(ended.map(({ stream }) => stream).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => 1 + 2 * i),
    );
    expect(asked).toBe(20);
  });

  test('has a deadline for what never ends, whatever the protocol', async () => {
    const { port, http1, close, feed } = await start({ deadline: 30 });
    const { session } = await nodeClient(port);
    const events = session.request({ ':path': '/events' });
    events.on('error', () => {});
    await once(events, 'data');
    const options = { host: '127.0.0.1', path: '/events', agent: false };
    const old = getByHttp1({
      ...options,
      port: http1,
      rejectUnauthorized: false,
    });
    const [answer] = (await once(old, 'response')) as [IncomingMessage];
    answer.on('error', () => {}).resume();
    const gone = Promise.all([
      new Promise((done) => events.on('close', done)),
      new Promise((done) => answer.on('close', done)),
    ]);
    await close();
    await gone;
    expect(feed.listenerCount('update')).toBe(0);
    await close().catch(() => {}); // twice is no harm
  });

  test('is to be had for one connection, while another goes on', async () => {
    const { port } = await start({ deadline: 5_000 });
    const { session: leaving } = await nodeClient(port);
    const { session: staying } = await nodeClient(port);
    const goodbye = once(leaving, 'goaway');
    const running = ask(leaving, board(1, 100));
    await ask(leaving, { ':path': '/goodbye', ':method': 'POST' });
    await goodbye;
    expect((await running).headers[':status']).toBe(200);
    await once(leaving, 'close');
    expect((await ask(staying, board(2, 0))).headers[':status']).toBe(200);
    staying.close();
  });
});

describe('a client that means no good', () => {
  test('is cut off for resetting rapidly, while another goes on', async () => {
    const { port, server } = await start();
    const { session: honest } = await nodeClient(port);
    const running = ask(honest, board(1, 500));
    let served = 0;
    server.on('request', () => (served += 1));
    const client = await frameClient(port);
    client.greet();
    let id = 1;
    while (!client.socket.destroyed && id < 20_000) {
      for (let i = 0; i < 50; i += 1, id += 2) {
        client.send(request(id, get('/board?station=1&wait=5000')));
        const payload = Uint8Array.from([0, 0, 0, 8]);
        client.send({ type: 'RST_STREAM', flags: 0, stream: id, payload });
      }
      await new Promise(setImmediate);
    }
    await client.closed;
    expect(served).toBeLessThan(1_000);
    const goaway = client.frames.find(({ type }) => type === 'GOAWAY');
    expect(decodeGoaway(goaway!.payload).error).not.toBe('NO_ERROR');
    expect((await running).headers[':status']).toBe(200);
    honest.close();
  });

  test('may not send header bombs', async () => {
    const { port, server } = await start();
    let served = 0;
    server.on('request', () => (served += 1));
    const client = await frameClient(port);
    client.greet();
    // 200 fields, and fields that are too large when unpacked.
    const many = Array.from(
      { length: 200 },
      (_, i) => [`x${i}`, ''] as [string, string],
    );
    client.send(request(1, get('/board?station=1&wait=0', many)));
    await client.until(
      ({ type, stream }) => type === 'RST_STREAM' && stream === 1,
    );
    // A field of 4,000 bytes once in the table, then a byte for each copy.
    const value = Buffer.alloc(3_900, 'a');
    const size = [0x7f, ...integer(value.length - 127)];
    const bomb = [
      ...get('/'),
      0x40,
      1,
      0x78,
      ...size,
      ...value,
      ...Array(200).fill(0xbe),
    ];
    client.send(request(3, Uint8Array.from(bomb)));
    await client.until(
      ({ type, stream }) => type === 'RST_STREAM' && stream === 3,
    );
    // The connection goes on, for who behaves.
    client.send(request(5, get('/board?station=1&wait=0')));
    await client.until(({ type, stream }) => type === 'DATA' && stream === 5);
    expect(served).toBe(1);
    client.socket.destroy();
  });

  test('is told goodbye when it says nothing', async () => {
    const { port } = await start({ idle: 50 });
    const client = await frameClient(port);
    client.greet();
    const goaway = await client.until(({ type }) => type === 'GOAWAY');
    expect(decodeGoaway(goaway.payload).error).toBe('NO_ERROR');
    await client.closed;
  });

  const malformed: [what: string, bytes: string, error: string | undefined][] =
    [
      ['DATA on stream 0', '000001 00 00 00000000 61', 'PROTOCOL_ERROR'],
      [
        'a PING of seven bytes',
        '000007 06 00 00000000 01020304050607',
        'FRAME_SIZE_ERROR',
      ],
      ['a frame of 16 MB', 'ffffff 00 00 00000001', 'FRAME_SIZE_ERROR'],
      [
        'a broken header block',
        '000002 01 05 00000001 ffff',
        'COMPRESSION_ERROR',
      ],
      ['an even stream', '000003 01 05 00000002 828784', 'PROTOCOL_ERROR'],
      [
        'CONTINUATION after nothing',
        '000001 09 04 00000001 82',
        'PROTOCOL_ERROR',
      ],
      [
        'a window that overflows',
        '000004 08 00 00000000 7fffffff',
        'FLOW_CONTROL_ERROR',
      ],
    ];
  test.each(malformed)(
    'ends its own connection by %s',
    async (_what, hex, error) => {
      const { port } = await start();
      const { session } = await nodeClient(port);
      const running = ask(session, board(1, 200));
      const client = await frameClient(port);
      client.greet();
      await client.until(
        ({ type, flags }) => type === 'SETTINGS' && flags === 1,
      );
      client.socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
      await client.closed;
      const goaway = client.frames.find(({ type }) => type === 'GOAWAY');
      expect(decodeGoaway(goaway!.payload).error).toBe(error);
      expect((await running).headers[':status']).toBe(200);
      session.close();
    },
  );

  test('ends its own connection by no HTTP/2 at all', async () => {
    const { port } = await start();
    const client = await frameClient(port);
    client.socket.write('GET / HTTP/1.1\r\nHost: board\r\n\r\n'.repeat(3));
    await client.closed;
    const { session } = await nodeClient(port);
    expect((await ask(session, board(1, 0))).headers[':status']).toBe(200);
    session.close();
  });
});

/** An integer of HPACK that did not fit its prefix: RFC 7541, 5.1. */
function integer(rest: number): number[] {
  return rest < 128 ? [rest] : [(rest & 127) | 128, ...integer(rest >> 7)];
}
