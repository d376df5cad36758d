import { describe, expect, test } from '@jest/globals';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import {
  ask,
  closing,
  framesOf,
  latin1,
  openClient,
  start,
} from './clients.ts';

describe('the handshake', () => {
  test('gets these bytes in response, and then come frames', async () => {
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
    ['another protocol', { 'Sec-WebSocket-Protocol': 'chat' }, 400],
    ['no version', { 'Sec-WebSocket-Protocol': 'board, board.v' }, 400],
    ['no protocol', { 'Sec-WebSocket-Protocol': '' }, 400],
    ['a page of another origin', { Origin: 'http://evil.example' }, 403],
    [
      'an origin that begins like ours',
      { Origin: 'http://127.0.0.1:4001.evil.example' },
      403,
    ],
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

  const ours = ['https://board.example', 'http://127.0.0.1:4001'];
  test.each(ours)('of our own page is welcome: %s', async (Origin) => {
    const { port } = await start({ origins: ours });
    const client = await rawClient(port);
    client.send(ask({ Origin }));
    await client.until('HTTP/1.1 101 ');
    client.socket.destroy();
  });

  test.each([
    ['a domain that points here', 'evil.example', 'http://evil.example'],
    ['our host over another scheme', 'board.example', 'http://board.example'],
    ['our host at another port', 'board.example', 'https://board.example:444'],
    ['whatever it names', '127.0.0.1:4002', 'http://127.0.0.1:4002'],
  ])('has no say in who is ours: %s', async (_what, Host, Origin) => {
    const { port } = await start({ origins: ours });
    const client = await rawClient(port);
    client.send(ask({ Host, Origin }));
    await client.until(`\r\n\r\nNo WebSocket for pages of ${Origin}.`);
    expect(client.received).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    await client.closed;
  });
});

test('A handshake that was refused holds up no close, though its client stays', async () => {
  const { port, close } = await start();
  const client = await rawClient(port);
  client.socket.allowHalfOpen = true; // it does not leave by itself
  client.send(ask({}, 'GET /elsewhere'));
  await client.until('HTTP/1.1 404 ');
  await close();
  client.socket.destroy();
});

describe('an Upgrade', () => {
  test.each([
    ['to WebSocket, in any case', 'WebSocket'],
    ['to a list that has it', 'h2c ,\twebsocket, other/1'],
  ])('%s, is a handshake', async (_what, Upgrade) => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask({ Upgrade }));
    await client.until('\r\nUpgrade: websocket\r\n');
    client.socket.destroy();
  });

  test.each(['h2c', 'websockets', 'TLS/1.2, x-websocket'])(
    'to %s is ignored, and the page is sent',
    async (Upgrade) => {
      const { port } = await start();
      const client = await rawClient(port);
      client.send(ask({ Upgrade }, 'GET /'));
      const head = await client.until('\r\n\r\n');
      expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      // It is HTTP still, and the last on its connection: see upgrade.ts.
      expect(head).toContain('\r\nConnection: close\r\n');
      await client.closed;
    },
  );

  test('that Connection does not name is none', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask({ Connection: 'close' }, 'GET /'));
    await client.until('HTTP/1.1 200 ');
    await client.closed;
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
    const { port, origin, feed } = await start({ valid: 600_000 });
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
    const clock = stopClock();
    closing.push(clock.release);
    const { port, origin } = await start({ valid: 10_000 });
    const [one, other] = [await buy(origin), await buy(origin)];
    clock.pass(9_999);
    expect(await use(port, one)).toContain('"staff":true');
    clock.pass(1);
    expect(await use(port, other)).toContain('HTTP/1.1 401 ');
  });
});
