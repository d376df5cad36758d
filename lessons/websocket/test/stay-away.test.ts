/** Codes of our own, and of others: who may reconnect, and when. */
import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { createSockets } from '../handshake.ts';
import { Connection, NotNow, retryAfterMs } from '../page/connection.ts';
import { ask, closing, openClient, start } from './clients.ts';

describe('a client that sends too much', () => {
  test('is closed with 4029 and the seconds to stay away, in these bytes', async () => {
    const { port } = await start({ most: 3 });
    const client = await rawClient(port);
    client.send(ask());
    await client.until('\x82\x03\x05\x00\x00');
    const ping = '\x81\x8f\0\0\0\0{"kind":"ping"}';
    client.send(ping.repeat(5));
    // 4029 is 0x0fbd. What came after the third is not carried out.
    await client.until('\x88\x10\x0f\xbdRetry-After: 5');
    expect(client.received.match(/"pong"/g)).toHaveLength(3);
    client.socket.destroy();
  });

  test('is counted by the second', async () => {
    const clock = stopClock();
    closing.push(clock.release);
    const { port } = await start({ most: 3 });
    const client = await openClient(port);
    for (let second = 0; second < 5; second += 1) {
      const before = client.texts.length;
      for (let n = 0; n < 3; n += 1) client.socket.send('{"kind":"ping"}');
      const isHeard = () =>
        client.texts.slice(before).filter(({ kind }) => kind === 'pong')
          .length === 3;
      await client.until(isHeard);
      clock.pass(1_000);
    }
    for (let n = 0; n < 4; n += 1) client.socket.send('{"kind":"ping"}');
    expect(await client.closed).toEqual([4029, 'Retry-After: 5']);
  });
});

/** A server that closes each client so; counts them as they come. */
async function startClosing(codes: [code: number, reason: string][]) {
  const sockets = createSockets(4_096, false);
  let clients = 0;
  const server = createHttpServer().on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.close(...(codes[clients] ?? codes.at(-1)!));
      clients += 1;
    });
  });
  const { port } = await listen(server);
  closing.push(() => new Promise((done) => server.close(done)));
  return { url: `ws://127.0.0.1:${port}/track`, clients: () => clients };
}

/** A page's connection, on a clock that stands, without luck in its jitter. */
function connect(url: () => string | Promise<string>, random = 0) {
  const clock = stopClock();
  const { random: real } = Math;
  Math.random = () => random;
  const seen: string[] = [];
  let changed = () => {};
  const connection = new Connection({
    url,
    onMessage() {},
    onState(state, why) {
      seen.push(`${state} ${why}`.trim());
      changed();
    },
  });
  closing.push(() => {
    connection.close();
    Math.random = real;
    clock.release();
  });
  const until = async (state: string, times = 1) => {
    const count = () => seen.filter((each) => each.startsWith(state)).length;
    while (count() < times) await new Promise<void>((go) => (changed = go));
    return seen.findLast((each) => each.startsWith(state))!;
  };
  return { clock, connection, seen, until };
}

describe('a page that was told to stay away', () => {
  test.each([
    [0, 30_000],
    [1, 30_500],
  ])('comes no earlier than that: jitter %s', async (random, ms) => {
    const { url, clients } = await startClosing([[4029, 'Retry-After: 30']]);
    const { clock, connection, until } = connect(() => url, random);
    connection.open();
    expect(await until('waiting')).toBe('waiting 4029 Retry-After: 30');
    clock.pass(ms - 1);
    // The reader may press what they like.
    connection.close();
    connection.open();
    expect(clients()).toBe(1);
    if (random > 0) return;
    expect(await until('waiting', 2)).toBe('waiting not yet');
    clock.pass(1);
    await until('waiting 4029', 2);
    expect(clients()).toBe(2);
  });

  test('waits longer than any timer can', async () => {
    const forty = 40 * 86_400; // days, in s
    const { url, clients } = await startClosing([
      [4029, `Retry-After: ${forty}`],
    ]);
    const { clock, connection, until } = connect(() => url);
    connection.open();
    await until('waiting 4029');
    clock.pass(forty * 1_000 - 1);
    expect(clients()).toBe(1);
    clock.pass(1);
    await until('waiting 4029', 2);
  });

  test('tries a second time after 3000, and not a third', async () => {
    const over = [3000, 'the permission has expired'] as [number, string];
    const { url, clients } = await startClosing([over]);
    const { clock, connection, seen, until } = connect(() => url);
    connection.open();
    await until('waiting 3000');
    clock.pass(1);
    expect(await until('closed')).toBe(
      'closed 3000 the permission has expired',
    );
    clock.pass(3_600_000);
    expect(clients()).toBe(2);
    expect(seen.filter((each) => each === 'connecting')).toHaveLength(2);
  });

  test('makes no other attempt after 4426, until somebody opens it', async () => {
    const { url, clients } = await startClosing([[4426, 'reload the page']]);
    const { clock, connection, until } = connect(() => url);
    connection.open();
    expect(await until('closed')).toBe('closed 4426 reload the page');
    clock.pass(3_600_000);
    expect(clients()).toBe(1);
    connection.open();
    await until('closed', 2);
    expect(clients()).toBe(2);
  });

  test('stays away where it gets no URL, or asks again when it may', async () => {
    const { url, clients } = await startClosing([[1000, '']]);
    const answers = [
      new NotNow('busy', 7_000),
      new Error('no connection'),
      new NotNow('no', Infinity),
    ];
    let asked = 0;
    const { clock, connection, until } = connect(async () => {
      const answer = answers[asked];
      asked += 1;
      if (answer) throw answer;
      return url;
    });
    connection.open();
    await until('waiting busy');
    clock.pass(6_999);
    expect(asked).toBe(1);
    clock.pass(1);
    await until('waiting no connection');
    clock.pass(1);
    expect(await until('closed')).toBe('closed no');
    clock.pass(3_600_000);
    expect([asked, clients()]).toEqual([3, 0]);
    connection.open();
    await until('waiting 1000');
    expect(clients()).toBe(1);
  });

  test('does not use a URL that comes when it is closed', async () => {
    const { url, clients } = await startClosing([[1000, '']]);
    let give = (_url: string) => {};
    const { connection, seen } = connect(
      () => new Promise<string>((go) => (give = go)),
    );
    connection.open();
    connection.close();
    give(url);
    await new Promise(setImmediate);
    expect(seen).toEqual(['connecting', 'closed the page has enough']);
    expect(clients()).toBe(0);
  });
});

test('A time to stay away is read in seconds and as a date', () => {
  const clock = stopClock();
  closing.push(clock.release);
  const inAMinute = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 60_000);
  const ms = retryAfterMs(inAMinute.toUTCString());
  expect(ms).toBeGreaterThanOrEqual(60_000);
  expect(ms).toBeLessThan(61_000);
  const seconds = ['5', 'Retry-After: 5', ' 5 ', '0', '-5', 'soon', '', null];
  expect(seconds.map((text) => retryAfterMs(text))).toEqual([
    5_000, 5_000, 5_000, 0, 0, 0, 0, 0,
  ]);
});

test('Staff who move trains by hand stay below what one may send', async () => {
  const { port } = await start();
  const client = await openClient(port);
  const other = await openClient(port);
  await other.until(() => other.places.length === 6);
  // As fast as a screen draws, and faster.
  for (let n = 1; n <= 240; n += 1)
    client.socket.send(Uint8Array.of(0, n >> 8, n & 0xff));
  await other.until(() => other.places.at(-1)?.[2] === 240);
  client.socket.close(1000);
  expect((await once(client.socket, 'close'))[0]).toBe(1000);
});
