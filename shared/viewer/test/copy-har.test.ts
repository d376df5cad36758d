/** What a HAR file says of a run; that it is one, types of HAR 1.2 make sure. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Har } from 'har-format';
import { WebSocket, WebSocketServer } from 'ws';
import { createTap, type Tap } from '@on-the-wire/tap/tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { copyUnit } from '../copy/live-copy.ts';
import { LiveUnits } from '../live/live-units.ts';
import { WireLog } from '../live/log.ts';
import { readWire } from '../server/wire-routes.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A tap before a port, and what its page is sent as HAR. */
async function tapBefore(port: number) {
  const tap: Tap = createTap({ target: { host: '127.0.0.1', port } });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const host = `127.0.0.1:${await tap.listen()}`;
  closing.push(() => tap.close());
  const har = async (query = ''): Promise<Har> => {
    const context = {
      path: '/wire/run.har',
      query: new URLSearchParams(query),
    } as Parameters<typeof readWire>[1];
    const run = { log, tap, name: 'tap', title: 'tap' };
    const response = await readWire(run, context);
    expect(response!.headers!['Content-Disposition']).toMatch(
      /^attachment; filename="tap-.*\.har"$/,
    );
    return JSON.parse(String(response!.body)) as Har;
  };
  return { host, har, log, tap };
}

const inLines = (all: { name: string; value: string }[]): string[] =>
  all.map(({ name, value }) => `${name}: ${value}`);

describe('A HAR file has', () => {
  test('each request and response, bodies without codings and chunks', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('Content-Type', 'application/json; charset=utf-8');
        response.setHeader('Set-Cookie', 'a=b; Path=/; HttpOnly');
        response.setHeader('Content-Encoding', 'gzip');
        const body = gzipSync('{"answer":"Zürich"}');
        response.write(body.subarray(0, 5));
        response.end(body.subarray(5));
      });
    });
    const { port } = await listen(server);
    closing.push(() => server.close());
    const { host, har } = await tapBefore(port);
    const before = Date.now();
    const response = await fetch(`http://${host}/board?x=1&y=%20`, {
      method: 'POST',
      headers: { Connection: 'close', Cookie: 'c=d', 'X-A': 'b' },
      body: 'name=value',
    });
    await response.text();
    const { log } = await har('secrets=yes');
    expect(log.version).toBe('1.2');
    expect(log.entries).toHaveLength(1);
    const [entry] = log.entries;
    const started = Date.parse(entry!.startedDateTime);
    expect(started).toBeGreaterThanOrEqual(before - 1);
    expect(started).toBeLessThanOrEqual(Date.now());
    const { send, wait, receive } = entry!.timings;
    expect(Math.min(send!, wait, receive)).toBeGreaterThanOrEqual(0);
    expect(send! + wait + receive).toBeCloseTo(entry!.time, 6);
    expect(entry!.connection).toBe('1');
    expect(entry!.comment).toBeUndefined();
    expect(entry!.request).toMatchObject({
      method: 'POST',
      url: `http://${host}/board?x=1&y=%20`,
      httpVersion: 'HTTP/1.1',
      cookies: [{ name: 'c', value: 'd' }],
      queryString: [
        { name: 'x', value: '1' },
        { name: 'y', value: '%20' },
      ],
      postData: {
        mimeType: 'text/plain;charset=UTF-8',
        text: 'name=value',
      },
      bodySize: 10,
    });
    expect(inLines(entry!.request.headers)).toContain('X-A: b');
    const size = gzipSync('{"answer":"Zürich"}').length;
    expect(entry!.response).toMatchObject({
      status: 200,
      statusText: 'OK',
      cookies: [{ name: 'a', value: 'b', httpOnly: true, secure: false }],
      content: {
        size: 20,
        compression: 20 - size,
        mimeType: 'application/json; charset=utf-8',
        text: '{"answer":"Zürich"}',
      },
      redirectURL: '',
      bodySize: size,
    });
  });

  test('asterisks for secrets unless they are asked for', async () => {
    const server = createServer((request, response) => {
      request.pipe(response.setHeader('Set-Cookie', 'id=swordfish'));
    });
    const { port } = await listen(server);
    closing.push(() => server.close());
    const { host, har } = await tapBefore(port);
    const response = await fetch(`http://${host}/?token=swordfish`, {
      method: 'POST',
      headers: { Connection: 'close', Authorization: 'Bearer swordfish' },
      body: '{"password":"swordfish","name":"Ada"}',
    });
    await response.text();
    const masked = await har();
    expect(JSON.stringify(masked)).not.toContain('swordfish');
    const [entry] = masked.log.entries;
    expect(entry!.request.url).toBe(`http://${host}/?token=*********`);
    expect(entry!.response.content.text).toBe(
      '{"password":"*********","name":"Ada"}',
    );
    const whole = JSON.stringify(await har('secrets=yes'));
    expect(whole.split('swordfish')).toHaveLength(8);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])(
    'a body in %s with asterisks for its secrets alone',
    async (coding, compress) => {
      const server = createServer((_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.setHeader('Content-Encoding', coding);
        const body = compress('{"token":"swordfish","name":"Ada"}');
        response.write(body.subarray(0, 20));
        response.end(body.subarray(20));
      });
      const { port } = await listen(server);
      closing.push(() => server.close());
      const { host, har, log, tap } = await tapBefore(port);
      const headers = { Connection: 'close' };
      await (await fetch(`http://${host}/`, { headers })).text();
      const masked = '{"token":"*********","name":"Ada"}';
      const [entry] = (await har()).log.entries;
      expect(entry!.response.content).toMatchObject({ size: 34, text: masked });
      const { n } = log.lines(0, 100).findLast(({ kind }) => kind === 'body')!;
      const query = new URLSearchParams({ unit: String(n), as: 'text' });
      expect(copyUnit({ log, tap }, query).body).toBe(masked);
    },
  );

  test('bytes as base64, and an event stream that is still open', async () => {
    const server = createServer(({ url }, response) => {
      if (url === '/bytes') return void response.end(Buffer.from([0, 1, 255]));
      response.setHeader('Content-Type', 'text/event-stream');
      response.write('id: 1\ndata: one\n\n');
    });
    const { port } = await listen(server);
    closing.push(() => server.closeAllConnections() ?? server.close());
    const { host, har } = await tapBefore(port);
    await (await fetch(`http://${host}/bytes`)).arrayBuffer();
    const { body } = await fetch(`http://${host}/events`);
    const reader = body!.getReader();
    await reader.read();
    const [bytes, events] = (await har()).log.entries;
    expect(bytes!.response.content).toEqual({
      size: 3,
      compression: 0,
      mimeType: 'x-unknown',
      text: 'AAH/',
      encoding: 'base64',
    });
    expect(events!.comment).toBe('still open');
    expect(events!.response.content.text).toBe('id: 1\ndata: one\n\n');
    await reader.cancel();
  });

  test('the messages of a WebSocket, compressed ones as they were meant', async () => {
    const server = createServer();
    const sockets = new WebSocketServer({
      server,
      perMessageDeflate: { threshold: 0 },
    });
    sockets.on('connection', (socket) =>
      socket.on('message', (data, isBinary) =>
        socket.send(data, { binary: isBinary }),
      ),
    );
    const { port } = await listen(server);
    closing.push(() => server.close());
    const { host, har } = await tapBefore(port);
    const socket = new WebSocket(`ws://${host}/chat`);
    const came: string[] = [];
    await new Promise((resolve) => socket.on('open', resolve));
    const echoed = new Promise<void>((resolve) =>
      socket.on('message', (data) => {
        came.push(String(data));
        if (came.length === 3) resolve();
      }),
    );
    socket.send('Grüße');
    socket.send('in ', { fin: false });
    socket.send('pieces', { fin: true });
    socket.send(Buffer.from([0, 255]));
    await echoed;
    socket.terminate();
    const [entry] = (await har()).log.entries;
    expect(entry!.request.url).toBe(`ws://${host}/chat`);
    const own = new Map<string, unknown>(Object.entries(entry!));
    expect(own.get('_resourceType')).toBe('websocket');
    const messages = own.get('_webSocketMessages') as {
      type: string;
      opcode: number;
      data: string;
    }[];
    const told = (type: string) =>
      messages
        .filter((each) => each.type === type)
        .map(({ opcode, data }) => [opcode, data]);
    const all = [
      [1, 'Grüße'],
      [1, 'in pieces'],
      [2, 'AP8='],
    ];
    expect(told('send')).toEqual(all);
    expect(told('receive')).toEqual(all);
  });

  test('what came over HTTP/2, with its trailers', async () => {
    const server = createHttp2Server();
    server.on('stream', (stream, { ':path': path }) => {
      stream.respond(
        { ':status': 200, 'content-type': 'text/plain' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () =>
        stream.sendTrailers({ 'grpc-status': '0' }),
      );
      stream.end(`you asked for ${path}`);
    });
    const { port } = await listen(server);
    closing.push(() => server.close());
    const { host, har } = await tapBefore(port);
    const client = connect(`http://${host}`);
    for (const path of ['/a', '/b?x']) {
      const stream = client.request({ ':path': path, 'x-a': 'b' });
      await stream.resume().toArray();
    }
    await new Promise<void>((resolve) => client.close(resolve));
    const { entries } = (await har()).log;
    expect(entries.map(({ request }) => request.url)).toEqual([
      `http://${host}/a`,
      `http://${host}/b?x`,
    ]);
    const [first] = entries;
    expect(inLines(first!.request.headers)).toEqual(['x-a: b']);
    expect(first).toMatchObject({
      request: { httpVersion: 'HTTP/2', method: 'GET' },
      response: { status: 200, content: { text: 'you asked for /a' } },
      _trailers: [{ name: 'grpc-status', value: '0' }],
    });
  });
});
