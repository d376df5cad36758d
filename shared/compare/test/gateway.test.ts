/** What reaches the server behind the gateway of the comparisons. */
import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createGateway } from '../transports/gateway.ts';

const closing = closingAfterEach();

/** A gateway before a server that keeps its connections, and what those said. */
async function start() {
  const behind: string[] = [];
  const server = createHttpServer((request, response) => {
    // It says which request it responds to, once it has all of it.
    request.resume().on('end', () => {
      response.end(`${request.method} ${request.url}`);
    });
  });
  server.on('upgrade', (_request, socket) => {
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
    );
  });
  server.on('connection', (socket) => {
    const at = behind.push('') - 1;
    socket.on('error', () => {});
    socket.on('data', (bytes) => (behind[at] += bytes.toString('latin1')));
  });
  closing.push(() => server.close().closeAllConnections());
  const { port: inner } = await listen(server);
  const gateway = createGateway(inner, await localCertificate());
  closing.push(gateway.close);
  const { port } = await listen(gateway.server);
  /** Connections as they came, without what is the same for all. */
  const told = () =>
    behind.map((bytes) => bytes.replaceAll(/forwarded: .*\r\n/g, ''));
  return { port, told };
}

/** Asks over HTTP/2, in a stream of a connection that stays open. */
async function overHttp2(port: number) {
  const session = connectHttp2(`https://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
  });
  closing.push(() => session.destroy());
  await once(session, 'connect');
  return async (method: string, path: string, body?: string, fields = {}) => {
    const headers = { ':method': method, ':path': path, ...fields };
    const stream = session.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const [head] = (await once(stream, 'response')) as [{ ':status': number }];
    const said = await text(stream).catch(() => '');
    return `${head[':status']} ${said}`.trim();
  };
}

/** All bytes from the server on a connection of HTTP/1.1 inside TLS. */
async function overHttp1(port: number, bytes: string) {
  const socket = connectTls({ port, rejectUnauthorized: false });
  socket.setEncoding('latin1').on('error', () => {});
  await once(socket, 'secureConnect');
  let received = '';
  const headers = new Promise<void>((resolve) =>
    socket.on('data', (piece: string) => {
      received += piece;
      if (received.includes('\r\n\r\n')) resolve();
    }),
  );
  // Not `once`, which a reset would reject.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes);
  await Promise.race([headers, closed]);
  socket.end();
  await closed;
  return received;
}

const fields = (port: number, more = '') =>
  `${more}host: 127.0.0.1:${port}\r\nConnection: keep-alive\r\n`;
const later = (port: number) => `GET /later HTTP/1.1\r\n${fields(port)}\r\n`;

describe('over HTTP/2', () => {
  test('a body gets through, with or without its length', async () => {
    const { port, told } = await start();
    const ask = await overHttp2(port);
    expect(await ask('POST', '/a', 'hello')).toBe('200 POST /a');
    const length = { 'content-length': '5' };
    expect(await ask('PUT', '/b', 'hello', length)).toBe('200 PUT /b');
    expect(await ask('GET', '/later')).toBe('200 GET /later');
    expect(told()).toEqual([
      `POST /a HTTP/1.1\r\n${fields(port)}Transfer-Encoding: chunked\r\n\r\n` +
        '5\r\nhello\r\n0\r\n\r\n' +
        `PUT /b HTTP/1.1\r\n${fields(port, 'content-length: 5\r\n')}\r\nhello` +
        later(port),
    ]);
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE'])(
    'a body of %s is refused, and spoils nobody’s request',
    async (method) => {
      const { port, told } = await start();
      const ask = await overHttp2(port);
      expect(await ask('GET', '/later')).toBe('200 GET /later');
      for (const length of [{}, { 'content-length': '5' }])
        expect(await ask(method, '/a', 'hello', length)).toBe('400');
      expect(await ask('GET', '/later')).toBe('200 GET /later');
      expect(told()).toEqual([later(port) + later(port)]);
    },
  );

  test('bodies that are refused use up no window of the connection', async () => {
    const { port, told } = await start();
    const ask = await overHttp2(port);
    const body = 'x'.repeat(50_000);
    for (let n = 0; n < 30; n += 1)
      expect(await ask('GET', '/a', body)).toBe('400');
    expect(await ask('POST', '/b', body)).toBe('200 POST /b');
    expect(told().join('')).not.toContain('/a');
  });

  test.each([{}, { ':protocol': 'connect-udp' }])(
    'CONNECT is for a WebSocket only: %j',
    async (protocol) => {
      const { port, told } = await start();
      const session = connectHttp2(`https://127.0.0.1:${port}`, {
        rejectUnauthorized: false,
      });
      closing.push(() => session.destroy());
      await once(session, 'remoteSettings');
      const where = ':protocol' in protocol && {
        ':path': '/',
        ':scheme': 'https',
      };
      const stream = session.request({
        ':method': 'CONNECT',
        ':authority': 'station.example:80',
        ...protocol,
        ...where,
      });
      const [head] = await once(stream, 'response');
      expect(head[':status']).toBe(501);
      expect(told()).toEqual([]);
    },
  );
});

describe('over HTTP/1.1', () => {
  const length = 'Content-Length: 5';
  const chunked = 'Transfer-Encoding: chunked';
  const chunks = '5\r\nhello\r\n0\r\n\r\n';
  const to = (upgrade: string) => `Connection: Upgrade\r\nUpgrade: ${upgrade}`;

  test.each([
    ['GET /a', length, 'hello', 400],
    ['GET /a', chunked, chunks, 400],
    ['DELETE /a', length, 'hello', 400],
    ['DELETE /a', chunked, chunks, 400],
    ['POST /a', 'Transfer-Encoding: gzip, chunked', chunks, 400],
    ['GET /a', `${to('websocket')}\r\n${length}`, 'hello', 400],
    ['CONNECT station.example:80', 'X-A: b', '', 501],
    // The same request once more.
    ['GET /later', to('h2c'), '', 200],
    ['GET /later', 'X-A: b', '', 200],
  ])('%s with %j and %j: %i', async (line, field, body, status) => {
    const { port, told } = await start();
    const ask = await overHttp2(port);
    expect(await ask('GET', '/later')).toBe('200 GET /later');
    const received = await overHttp1(
      port,
      `${line} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${field}\r\n\r\n${body}`,
    );
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    // It lives, and the connection behind begins where it should.
    expect(await ask('GET', '/later')).toBe('200 GET /later');
    expect(told().join('')).not.toMatch(/hello|\/a /);
  });

  test('chunks over HTTP/1.0 are refused', async () => {
    const { port, told } = await start();
    const head = `POST /a HTTP/1.0\r\n${chunked}\r\n\r\n`;
    const received = await overHttp1(port, head + chunks);
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(told()).toEqual([]);
  });

  test('an upgrade to WebSocket, however it is written', async () => {
    const { port, told } = await start();
    const received = await overHttp1(
      port,
      `GET /a HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${to('WebSocket')}\r\n\r\n`,
    );
    expect(received).toMatch(/^HTTP\/1\.1 101 /);
    expect(told().join('')).toMatch(/\r\nupgrade: websocket\r\n/i);
  });
});

describe('an upload that its client cancels', () => {
  /** Starts it, and resolves with what the server behind learns of its end. */
  async function startUpload(more: object) {
    const learnt: string[] = [];
    const server = createHttpServer((request, response) => {
      request.on('end', () => learnt.push('complete')).on('error', () => {});
      request.on('close', () => learnt.push('closed'));
      request.once('data', () => response.writeHead(200).write('go on'));
    });
    closing.push(() => server.close().closeAllConnections());
    const { port: inner } = await listen(server);
    const gateway = createGateway(inner, await localCertificate());
    closing.push(gateway.close);
    const { port } = await listen(gateway.server);
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
    });
    closing.push(() => session.destroy());
    const asked = once(server, 'request');
    const stream = session.request(
      { ':method': 'POST', ':path': '/', ...more },
      { endStream: false },
    );
    stream.on('error', () => {}).write('half');
    await once(stream, 'response');
    const [request] = (await asked) as [IncomingMessage];
    const closed = once(request, 'close').catch(() => {});
    return { stream, learnt, closed };
  }

  test.each([{}, { 'content-length': '1000' }])(
    'with close() and %j is never complete',
    async (length) => {
      const { stream, learnt, closed } = await startUpload(length);
      stream.close(constants.NGHTTP2_CANCEL);
      await closed;
      expect(learnt).toEqual(['closed']);
    },
  );

  test('is complete if it has ended first', async () => {
    const { stream, learnt, closed } = await startUpload({});
    stream.end(' and half');
    await closed;
    expect(learnt).toEqual(['complete', 'closed']);
    stream.destroy();
  });
});

describe('a response that breaks off in the middle', () => {
  /** A gateway before a server that sends a half, and then does something. */
  async function startBreaking(then: (response: ServerResponse) => void) {
    const server = createHttpServer((_request, response) => {
      response.write('half', () => then(response));
    });
    closing.push(() => server.close().closeAllConnections());
    const { port: inner } = await listen(server);
    const gateway = createGateway(inner, await localCertificate());
    closing.push(gateway.close);
    return listen(gateway.server);
  }
  const reset = ({ socket }: ServerResponse) => socket!.resetAndDestroy();

  test('is reset over HTTP/2, and not ended', async () => {
    const { port } = await startBreaking(reset);
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
    });
    closing.push(() => session.destroy());
    for (let n = 0; n < 20; n += 1) {
      const stream = session.request({ ':path': '/' });
      let ended = false;
      stream.on('end', () => (ended = true)).resume();
      const failed = new Promise((tell) => stream.on('error', tell));
      expect(String(await failed)).toContain('NGHTTP2_INTERNAL_ERROR');
      expect(ended).toBe(false);
    }
  });

  test('is cut over HTTP/1.1, without its last chunk', async () => {
    const { port } = await startBreaking(reset);
    const socket = connectTls({ port, rejectUnauthorized: false });
    let received = '';
    socket.setEncoding('latin1').on('data', (piece) => (received += piece));
    socket.on('error', () => {});
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received).toMatch(/\r\n\r\n4\r\nhalf\r\n$/);
  });

  test('but not where it is only silent for more than five seconds', async () => {
    const { port } = await startBreaking((response) =>
      setTimeout(() => response.end(' and half'), 5_500),
    );
    const ask = await overHttp2(port);
    expect(await ask('GET', '/')).toBe('200 half and half');
  });
});

describe('a response that is none', () => {
  const websocket = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'https',
    ':path': '/',
  };

  test.each(['042', '101', '600', '999'])('status %s is a 502', async (no) => {
    const odd = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.end(`HTTP/1.1 ${no} Odd\r\nContent-Length: 0\r\n\r\n`);
      });
    });
    closing.push(() => odd.close());
    const { port: inner } = await listen(odd);
    const gateway = createGateway(inner, await localCertificate());
    closing.push(gateway.close);
    const { port } = await listen(gateway.server);
    const ask = await overHttp2(port);
    for (let n = 0; n < 2; n += 1) {
      expect(await ask('GET', '/')).toBe('502');
      const close = 'Connection: close\r\n';
      const request = `GET / HTTP/1.1\r\n${fields(port)}${close}\r\n`;
      expect(await overHttp1(port, request)).toMatch(/^HTTP\/1\.1 502 /);
      expect(await ask('CONNECT', '/', undefined, websocket)).toBe('502');
    }
  });
});
