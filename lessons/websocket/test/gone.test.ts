import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { spawn } from '@on-the-wire/shared/programs/start.ts';
import { listenBehindTap } from '@on-the-wire/shared/testing/behind-tap.ts';
import { rawClient } from '@on-the-wire/shared/testing/raw-client.ts';
import { WebSocket } from 'ws';
import { ask, closeAll, closing, openClient, start } from './clients.ts';

afterEach(closeAll);

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
