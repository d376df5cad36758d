import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createFeed, type News } from '@on-the-wire/shared/board/feed.ts';
import { listenBehindTap } from '@on-the-wire/shared/testing/behind-tap.ts';
import { listen } from '@on-the-wire/shared/testing/listen.ts';
import { rawClient } from '@on-the-wire/shared/testing/raw-client.ts';
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame, opcodes, type Frame } from '../frame.ts';
import { createSockets } from '../handshake.ts';
import { backoff, Connection } from '../page/connection.ts';
import { createServer } from '../server.ts';
import { createEcho } from './echo.ts';

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Starts the lesson with a feed that moves only when the test says so. */
async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed, ...options });
  closing.push(lesson.close);
  return { feed, ...lesson, ...(await listen(lesson.server)) };
}

const handshake = {
  Host: 'board',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Protocol': 'board.v1',
};
const ask = (
  headers: Record<string, string> = {},
  first = 'GET /track?after=',
) =>
  [
    `${first} HTTP/1.1`,
    ...Object.entries({ ...handshake, ...headers })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
const mask = Uint8Array.of(1, 2, 3, 4);
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const frame = (opcode: number, payload: string, parts: Partial<Frame> = {}) =>
  latin1(
    encodeFrame({
      final: true,
      opcode,
      payload: new Uint8Array(Buffer.from(payload)),
      mask,
      ...parts,
    }),
  );

/** The frames after the head of an answer. */
function framesOf(received: string) {
  const bytes = Buffer.from(
    received.split('\r\n\r\n').slice(1).join('\r\n\r\n'),
    'latin1',
  );
  let rest = new Uint8Array(bytes);
  const frames: { opcode: number; text: string; bytes: number[] }[] = [];
  for (;;) {
    const read = decodeFrame(rest);
    if (!read) return frames;
    const { opcode, payload } = read.frame;
    frames.push({
      opcode,
      text: Buffer.from(payload).toString(),
      bytes: [...payload],
    });
    rest = rest.slice(read.end);
  }
}

/** A client as other programs have it: what it was told, and its end. */
async function openClient(port: number, after = '', options = {}) {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/track?after=${after}`,
    'board.v1',
    options,
  );
  const texts: (News | { kind: string; [name: string]: unknown })[] = [];
  const places: number[][] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) places.push([...data]);
    else texts.push(JSON.parse(String(data)));
  });
  const closed = once(socket, 'close').then(([code, reason]) => [
    code,
    String(reason),
  ]);
  socket.on('error', () => {});
  closing.push(() => socket.terminate());
  await once(socket, 'open');
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await once(socket, 'message');
  };
  const numbers = () =>
    texts.flatMap((each) =>
      each.kind === 'departure' || each.kind === 'announcement'
        ? [(each as News).data.n]
        : [],
    );
  return { socket, texts, places, closed, until, numbers };
}

describe('the handshake', () => {
  test('is answered with these bytes, and then come frames', async () => {
    const { feed, port } = await start();
    const client = await rawClient(port);
    client.send(ask());
    const head = await client.until('\r\n\r\n');
    expect(head).toBe(
      'HTTP/1.1 101 Switching Protocols\r\n' +
        'Upgrade: websocket\r\n' +
        'Connection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n' +
        'Sec-WebSocket-Protocol: board.v1\r\n' +
        '\r\n',
    );
    await client.until('\x82\x03\x05\x00\x00');
    const update = feed.next();
    const text = JSON.stringify(update);
    const length = Buffer.byteLength(text);
    expect(length).toBeGreaterThan(125);
    const bytes = `\x81\x7e\x00${String.fromCharCode(length)}${latin1(Buffer.from(text))}`;
    const received = await client.until(bytes);
    const [hello, snapshot, first] = framesOf(received);
    expect(hello!.text).toBe('{"kind":"hello","staff":false,"rate":"night"}');
    expect(JSON.parse(snapshot!.text)).toMatchObject({ id: `${feed.run}-0` });
    expect(first).toMatchObject({ opcode: 2, bytes: [0, 0, 0] });
    client.socket.destroy();
  });

  test.each([
    ['another version', { 'Sec-WebSocket-Version': '12' }, 400],
    ['a key that is none', { 'Sec-WebSocket-Key': 'x' }, 400],
    ['no key', { 'Sec-WebSocket-Key': '' }, 400],
    ['another protocol', { 'Sec-WebSocket-Protocol': 'board.v2' }, 400],
    ['no protocol', { 'Sec-WebSocket-Protocol': '' }, 400],
    ['a page of another origin', { Origin: 'http://evil.example' }, 403],
    ['an origin that begins like ours', { Origin: 'http://board.evil' }, 403],
    ['an opaque origin', { Origin: 'null' }, 403],
  ])('is refused for %s', async (_what, headers, status) => {
    const { port, feed } = await start();
    const client = await rawClient(port);
    client.send(ask(headers));
    await client.until(`HTTP/1.1 ${status} `);
    await client.closed;
    expect(feed.listenerCount('update')).toBe(0);
  });

  test.each([
    ['POST /track', 405],
    ['GET /elsewhere', 404],
    ['GET /tracks', 404],
  ])('is refused for %s', async (first, status) => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask({}, first));
    await client.until(`HTTP/1.1 ${status} `);
    await client.closed;
  });

  test('of our own page is welcome', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask({ Origin: 'http://board' }));
    await client.until('HTTP/1.1 101 ');
    client.socket.destroy();
  });
});

describe('a ticket', () => {
  const buy = async (origin: string) => {
    const answer = await fetch(`${origin}/ticket`, { method: 'POST' });
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    return answer.text();
  };
  const use = async (port: number, ticket: string) => {
    const client = await rawClient(port);
    client.send(ask({}, `GET /track?after=&ticket=${ticket}`));
    await client.until(/^HTTP\/1\.1 (101 [^]*"staff":|401 [^]*old\.)/);
    client.socket.destroy();
    return client.received;
  };

  test('lets in as staff, once', async () => {
    const { port, origin, feed } = await start();
    const ticket = await buy(origin);
    const client = await openClient(port, `&ticket=${ticket}`);
    await client.until(() => client.texts.length > 1);
    expect(client.texts[0]).toMatchObject({ kind: 'hello', staff: true });
    const { train } = feed.snapshot().data.departures[0]!;
    client.socket.send(JSON.stringify({ kind: 'delay', train, minutes: 5 }));
    await client.until(() => client.numbers().length === 1);
    expect(await use(port, ticket)).toContain('HTTP/1.1 401 Unauthorized\r\n');
  });

  test('that nobody gave lets nobody in', async () => {
    const { port } = await start();
    for (const guess of ['', '1', 'undefined', '%00'])
      expect(await use(port, guess)).toContain('HTTP/1.1 401 ');
  });

  test('is good for a time only, and then forgotten', async () => {
    const { port, origin } = await start({ valid: 0 });
    expect(await use(port, await buy(origin))).toContain('HTTP/1.1 401 ');
  });
});

describe('what breaks the protocol ends with the code that says so', () => {
  const text = (words: string, parts: Partial<Frame> = {}) =>
    frame(opcodes.text, words, parts);
  test.each([
    ['a message that is too large', text('x'.repeat(4097)), 1009],
    ['a text that is not UTF-8', `\x81\x81\x00\x00\x00\x00\xff`, 1007],
    ['a reserved bit', `\xc1\x80\x00\x00\x00\x00`, 1002],
    ['an unknown opcode', frame(3, ''), 1002],
    ['a frame without a mask', '\x81\x02{}', 1002],
    ['a ping in fragments', frame(opcodes.ping, '', { final: false }), 1002],
    ['a ping of 126 bytes', frame(opcodes.ping, 'x'.repeat(126)), 1002],
    ['a fragment of nothing', frame(opcodes.continuation, 'x'), 1002],
  ])('%s', async (_what, bytes, code) => {
    const { port, feed } = await start();
    const witness = await openClient(port);
    const client = await rawClient(port);
    client.send(ask());
    await client.until('\x82\x03\x05\x00\x00');
    client.send(bytes);
    await client.until(
      `\x88\x02${String.fromCharCode(code >> 8, code & 0xff)}`,
    );
    // And others go on.
    feed.next();
    await witness.until(() => witness.numbers().length === 1);
    client.socket.destroy();
  });
});

describe('both sides speak', () => {
  test('a ping is answered, between the fragments of a message', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask());
    await client.until('\x82\x03\x05\x00\x00');
    client.send(
      frame(opcodes.text, '{"kind":', { final: false }) +
        frame(opcodes.ping, 'there?') +
        frame(opcodes.continuation, '"ping"}'),
    );
    await client.until('\x8a\x06there?');
    await client.until('\x81\x0f{"kind":"pong"}');
    client.socket.destroy();
  });

  test('a place reaches everybody, and those who come later', async () => {
    const { port } = await start();
    const one = await openClient(port);
    const two = await openClient(port);
    await two.until(() => two.places.length === 6);
    one.socket.send(Uint8Array.of(4, 0x12, 0x34));
    await two.until(() => two.places.length === 7);
    expect(two.places.at(-1)).toEqual([4, 0x12, 0x34]);
    // Not the hand that moved it: an echo would pull it back.
    two.socket.send(Uint8Array.of(5, 0, 1));
    await one.until(() => one.places.at(-1)?.[0] === 5);
    expect(one.places.filter(([train]) => train === 4)).toEqual([[4, 0, 0]]);
    const late = await openClient(port);
    await late.until(() => late.places.length === 6);
    expect(late.places[4]).toEqual([4, 0x12, 0x34]);
  });

  test('what makes no sense is answered, and the connection lives', async () => {
    const { port, feed } = await start();
    const client = await openClient(port);
    const tries: [message: string | Uint8Array, say: RegExp][] = [
      ['', /expected a JSON object/],
      ['{"kind":', /expected a JSON object/],
      ['[]', /expected ping, delay or announce/],
      ['null', /expected a JSON object/],
      ['{"kind":"fly"}', /"fly", expected ping, delay or announce/],
      ['{"kind":"delay","train":"x","minutes":5}', /sign in first/],
      [Uint8Array.of(6, 0, 0), /Found the bytes 060000, expected 3/],
      [Uint8Array.of(1, 0), /expected 3/],
      [new Uint8Array(), /expected 3/],
    ];
    for (const [message, say] of tries) {
      const { length } = client.texts;
      client.socket.send(message);
      await client.until(() => client.texts.length > length);
      const answer = client.texts.at(-1) as { kind: string; message: string };
      expect([String(message), answer.kind]).toEqual([
        String(message),
        'error',
      ]);
      expect(answer.message).toMatch(say);
    }
    expect(feed.snapshot().data.n).toBe(0);
  });

  test('staff report and announce, and everybody hears it', async () => {
    const { port, origin, feed } = await start();
    const pass = await fetch(`${origin}/sign-in`, { method: 'POST' });
    const [cookie] = pass.headers.get('Set-Cookie')!.split(';');
    const headers = { Cookie: cookie };
    const staff = await openClient(port, '', { headers });
    const other = await openClient(port);
    const { train } = feed.snapshot().data.departures[0]!;
    staff.socket.send(JSON.stringify({ kind: 'delay', train, minutes: 5 }));
    staff.socket.send(
      JSON.stringify({ kind: 'announce', text: '„Gleis 7“\r\n🚆' }),
    );
    await other.until(() => other.numbers().length === 2);
    const [delay, announcement] = other.texts.slice(-2) as News[];
    expect(delay!.data).toMatchObject({ train, delay: 5 });
    expect(announcement!.data).toMatchObject({ text: '„Gleis 7“\r\n🚆' });
    staff.socket.send(JSON.stringify({ kind: 'announce', text: '' }));
    await staff.until(() => staff.texts.at(-1)!.kind === 'error');
  });

  test('messages are compressed where both sides want that', async () => {
    const { feed, port } = await start({ deflate: true });
    const client = await rawClient(port);
    client.send(ask({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
    const head = await client.until('\r\n\r\n');
    expect(head).toContain('Sec-WebSocket-Extensions: permessage-deflate');
    await client.until('\x82\x03\x05\x00\x00');
    const hand = await openClient(port, '', { perMessageDeflate: false });
    let plain = 0;
    for (let n = 0; n < 100; n++)
      plain += Buffer.byteLength(JSON.stringify(feed.next()));
    // Places are not: three bytes would become more. This one comes last.
    hand.socket.send(Uint8Array.of(5, 0, 1));
    const received = await client.until('\x82\x03\x05\x00\x01');
    client.socket.destroy();
    const updates = framesOf(received)
      .filter(({ opcode }) => opcode === opcodes.text)
      .slice(2);
    expect(updates).toHaveLength(100);
    const squeezed = updates.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // What the tutorial says: some 150 bytes become some 30.
    expect(plain / 100).toBeGreaterThan(140);
    expect(plain / 100).toBeLessThan(160);
    expect(squeezed / 100).toBeGreaterThan(20);
    expect(squeezed / 100).toBeLessThan(40);
    // Who does not offer it understands every word.
    await hand.until(() => hand.numbers().length === 100);
  });

  test('and are not where one side does not', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
    expect(await client.until('\r\n\r\n')).not.toContain('Extensions');
    client.socket.destroy();
  });
});

describe('who comes back', () => {
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

  test('fifty come back spread out after a restart, and miss nothing', async () => {
    const { feed, server, port, close } = await start();
    const pages = Array.from({ length: 50 }, () => {
      const seen = { id: '', numbers: [] as number[] };
      let changed = () => {};
      const connection = new Connection({
        url: () => `ws://127.0.0.1:${port}/track?after=${seen.id}`,
        onMessage(data) {
          if (typeof data !== 'string') return;
          const news = JSON.parse(data) as News;
          if (!('id' in news)) return;
          seen.id = news.id;
          if (news.kind !== 'snapshot') seen.numbers.push(news.data.n);
          changed();
        },
        onState() {},
      });
      connection.open();
      closing.push(() => connection.close());
      const until = async (id: string) => {
        while (seen.id !== id)
          await new Promise<void>((done) => (changed = done));
      };
      return { until, seen };
    });
    await Promise.all(pages.map((page) => page.until(`${feed.run}-0`)));
    // How long each is going to wait. When all is slow they may come together
    // nevertheless; so what counts is what they chose.
    const { setTimeout: later } = globalThis;
    const waits: number[] = [];
    globalThis.setTimeout = ((what: () => void, ms: number) => {
      if (ms <= 500) waits.push(ms);
      return later(what, ms);
    }) as typeof setTimeout;
    closing.push(() => void (globalThis.setTimeout = later));
    await close();
    expect(server.listening).toBe(false);
    for (let n = 0; n < 20; n++) feed.next();
    // The same day of the same station, served by another server.
    const anew = createServer({ feed });
    closing.push(anew.close);
    await listen(anew.server, port);
    await Promise.all(pages.map((page) => page.until(`${feed.run}-20`)));
    const all = Array.from({ length: 20 }, (_, i) => i + 1);
    for (const { seen } of pages) expect(seen.numbers).toEqual(all);
    // Within half a second, and in no tenth of it more than half of them.
    const first = waits.slice(0, 50);
    expect(first).toHaveLength(50);
    for (let from = 0; from < 500; from += 50) {
      const together = first.filter((ms) => ms >= from && ms < from + 50);
      expect(together.length).toBeLessThan(25);
    }
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
    expect(await answer).toContain('expected ping, delay or announce');
    connection.close();
    expect(connection.send('{}')).toBe(false);
  });
});

describe('who is not there any more', () => {
  test('is found within two pings, although nobody said goodbye', async () => {
    // Not shorter: on a busy machine a pong may be read some 100 ms late.
    const ping = 400;
    const { feed, server } = await start({ ping });
    await new Promise((done) => server.close(done));
    const line = await listenBehindTap(server);
    closing.push(line.close);
    const alive = await openClient(line.port);
    const began = performance.now();
    for (let pings = 0; pings < 3; pings++) await once(alive.socket, 'ping');
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
    expect(performance.now() - began).toBeGreaterThan(2 * ping);
    expect(feed.listenerCount('update')).toBe(1);
    // Measured with a clock that is as slow as the server's, when all is slow.
    let pings = 0;
    const clock = setInterval(() => (pings += 1), ping);
    line.break('silence');
    while (feed.listenerCount('update') > 0) await new Promise(setImmediate);
    clearInterval(clock);
    expect(pings).toBeLessThanOrEqual(3);
  });

  test.each([
    ['with pings a proxy that cuts the idle cuts nothing', 400, false],
    ['without them it does', 60_000, true],
  ])('%s', async (_what, ping, isCut) => {
    const { server, feed } = await start({ ping });
    await new Promise((done) => server.close(done));
    const line = await listenBehindTap(server, { faults: ['idle=1500ms'] });
    closing.push(line.close);
    const client = await openClient(line.port);
    if (isCut) {
      expect(await client.closed).toEqual([1006, '']);
      return;
    }
    const began = performance.now();
    while (performance.now() - began < 2_500) await once(client.socket, 'ping');
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    expect(feed.listenerCount('update')).toBe(1);
  });

  test('leaves no listener and no timer, fifty times', async () => {
    const { feed, port } = await start();
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
        .length;
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => openClient(port)),
    );
    await Promise.all(
      clients.map((each) => each.until(() => each.texts.length > 1)),
    );
    expect(feed.listenerCount('update')).toBe(50);
    const busy = timers();
    for (const { socket } of clients) socket.terminate();
    while (feed.listenerCount('update') > 0) await new Promise(setImmediate);
    expect(busy - timers()).toBeGreaterThanOrEqual(50);
    // Nor is anybody who has gone told where a train is.
    const { send } = WebSocket.prototype;
    let sent = 0;
    WebSocket.prototype.send = function (this: WebSocket, ...said: unknown[]) {
      sent += 1;
      Reflect.apply(send, this, said);
    };
    try {
      const [hand, other] = [await openClient(port), await openClient(port)];
      await hand.until(() => hand.places.length === 6);
      await other.until(() => other.places.length === 6);
      sent = 0;
      hand.socket.send(Uint8Array.of(0, 0, 1));
      await other.until(() => other.places.length === 7);
    } finally {
      WebSocket.prototype.send = send;
    }
    expect(sent).toBe(2);
  });

  test('is told when the server leaves: 1001', async () => {
    const { port, close } = await start();
    const clients = await Promise.all([openClient(port), openClient(port)]);
    const silent = await rawClient(port);
    silent.send(ask());
    await silent.until('\x82\x03\x05\x00\x00');
    await close();
    for (const { closed } of clients)
      expect(await closed).toEqual([1001, 'the server is going away']);
    await silent.closed; // did not answer, and is not waited for
    await close(); // twice is no error
  });

  test('is not let in again by a server that is leaving', async () => {
    const { port, close } = await start();
    // Its goodbye is waited for; meanwhile the other one comes back.
    const silent = await rawClient(port);
    silent.send(ask());
    await silent.until('\x82\x03\x05\x00\x00');
    const client = await openClient(port);
    const back = client.closed.then(async () => {
      const again = new WebSocket(`ws://127.0.0.1:${port}/track`, 'board.v1');
      return String(await once(again, 'open').catch((error) => error.code));
    });
    await close();
    expect(await back).toBe('ECONNREFUSED');
  });

  test('is told so, too, when the process is told to end', async () => {
    // It listens on any free port, and says on which.
    const tell =
      'import { subscribe } from "node:diagnostics_channel";' +
      'subscribe("tracing:net.server.listen:asyncEnd",' +
      '({ server }) => console.log(server.address().port));';
    const lesson = spawn(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(tell)}`,
        fileURLToPath(new URL('../server.ts', import.meta.url)),
      ],
      { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 2] },
    );
    closing.push(() => void lesson.kill('SIGKILL'));
    const [port] = await once(lesson.stdout!, 'data');
    const client = await openClient(Number(port));
    const exited = once(lesson, 'exit');
    lesson.kill();
    // Windows has no signals: there it ends without a word.
    const [code] = await client.closed;
    expect(code).toBe(process.platform === 'win32' ? 1006 : 1001);
    await exited;
  });
});

describe('who reads too slowly', () => {
  test('is closed at a bounded buffer, and nobody waits', async () => {
    const { feed, server, port } = await start();
    const sockets: Socket[] = [];
    server.on('connection', (socket: Socket) => sockets.push(socket));
    const sleeper = await openClient(port);
    await sleeper.until(() => sleeper.places.length === 6);
    sleeper.socket.pause();
    const reader = await openClient(port);

    const [sleeping] = sockets;
    let most = 0;
    let updates = 0;
    // Until it has been told goodbye: from then on nothing is added.
    while (most < 262_144) {
      for (let n = 0; n < 200; n++) feed.next();
      updates += 200;
      most = Math.max(most, sleeping!.writableLength);
      await reader.until(() => reader.numbers().length === updates);
    }
    for (let n = 0; n < 5_000; n++) feed.next();
    updates += 5_000;
    await reader.until(() => reader.numbers().length === updates);
    expect(sleeping!.writableLength).toBeLessThan(300_000);
    sleeper.socket.resume();
    expect(await sleeper.closed).toEqual([1008, 'reads too slowly']);
  });

  test('gets the latest places, not all of them', async () => {
    const { port, server } = await start();
    const sockets: Socket[] = [];
    server.on('connection', (socket: Socket) => sockets.push(socket));
    const sleeper = await openClient(port);
    await sleeper.until(() => sleeper.places.length === 6);
    const hand = await openClient(port);
    await hand.until(() => hand.places.length === 6);
    // While the system takes nothing, as with a full buffer.
    sockets[0]!.cork();
    for (let place = 1; place <= 2_000; place++)
      hand.socket.send(Uint8Array.of(place % 2, place >> 8, place & 0xff));
    const witness = await openClient(port);
    await witness.until(() => lastOf(witness, 0) === 2_000);
    expect(sockets[0]!.writableLength).toBeLessThan(100);
    sockets[0]!.uncork();
    await sleeper.until(
      () => lastOf(sleeper, 0) === 2_000 && lastOf(sleeper, 1) === 1_999,
    );
    expect(sleeper.places.length).toBeLessThan(20);
  });
});

/** Where a client last saw a train. */
function lastOf({ places }: { places: number[][] }, train: number) {
  const [, high = 0, low = 0] = places.findLast(([of]) => of === train) ?? [];
  return (high << 8) | low;
}

test('an echo with the same options answers what it is told', async () => {
  const { server, close } = createEcho();
  closing.push(close);
  const { port } = await listen(server);
  const client = new WebSocket(`ws://127.0.0.1:${port}`, 'board.v1');
  await once(client, 'open');
  client.send('Zürich');
  const [text] = await once(client, 'message');
  expect(String(text)).toBe('Zürich');
  client.send(new Uint8Array(4_097));
  const [code] = await once(client, 'close');
  expect(code).toBe(1009);
});
