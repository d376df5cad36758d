import { once } from 'node:events';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import {
  all,
  atEnd,
  cleanUp,
  connect,
  endOf,
  flood,
  hashOf,
  listen,
  next,
  startTap,
  startTarget,
  take,
  watch,
} from './rig.ts';

afterEach(cleanUp);

const MB = 1024 * 1024;
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n`;
const layers = ['plain', 'TLS'] as const;
const sizes = { plain: 64 * MB, TLS: 24 * MB };

/** A target, a tap, and a client that is connected through to the target. */
async function through(layer: (typeof layers)[number]) {
  const met = Promise.withResolvers<{ server: Duplex; serverRaw: Socket }>();
  const port = await startTarget(
    (server, serverRaw) => met.resolve({ server, serverRaw }),
    { layer },
  );
  const tap = await startTap(port, { layer });
  const { client, raw } = await connect(tap.port, { layer });
  return { tap, client, raw, ...(await met.promise) };
}

describe.each(layers)('bytes go through as they were sent, %s:', (layer) => {
  test('random bytes, both ways at the same time', async () => {
    const size = process.env['SOAK'] ? 1024 * MB : sizes[layer];
    const { client, server } = await through(layer);
    const up = flood(size / 4);
    const down = flood(size);
    const [atServer, atClient] = await Promise.all([
      hashOf(server),
      hashOf(client),
      up.send(client),
      down.send(server),
    ]);
    expect(atServer).toBe(up.hash);
    expect(atClient).toBe(down.hash);
  });

  test('a client that ends its side still hears the server', async () => {
    const { client, server, tap } = await through(layer);
    const { ends } = watch(tap);
    client.end('all I have to say');
    expect(await all(server)).toMatchObject({
      text: 'all I have to say',
      end: 'fin',
    });
    expect(ends).toEqual(['up fin']);
    const closed = next(tap, 'close');
    server.write('long ');
    server.end('answer');
    expect(await all(client)).toMatchObject({
      text: 'long answer',
      end: 'fin',
    });
    await closed;
    expect(ends).toEqual(['up fin', 'down fin']);
  });

  test('a server that ends its side still hears the client', async () => {
    const { client, server, tap } = await through(layer);
    const { ends } = watch(tap);
    server.end('no more from me');
    expect(await all(client)).toMatchObject({
      text: 'no more from me',
      end: 'fin',
    });
    const closed = next(tap, 'close');
    client.end('but from me');
    expect(await all(server)).toMatchObject({
      text: 'but from me',
      end: 'fin',
    });
    await closed;
    expect(ends).toEqual(['down fin', 'up fin']);
  });

  test('a reset by the client reaches the server as one', async () => {
    const { client, raw, serverRaw, server, tap } = await through(layer);
    const { ends } = watch(tap);
    client.write('x');
    await take(server, 1);
    const closed = next(tap, 'close');
    const end = endOf(layer === 'TLS' ? server : serverRaw);
    raw.resetAndDestroy();
    expect(await end).toBe('ECONNRESET');
    await closed;
    expect(ends).toEqual(['up rst']);
  });

  test('a reset by the server reaches the client as one, after its bytes', async () => {
    const { client, server, serverRaw, tap } = await through(layer);
    const { ends } = watch(tap);
    server.write('x');
    expect(await take(client, 1)).toBe('x');
    const closed = next(tap, 'close');
    const end = endOf(client);
    serverRaw.resetAndDestroy();
    expect(await end).toBe('ECONNRESET');
    await closed;
    expect(ends).toEqual(['down rst']);
  });

  test('a client that leaves while a server streams is noticed', async () => {
    const { client, server, tap } = await through(layer);
    const line = 'x'.repeat(1000);
    const timer = setInterval(() => server.write(line), 1);
    atEnd(() => clearInterval(timer));
    await take(client, 3000);
    const left = endOf(server);
    const closed = next(tap, 'close');
    client.destroy();
    expect(['fin', 'ECONNRESET', 'EPIPE']).toContain(await left);
    clearInterval(timer);
    server.end();
    await closed;
  });

  test('a reader that does not read stops the writer', async () => {
    const size = 24 * MB;
    const { client, server, tap } = await through(layer);
    const down = flood(size);
    const sent = down.send(server);
    const handed = () => tap.recording.connection(1)!.down.bytes;
    // Round trips beside it are the clock: it stands when 100 of them pass
    // and nothing else does.
    const echo = await startTap(await startTarget((one) => one.pipe(one)));
    const { client: beside } = await connect(echo.port);
    for (let before = -1, still = 0; still < 100; still += 1) {
      beside.write('?');
      await take(beside, 1);
      if (handed() !== before) still = 0;
      before = handed();
    }
    expect(handed()).toBeGreaterThan(0);
    // What the systems and the sockets between them keep, and no more.
    expect(handed()).toBeLessThan(size / 2);
    expect(await hashOf(client)).toBe(down.hash);
    await sent;
    expect(handed()).toBe(size);
  });
});

describe('a slow reader', () => {
  test('gets what came in small reads as it was sent', async () => {
    const { client, server } = await through('plain');
    const blocks = Array.from({ length: 1000 }, (_, at) =>
      Buffer.alloc(10_000, at),
    );
    for (const block of blocks) {
      server.write(block);
      // A turn of the loop for the tap to read it by itself.
      await new Promise((done) => setImmediate(done));
    }
    server.end();
    expect((await all(client)).bytes.equals(Buffer.concat(blocks))).toBe(true);
  });
});

describe('HTTP goes through:', () => {
  test('requests sent at once get their responses in order', async () => {
    const port = await listen(
      http.createServer((request, response) => response.end(request.url)),
    );
    const tap = await startTap(port);
    const { client } = await connect(tap.port);
    client.write(
      `${get('/1')}\r\n${get('/2')}\r\n${get('/3')}Connection: close\r\n\r\n`,
    );
    const { text } = await all(client);
    expect(text.match(/\/\d$|\/\d(?=HTTP)/gm)).toEqual(['/1', '/2', '/3']);
  });

  test('100 Continue comes before the body is sent', async () => {
    const server = http.createServer((request, response) => {
      request.pipe(response);
    });
    const tap = await startTap(await listen(server));
    const post = http.request({
      port: tap.port,
      host: '127.0.0.1',
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 5 },
    });
    post.flushHeaders();
    await once(post, 'continue');
    expect(tap.recording.connection(1)?.down.reads).toBe(1);
    post.end('hello');
    const [response] = (await once(post, 'response')) as [http.IncomingMessage];
    expect((await all(response as unknown as Duplex)).text).toBe('hello');
    post.destroy();
  });

  test('an upgrade to WebSocket, and messages both ways', async () => {
    const server = http.createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      socket.on('message', (data, binary) => socket.send(data, { binary }));
    });
    const tap = await startTap(await listen(server));
    const socket = new WebSocket(`ws://127.0.0.1:${tap.port}`);
    await once(socket, 'open');
    const sent = Buffer.alloc(70_000, 'é');
    socket.send(sent);
    const [back] = (await once(socket, 'message')) as [Buffer];
    expect(back.equals(sent)).toBe(true);
    socket.close(4001, 'enough');
    const [code] = await once(socket, 'close');
    expect(code).toBe(4001);
  });
});
