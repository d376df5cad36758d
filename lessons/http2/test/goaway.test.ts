import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get as getByHttp1 } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { timersOf } from '@on-the-wire/testing/timers-of.ts';
import { decodeGoaway } from '../frame.ts';
import { createServer } from '../server.ts';
import { ask, frameClient, get, nodeClient, request } from './clients.ts';
import { board, closeAll, start, timers } from './start.ts';

afterEach(closeAll);

describe('who leaves', () => {
  test('stops the work for its own stream and for no other', async () => {
    const { feed, port } = await start();
    const { session } = await nodeClient(port);
    const events = session.request({ ':path': '/events' });
    await once(events, 'data');
    const before = timers();
    const other = ask(session, board(1, 300));
    const cancelled = Array.from({ length: 60 }, (_, i) =>
      session.request(board(i, 5_000)),
    );
    await ask(session, board(2, 0)); // it was sent last: they are all there
    const busy = timers();
    // Some timers are the runner's, and begin and end as they like.
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

  test('ends a long response that is being written', async () => {
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

describe('leaving', () => {
  test('loses no stream that runs, and names the first that it does not serve', async () => {
    const { port, close, server } = await start({ deadline: 600_000 });
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
    const [response] = (await once(old, 'response')) as [IncomingMessage];
    response.on('error', () => {}).resume();
    const gone = Promise.all([
      new Promise((done) => events.on('close', done)),
      new Promise((done) => response.on('close', done)),
    ]);
    await close();
    await gone;
    expect(feed.listenerCount('update')).toBe(0);
    await close().catch(() => {}); // twice is no harm
  });

  test('is to be had for one connection, while another goes on', async () => {
    const { port } = await start({ deadline: 600_000 });
    const { session: leaving } = await nodeClient(port);
    const { session: staying } = await nodeClient(port);
    const goaway = once(leaving, 'goaway');
    const running = ask(leaving, board(1, 100));
    await ask(leaving, { ':path': '/goaway', ':method': 'PUT' });
    await goaway;
    expect((await running).headers[':status']).toBe(200);
    await once(leaving, 'close');
    expect((await ask(staying, board(2, 0))).headers[':status']).toBe(200);
    staying.close();
  });
});

test('whoever closes the lesson stops its own feed', async () => {
  const counted = await timersOf(createServer);
  expect(counted).toEqual({ running: 1, left: 0 });
});
