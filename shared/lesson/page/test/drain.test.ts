import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { createDrain, drainMs } from '../drain.ts';

const closing = closingAfterEach();

/** A server whose `/stream` goes on, and whose `/slow` waits for its body. */
async function start(ms?: number) {
  const drain = createDrain(ms);
  const streams: ServerResponse[] = [];
  const left: ServerResponse[] = [];
  const server = createServer((request, response) =>
    drain.admit(request, response, () => {
      if (request.url !== '/stream')
        return void request.resume().on('end', () => response.end('done'));
      streams.push(response);
      drain.holdResponse(response, () => left.push(response));
      response.write('one');
    }),
  );
  const { port } = await listen(server);
  closing.push(() => drain.close(server));
  const open = async () => {
    const client = await rawClient(port);
    client.send('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('3\r\none\r\n');
    return client;
  };
  return { drain, server, port, streams, left, open };
}

const withoutDate = (bytes: string) =>
  bytes.replace(/Date: [^\r]*/g, 'Date: *');
const lastChunk = '0\r\n\r\n';

describe('a server that drains', () => {
  test('is ready before: the bytes of /ready', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send('GET /ready HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('Ready.\n');
    expect(withoutDate(client.received)).toBe(
      'HTTP/1.1 200 OK\r\n' +
        'Content-Type: text/plain; charset=utf-8\r\n' +
        'Cache-Control: no-store\r\n' +
        'Date: *\r\n' +
        'Connection: keep-alive\r\n' +
        'Keep-Alive: timeout=5\r\n' +
        'Content-Length: 7\r\n' +
        '\r\n' +
        'Ready.\n',
    );
  });

  test('ends a stream with its last chunk, then the connection', async () => {
    const { drain, server, streams, left, open } = await start();
    const client = await open();
    await drain.close(server);
    await client.closed;
    expect(left).toEqual(streams);
    expect(client.received).toMatch(/\r\n3\r\none\r\n0\r\n\r\n$/);
  });

  test.each(['/ready', '/', '/stream'])(
    'gives 503 to GET %s on a connection from before, and closes it',
    async (path) => {
      const { drain, server, port } = await start(60_000);
      const client = await rawClient(port);
      // Half a request is on its way when the drain begins: it is finished.
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab');
      await once(server, 'request');
      const closed = drain.close(server);
      client.send('cd');
      await client.until('done');
      const before = client.received.length;
      client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await client.closed;
      const refusal = client.received
        .slice(before)
        .replace(/(?<=Retry-After: )(?:60|5\d)\r/, '*\r');
      expect(withoutDate(refusal)).toBe(
        'HTTP/1.1 503 Service Unavailable\r\n' +
          'Content-Type: text/plain; charset=utf-8\r\n' +
          'Cache-Control: no-store\r\n' +
          'Connection: close\r\n' +
          'Retry-After: *\r\n' +
          'Date: *\r\n' +
          'Content-Length: 46\r\n' +
          '\r\n' +
          'This server is about to end: try again later.\n',
      );
      // Nothing else was there: it did not wait for its minute.
      await closed;
    },
  );

  test('accepts no connection, from its first moment on', async () => {
    const { drain, server, port, open } = await start(500);
    await open();
    await open();
    const closed = drain.close(server);
    expect(drain.isDraining).toBe(true);
    await new Promise((turn) => setImmediate(turn));
    await expect(rawClient(port)).rejects.toThrow('ECONNREFUSED');
    await closed;
  });

  test('ends its streams one after another, in the order they came', async () => {
    const { drain, server, open } = await start(600);
    const ended: [number, number][] = [];
    const clients = [await open(), await open(), await open(), await open()];
    for (const [at, client] of clients.entries())
      void client
        .until(lastChunk)
        .then(() => ended.push([at, performance.now()]));
    const began = performance.now();
    await drain.close(server);
    await Promise.all(clients.map(({ closed }) => closed));
    expect(ended.map(([at]) => at)).toEqual([0, 1, 2, 3]);
    const since = ended.map(([, time]) => time - began);
    for (const [at, ms] of since.entries())
      expect(ms).toBeGreaterThanOrEqual(at * 150 - 5);
  });

  test('ends the connection of a stream with it: nobody asks on it again', async () => {
    const { drain, server, open } = await start(60_000);
    const [one, two] = [await open(), await open()];
    const closed = drain.close(server);
    await one.until(lastChunk);
    one.send('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await one.closed;
    expect(one.received).toMatch(/\r\n3\r\none\r\n0\r\n\r\n$/);
    expect(two.socket.closed).toBe(false);
    two.socket.destroy();
    await closed;
  });

  test('ends as soon as all have left by themselves', async () => {
    const { drain, server, open } = await start(60_000);
    const clients = [await open(), await open(), await open()];
    const closed = drain.close(server);
    await clients[0]!.until(lastChunk);
    for (const { socket } of clients) socket.destroy();
    await closed;
  });

  test('does not wait for a client that was gone before it was held', async () => {
    const drain = createDrain();
    const left = Promise.withResolvers<void>();
    const server = createServer((_request, response) => {
      response.once('close', () => {
        drain.holdResponse(response, left.resolve);
      });
      client.socket.resetAndDestroy();
    });
    const { port } = await listen(server);
    const client = await rawClient(port);
    client.send('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await left.promise;
    await drain.close(server);
  });

  test('cuts whoever does not take what was sent', async () => {
    const { drain, server, streams, open } = await start();
    const sleeper = await open();
    sleeper.socket.pause();
    const [stream] = streams;
    while (stream!.writableLength < 1_000_000) {
      stream!.write('x'.repeat(100_000));
      await new Promise((turn) => setImmediate(turn));
    }
    await drain.close(server);
    expect(stream!.destroyed).toBe(true);
  });

  test('closes what it rests on after the last stream, and all once', async () => {
    const { drain, server, streams, open } = await start(50);
    await open();
    await open();
    let closes = 0;
    const feed = {
      close() {
        closes += 1;
        expect(streams.every(({ closed }) => closed)).toBe(true);
      },
    };
    await Promise.all([drain.close(server, feed), drain.close(server, feed)]);
    await drain.close(server, feed);
    expect(closes).toBe(1);
  });
});

test('the time of a drain is a whole number of ms; without one it is 0', () => {
  expect(drainMs('5000')).toBe(5_000);
  expect(drainMs()).toBe(0);
  for (const text of ['', '5s', '-1', '0.5', '600001', '1e3'])
    expect(() => drainMs(text)).toThrow(`DRAIN_MS: found "${text}"`);
});
