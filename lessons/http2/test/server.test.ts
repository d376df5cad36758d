import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get as getByHttp1 } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { ask, nodeClient } from './clients.ts';
import { board, closeAll, start } from './start.ts';

afterEach(closeAll);

const ours = { host: '127.0.0.1', rejectUnauthorized: false };

/** A response to a client that knows HTTP/1.1 only. */
async function askHttp1(port: number, path: string, headers = {}) {
  const options = { ...ours, port, path, headers };
  const [response] = (await once(
    getByHttp1({ ...options, agent: false }),
    'response',
  )) as [IncomingMessage];
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  return { response, text };
}

describe('one server, two protocols', () => {
  test('one speaks HTTP/2 and HTTP/1.1, the other only HTTP/1.1', async () => {
    const { port, http1 } = await start();
    const { session } = await nodeClient(port);
    const response = await ask(session, board(7, 0));
    expect(response.headers[':status']).toBe(200);
    expect(JSON.parse(response.text).station).toBe('Arbon');
    for (const each of [port, http1]) {
      const { response: other, text } = await askHttp1(
        each,
        board(7, 0)[':path'],
      );
      expect([other.httpVersion, text]).toEqual(['1.1', response.text]);
    }
    await expect(nodeClient(http1)).rejects.toThrow(/alert|ALPN|protocol/i);
    session.close();
  });

  test('only the other says that any page may read it', async () => {
    const { port, http1 } = await start();
    const headers = ['access-control-allow-origin', 'timing-allow-origin'];
    const of = async (at: number) => {
      const { response } = await askHttp1(at, '/');
      return headers.map((name) => response.headers[name]);
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
      const response = await ask(session, headers, body);
      expect([headers, response.headers[':status']]).toEqual([headers, status]);
      expect(response.text).toMatch(text);
    }
    session.close();
  });
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
    const response = await ask(
      session,
      report,
      JSON.stringify({ train, minutes: 5 }),
    );
    expect(response.headers[':status']).toBe(200);
    expect(JSON.parse(response.text).data).toMatchObject({
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
    let received = '';
    stream.on(
      'data',
      (bytes: Buffer) => (received += bytes.toString('latin1')),
    );
    const until = async (end: string) => {
      while (!received.endsWith(end)) await once(stream, 'data');
    };
    const hello = JSON.stringify({ kind: 'hello', stream: stream.id });
    const first = `\x81${String.fromCharCode(hello.length)}${hello}`;
    await until(hello);
    expect(received).toBe(first);
    // "Hello", masked, as in RFC 6455, 5.7; and why nobody may say it.
    stream.write(Buffer.from('818537fa213d7f9f4d5158', 'hex'));
    await until('may speak."}');
    const refused = received.slice(first.length);
    expect(refused).toMatch(/^\x81.*Only staff may speak/);
    // A ping, masked, gets its pong without our doing: RFC 6455, 5.5.3.
    stream.write(Buffer.from('898037fa213d', 'hex'));
    await until('\x8a\x00');
    expect(received).toBe(`${first}${refused}\x8a\x00`);
    session.destroy();
  });

  test.each([
    [{ ':path': '/nowhere' }, 404],
    [{ origin: 'https://evil.example' }, 403],
    [{ 'sec-websocket-version': '8' }, 400],
    [{ ':protocol': 'connect-udp' }, 501],
    [{ ':authority': 'evil.example', origin: 'https://evil.example' }, 403],
    [{ ':authority': 'board.example', origin: 'http://board.example' }, 403],
  ])('is refused with a status: %#', async (more, status) => {
    const origins = ['https://board.example'];
    const { port } = await start({ origins });
    const { session } = await nodeClient(port);
    await once(session, 'remoteSettings');
    const response = await ask(session, handshake(port, more));
    expect(response.headers[':status']).toBe(status);
    session.close();
  });

  test('is let in from a page in the list, whatever it was called by', async () => {
    const { port } = await start({ origins: ['https://board.example'] });
    const { session } = await nodeClient(port);
    await once(session, 'remoteSettings');
    const origin = 'https://board.example';
    const stream = session.request(handshake(port, { origin }), {
      endStream: false,
    });
    const [head] = await once(stream, 'response');
    expect(head[':status']).toBe(200);
    session.destroy();
  });
});

describe('a CONNECT, which asks for a proxy', () => {
  test('gets 501 over HTTP/1.1, and the lesson goes on', async () => {
    const { port } = await start();
    const client = connectTls({ ...ours, port, ALPNProtocols: ['http/1.1'] });
    await once(client, 'secureConnect');
    client.write('CONNECT board:443 HTTP/1.1\r\nHost: board:443\r\n\r\n');
    let received = '';
    for await (const text of client.setEncoding('latin1')) received += text;
    expect(received).toBe(
      'HTTP/1.1 501 Not Implemented\r\n' +
        'Connection: close\r\nContent-Length: 0\r\n\r\n',
    );
    expect((await askHttp1(port, '/traffic')).response.statusCode).toBe(200);
  });

  test('is closed over HTTP/1.1, though its client sends more, and stays', async () => {
    const { port, server } = await start();
    const accepted = once(server, 'connection');
    const only = { ALPNProtocols: ['http/1.1'], allowHalfOpen: true };
    const client = connectTls({ ...ours, ...only, port });
    const [socket] = await accepted;
    const closed = once(socket, 'close');
    await once(client.resume(), 'secureConnect');
    client.write('CONNECT board:443 HTTP/1.1\r\nHost: board:443\r\n\r\nmore');
    client.on('error', () => {});
    await closed;
    client.destroy();
  });

  test('gets 501 over HTTP/2', async () => {
    const { port } = await start();
    const { session } = await nodeClient(port);
    const authority = { ':method': 'CONNECT', ':authority': 'board:443' };
    expect((await ask(session, authority)).headers[':status']).toBe(501);
    session.close();
  });
});

describe('a WebSocket over HTTP/1.1', () => {
  const handshake = [
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];

  /** What comes in return, until it ends so or the connection does. */
  async function send(port: number, lines: string[], end: string) {
    const client = connectTls({ ...ours, port, ALPNProtocols: ['http/1.1'] });
    await once(client, 'secureConnect');
    client.write([...lines, '', ''].join('\r\n'));
    let received = '';
    for await (const text of client.setEncoding('latin1')) {
      received += text;
      if (received.endsWith(end)) break;
    }
    client.destroy();
    return received;
  }

  test('begins with 101, at either address, and says that it is no stream', async () => {
    const { port, http1 } = await start();
    for (const at of [port, http1]) {
      const request = ['GET /loudspeaker HTTP/1.1', ...handshake];
      expect(await send(at, request, '}')).toBe(
        'HTTP/1.1 101 Switching Protocols\r\n' +
          'Upgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n' +
          '\x81\x10{"kind":"hello"}',
      );
    }
  });

  test('is refused with a status, and the connection ends', async () => {
    const { port } = await start({ origins: [] });
    const [host = '', ...rest] = handshake;
    const old = rest.map((line) => line.replace('13', '8'));
    const table: [string, string[], string][] = [
      ['/nowhere', handshake, '404 Not Found'],
      ['/loudspeaker', [host, ...old], '400 Bad Request'],
      [
        '/loudspeaker',
        [...handshake, 'Origin: https://evil.example'],
        '403 Forbidden',
      ],
    ];
    for (const [path, fields, status] of table)
      expect(await send(port, [`GET ${path} HTTP/1.1`, ...fields], '}')).toBe(
        `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
  });

  test('is let in from a page of the address that speaks HTTP/1.1', async () => {
    const old = 'https://127.0.0.1:4002';
    const { port } = await start({ origins: [], http1: old });
    const request = ['GET /loudspeaker HTTP/1.1', ...handshake];
    const received = await send(port, [...request, `Origin: ${old}`], '}');
    expect(received).toMatch(/^HTTP\/1\.1 101 /);
  });
});

test('An Upgrade to HTTP/2 inside TLS is ignored', async () => {
  const { port } = await start();
  const headers = { connection: 'upgrade', upgrade: 'h2c' };
  const { response } = await askHttp1(port, '/traffic', headers);
  expect(response.statusCode).toBe(200);
});
