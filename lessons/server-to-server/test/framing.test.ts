/** What reaches a server behind the gateway, byte by byte. */
import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawOf, rowsOf } from '@on-the-wire/wire/test/rows.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { createServer } from '../server.ts';
import { closing, timeoutMs } from './acts.ts';

/** A gateway before a server that keeps its connections, and what those said. */
async function start() {
  const upstream: string[] = [];
  const sockets: Socket[] = [];
  const server = createHttpServer((request, response) => {
    // It tells which request it responds to, once it has all of it.
    request.resume().on('end', () => {
      response.end(`${request.method} ${request.url}`);
    });
  });
  server.on('connection', (socket) => {
    const at = upstream.push('') - 1;
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => (upstream[at] += bytes.toString('latin1')));
  });
  closing.push(() => server.close().closeAllConnections());
  const { origin: station, port } = await listen(server);
  return { upstream, sockets, port, ...(await startGateway(station)) };
}

async function startGateway(station: string) {
  const gateways = ['http://g', 'http://h'];
  const gateway = createServer({ timeoutMs, station, gateways });
  closing.push(gateway.close);
  const { origin, port: gatewayPort } = await listen(gateway.server);
  return { origin, gatewayPort };
}

/** Sends it over a connection of its own; resolves with all that it received. */
async function send(port: number, bytes: string) {
  const client = await rawClient(port);
  client.send(bytes);
  const sawAnswer = client.until(/HTTP\/1\.1 [2-5]\d\d [^]*?\r\n\r\n/);
  await sawAnswer.catch(() => {});
  const { localPort } = client.socket;
  client.socket.end();
  await client.closed;
  return { received: client.received, localPort };
}

/** Connections as they came, with what differs from run to run named. */
function told(upstream: string[], { port }: { port: number }) {
  return upstream.map((bytes) =>
    bytes
      .replaceAll(`127.0.0.1:${port}`, 'STATION')
      .replaceAll(/for="127\.0\.0\.1:\d+"/g, 'for="CLIENT"')
      .replaceAll(/time-left: \d+/g, 'time-left: MS'),
  );
}

/** The fields of the gateway itself, as a table has them. */
const OWN =
  'forwarded: for="CLIENT";host="g";proto=http⏎time-left: MS⏎Host: STATION⏎Connection: keep-alive⏎';
const own = rawOf(OWN);
/** Somebody else's request, later. */
const later = 'GET /station/status HTTP/1.1\r\nHost: g\r\n\r\n';
const laterThere = `GET /status HTTP/1.1\r\n${own}\r\n`;

/** A request as a client sends it. */
const request = (line: string, fields: string[], body = '') =>
  `${line} HTTP/1.1\r\nHost: g\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}`;
const chunked = 'Transfer-Encoding: chunked';

describe('passed on, with its end where it was', () => {
  test.each(
    rowsOf(`
      a body with its length | PUT /rate HTTP/1.1⏎Host: g⏎Content-Length: 5⏎⏎hello | PUT /rate HTTP/1.1⏎content-length: 5⏎${OWN}⏎hello
      a body in chunks; extensions and trailers are for one hop | POST /rate HTTP/1.1⏎Host: g⏎Transfer-Encoding: chunked⏎Trailer: X-After⏎TE: trailers⏎⏎5;name=value⏎hello⏎0⏎X-After: 1⏎⏎ | POST /rate HTTP/1.1⏎${OWN}Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎
      a length that Connection names is for one hop: chunks instead | PUT /rate HTTP/1.1⏎Host: g⏎Connection: Content-Length, Host, Time-Left⏎Content-Length: 5⏎⏎hello | PUT /rate HTTP/1.1⏎${OWN}Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎
      a body of which the client asks first whether it may send it | PUT /rate HTTP/1.1⏎Host: g⏎Expect: 100-continue⏎Content-Length: 5⏎⏎hello | PUT /rate HTTP/1.1⏎expect: 100-continue⏎content-length: 5⏎${OWN}⏎hello
      a body behind an upgrade that nobody here knows | POST /rate HTTP/1.1⏎Host: g⏎Connection: Upgrade⏎Upgrade: h2c⏎Content-Length: 5⏎⏎hello | POST /rate HTTP/1.1⏎content-length: 5⏎${OWN}⏎hello
      no body, said aloud | GET /rate HTTP/1.1⏎Host: g⏎Content-Length: 0⏎⏎ | GET /rate HTTP/1.1⏎content-length: 0⏎${OWN}⏎
      a whole URI that names this gateway, whatever Host says | GET http://H:80/rate?a=1 HTTP/1.1⏎Host: elsewhere⏎⏎ | GET /rate?a=1 HTTP/1.1⏎forwarded: for="CLIENT";host="h";proto=http⏎time-left: MS⏎Host: STATION⏎Connection: keep-alive⏎⏎
      a request of HTTP/1.0 without a Host | GET /rate HTTP/1.0⏎⏎ | GET /rate HTTP/1.1⏎forwarded: for="CLIENT"⏎time-left: MS⏎Host: STATION⏎Connection: keep-alive⏎⏎
    `),
  )('%s', async (_what, sent, there) => {
    const { upstream, port, gatewayPort } = await start();
    const first = await send(gatewayPort, sent);
    expect(first.received).toContain('HTTP/1.1 200 OK\r\n');
    const second = await send(gatewayPort, later);
    expect(second.received).toMatch(/\r\n\r\n[^]*GET \/status/);
    // Both over one connection, and nothing between them.
    expect(told(upstream, { port })).toEqual([there + laterThere]);
  });
});

describe('refused, and not a byte of it is passed on', () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE', 'PROPFIND'];
  const withBody = methods.flatMap((method) =>
    rowsOf(`
      a body of ${method}, with its length | ${method} /rate HTTP/1.1⏎Host: g⏎Content-Length: 5⏎⏎hello | 400
      a body of ${method}, in chunks | ${method} /rate HTTP/1.1⏎Host: g⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎ | 400
    `),
  );

  test.each([
    ...withBody,
    ...rowsOf(`
      a length of GET that Connection names | GET /rate HTTP/1.1⏎Host: g⏎Connection: Content-Length⏎Content-Length: 5⏎⏎hello | 400
      a coding that would have to be undone here | POST /rate HTTP/1.1⏎Host: g⏎Transfer-Encoding: gzip, chunked⏎⏎5⏎hello⏎0⏎⏎ | 501
      chunks over HTTP/1.0 | POST /rate HTTP/1.0⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎ | 400
      a WebSocket with a body | GET /station/loudspeaker HTTP/1.1⏎Host: g⏎Connection: Upgrade⏎Upgrade: websocket⏎Content-Length: 5⏎⏎hello | 400
      a WebSocket that is no GET | POST /station/loudspeaker HTTP/1.1⏎Host: g⏎Connection: Upgrade⏎Upgrade: websocket⏎⏎ | 400
      a tunnel | CONNECT station.example:80 HTTP/1.1⏎Host: station.example:80⏎⏎ | 501
      a whole URI that names somebody else | GET http://elsewhere/rate HTTP/1.1⏎Host: g⏎⏎ | 421
      the same host over another scheme | GET https://g/rate HTTP/1.1⏎Host: g⏎⏎ | 421
      a WebSocket at a whole URI that names somebody else | GET http://elsewhere/station/loudspeaker HTTP/1.1⏎Host: g⏎Connection: Upgrade⏎Upgrade: websocket⏎⏎ | 421
      two lengths | POST /rate HTTP/1.1⏎Host: g⏎Content-Length: 5⏎Content-Length: 6⏎⏎5⏎hello⏎0⏎⏎ | 400
      a list of lengths | POST /rate HTTP/1.1⏎Host: g⏎Content-Length: 5, 5⏎⏎hello | 400
      a length with a sign | POST /rate HTTP/1.1⏎Host: g⏎Content-Length: +5⏎⏎hello | 400
      a length and chunks | POST /rate HTTP/1.1⏎Host: g⏎Content-Length: 5⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎ | 400
      a coding that does not end in chunks | POST /rate HTTP/1.1⏎Host: g⏎Transfer-Encoding: chunked, gzip⏎⏎5⏎hello⏎0⏎⏎ | 400
      a space before the colon | POST /rate HTTP/1.1⏎Host: g⏎Transfer-Encoding : chunked⏎⏎5⏎hello⏎0⏎⏎ | 400
      a field that goes on in the next line | POST /rate HTTP/1.1⏎Host: g⏎Transfer-Encoding:⏎ chunked⏎⏎5⏎hello⏎0⏎⏎ | 400
      a line that ends in LF alone | POST /rate HTTP/1.1␊Host: g␊Content-Length: 5␊␊hello | 400
    `),
  ])('%s', async (_what, sent, status) => {
    const { upstream, port, gatewayPort } = await start();
    // One connection behind is open already, and waits for the next request.
    await send(gatewayPort, later);
    const { received } = await send(gatewayPort, sent);
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    // Where one with another's name ends is clear: it may be followed by more.
    const isLast = received.includes('\r\nConnection: close\r\n');
    expect(isLast || status === '421').toBe(true);
    const { received: answer } = await send(gatewayPort, later);
    expect(answer).toMatch(/\r\n\r\n[^]*GET \/status/);
    const asked = told(upstream, { port }).join('');
    expect(asked).toBe(laterThere + laterThere);
  });

  test('a body of GET is told in a sentence', async () => {
    const { gatewayPort } = await start();
    const sent = request('GET /rate', ['Content-Length: 5'], 'hello');
    const { received } = await send(gatewayPort, sent);
    expect(received).toContain(
      '\r\n\r\nGET with a body: expected no body, or one of the methods POST, PUT, PATCH.\n',
    );
  });
});

test.each([
  ['a size that is none', 'x\r\nhello\r\n0\r\n\r\n'],
  ['a size with a sign', '+5\r\nhello\r\n0\r\n\r\n'],
  ['a chunk longer than its size', '4\r\nhello\r\n0\r\n\r\n'],
  ['a size that ends in LF alone', '5\nhello\r\n0\r\n\r\n'],
])(
  'After a chunk with %s the connection behind is not used again',
  async (_what, body) => {
    const { upstream, port, gatewayPort } = await start();
    const sent = request('POST /rate', [chunked], body);
    const { received } = await send(gatewayPort, sent);
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    const { received: answer } = await send(gatewayPort, later);
    expect(answer).toMatch(/\r\n\r\n[^]*GET \/status/);
    // Its first bytes may have been on their way; nothing came behind them.
    const all = told(upstream, { port });
    expect(all.pop()).toBe(laterThere);
    const before = all.join('');
    expect(before.replace(/^POST \/rate HTTP\/1\.1\r\n/, '')).not.toMatch(
      /HTTP/,
    );
  },
);

test('A body that breaks off takes its connection along', async () => {
  const { upstream, sockets, port, gatewayPort } = await start();
  const client = await rawClient(gatewayPort);
  client.send(request('PUT /rate', ['Content-Length: 1000'], 'hello'));
  while (!upstream[0]?.endsWith('hello')) {
    if (sockets[0]) await once(sockets[0], 'data');
    else await new Promise((turn) => setImmediate(turn));
  }
  const left = new Promise((tell) => sockets[0]!.on('close', tell));
  client.socket.destroy();
  await left;
  const { received } = await send(gatewayPort, later);
  expect(received).toMatch(/\r\n\r\n[^]*GET \/status/);
  expect(told(upstream, { port })).toEqual([
    `PUT /rate HTTP/1.1\r\ncontent-length: 1000\r\n${own}\r\nhello`,
    laterThere,
  ]);
});

test('A body in a response to HEAD is nobody’s next response', async () => {
  const server = createTcpServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        const body = String(bytes).startsWith('HEAD') ? 'for HEAD' : 'for GET!';
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n${body}`);
      });
  });
  closing.push(() => server.close());
  const { origin } = await listen(server);
  const { gatewayPort } = await startGateway(origin);
  const head = await send(gatewayPort, request('HEAD /rate', []));
  // It went on beyond its end: as good as it was is passed on, or a 502.
  expect(head.received).toMatch(/^HTTP\/1\.1 (?:200|502) [^]*\r\n\r\n$/);
  const { received } = await send(gatewayPort, later);
  expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nfor GET!$/);
});
