import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { WebSocket } from 'ws';
import { ask, closing, openClient, start } from './clients.ts';

/** The lesson behind a tap, on a clock that moves when the test says so. */
async function startOnStoppedClock(ping: number, faults: string[] = []) {
  const clock = stopClock();
  closing.push(clock.release);
  const { feed, server } = await start({ ping });
  await new Promise((done) => server.close(done));
  const line = await listenBehindTap(server, { faults });
  closing.push(line.close);
  return { clock, feed, line };
}

/** Resolves when so many are told what is new. */
async function untilListeners(feed: Feed, count: number) {
  while (feed.listenerCount('update') > count)
    await once(feed, 'removeListener');
}

/**
 * Sends a heartbeat, and waits for the response: what either side sent before
 * has come.
 */
async function heartbeat(client: Awaited<ReturnType<typeof openClient>>) {
  const { length } = client.texts;
  client.socket.send('{"kind":"ping"}');
  await client.until(() =>
    client.texts.slice(length).some(({ kind }) => kind === 'pong'),
  );
}

describe('a client that is gone', () => {
  test('is found at the second ping, although it sent no close frame', async () => {
    const ping = 400;
    const { clock, feed, line } = await startOnStoppedClock(ping);
    const alive = await openClient(line.port);
    let pings = 0;
    alive.socket.on('ping', () => (pings += 1));
    for (let n = 0; n < 3; n += 1) {
      clock.pass(ping - 1);
      await heartbeat(alive);
      expect(pings).toBe(n);
      clock.pass(1);
      await heartbeat(alive);
      expect(pings).toBe(n + 1);
    }
    // Its last pong has come, too.
    await heartbeat(alive);
    line.break('silence');
    clock.pass(2 * ping - 1);
    expect(feed.listenerCount('update')).toBe(1);
    clock.pass(1);
    await untilListeners(feed, 0);
  });

  test('with pings a proxy that cuts the idle cuts nothing', async () => {
    const faults = ['idle=1500ms'];
    const { clock, feed, line } = await startOnStoppedClock(400, faults);
    const client = await openClient(line.port);
    const { socket } = client;
    for (let passed = 0; passed < 4_000; passed += 400) {
      const pinged = once(socket, 'ping');
      clock.pass(400);
      await pinged;
      await heartbeat(client);
    }
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(feed.listenerCount('update')).toBe(1);
  });

  test('without them it does', async () => {
    const faults = ['idle=1500ms'];
    const { clock, line } = await startOnStoppedClock(60_000, faults);
    const client = await openClient(line.port);
    await client.until(() => client.places.length === 6);
    clock.pass(3_000);
    expect(await client.closed).toEqual([1006, '']);
  });

  test('leaves no listener and no timer, fifty times', async () => {
    const clock = stopClock();
    closing.push(clock.release);
    const { feed, port } = await start();
    const before = clock.timers;
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => openClient(port)),
    );
    await Promise.all(
      clients.map((each) => each.until(() => each.texts.length > 1)),
    );
    expect(feed.listenerCount('update')).toBe(50);
    expect(clock.timers).toBe(before + 50);
    for (const { socket } of clients) socket.terminate();
    await untilListeners(feed, 0);
    expect(clock.timers).toBe(before);
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
    const clock = stopClock();
    closing.push(clock.release);
    const { port, close } = await start();
    const clients = await Promise.all([openClient(port), openClient(port)]);
    const silent = await rawClient(port);
    silent.send(ask());
    await silent.until('\x82\x03\x05\x00\x00');
    const left = close();
    for (const { closed } of clients)
      expect(await closed).toEqual([1001, 'the server is going away']);
    clock.pass(300);
    await left;
    await silent.closed; // sent no close frame, and was waited for no longer
    await close(); // twice is no error
  });

  test('is not let in again by a server that is leaving', async () => {
    const clock = stopClock();
    closing.push(clock.release);
    const { port, close } = await start();
    // Its close frame is waited for; meanwhile the other one reconnects.
    const silent = await rawClient(port);
    silent.send(ask());
    await silent.until('\x82\x03\x05\x00\x00');
    const client = await openClient(port);
    const left = close();
    await client.closed;
    const again = new WebSocket(`ws://127.0.0.1:${port}/track`, 'board.v1');
    const [{ code }] = await once(again, 'error');
    expect(code).toBe('ECONNREFUSED');
    clock.pass(300);
    await left;
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
    let updates = 0;
    // So few that the reader keeps up: it runs in this process, too.
    const update = async () => {
      for (let n = 0; n < 200; n++) feed.next();
      updates += 200;
      const kept = sleeping!.writableLength;
      await reader.until(() => reader.numbers().length === updates);
      return kept;
    };
    // Until it has got a close frame: from then on nothing is added.
    while ((await update()) < 262_144);
    for (let n = 0; n < 25; n++) await update();
    expect(sleeping!.writableLength).toBeLessThan(300_000);
    sleeper.socket.resume();
    expect(await sleeper.closed).toEqual([1008, 'reads too slowly']);
  });

  test('gets the latest places, not all of them', async () => {
    const { port, server } = await start({ most: 10_000 });
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
