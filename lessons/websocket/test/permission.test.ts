/** A permission that expires, message by message, on a clock that stands. */
import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { ask, closing, framesOf, openClient, start } from './clients.ts';

/** In ms; no pings, for clients that return none. */
const times = {
  valid: 86_400_000,
  permission: 20_000,
  grace: 10_000,
  ping: 86_400_000,
};

/** The lesson with its clock stopped, and its tickets. */
async function startOnStoppedClock() {
  const clock = stopClock();
  closing.push(clock.release);
  const lesson = await start(times);
  let handshakes = 0;
  lesson.server.prependListener('upgrade', () => (handshakes += 1));
  const buy = async () => {
    const response = await fetch(`${lesson.origin}/ticket`, { method: 'POST' });
    return response.text();
  };
  return { ...lesson, clock, buy, handshakes: () => handshakes };
}

type Client = Awaited<ReturnType<typeof openClient>>;

/** Sends a message, and resolves with the first that comes after it. */
async function say({ socket, texts, until }: Client, message: object) {
  const { length } = texts;
  socket.send(JSON.stringify(message));
  await until(() => texts.length > length);
  return texts[length];
}

/** Comes in with a ticket, and has heard all that is said at first. */
async function enter(port: number, ticket: string) {
  const client = await openClient(port, `&ticket=${ticket}`);
  await client.until(() => client.places.length === 6);
  return client;
}

const refused = { kind: 'refused', of: 'delay', why: 'expired' };
const over = [3000, 'the permission has expired'];

describe('a permission that expires', () => {
  test('says so after the hello, ends by 3000, in these bytes', async () => {
    const { port, clock, buy } = await startOnStoppedClock();
    const client = await rawClient(port);
    client.send(ask({}, `GET /track?after=&ticket=${await buy()}`));
    await client.until('\x82\x03\x05\x00\x00');
    const [hello, expires] = framesOf(client.received);
    expect(hello!.text).toBe('{"kind":"hello","staff":true,"rate":"night"}');
    expect(expires!.text).toBe('{"kind":"expires","inMs":20000}');
    clock.pass(29_999);
    client.send('\x81\x8f\0\0\0\0{"kind":"ping"}');
    await client.until('\x81\x0f{"kind":"pong"}');
    expect(client.received).not.toContain('\x88');
    clock.pass(1);
    // Close, 28 bytes: 3000 is 0x0bb8.
    await client.until('\x88\x1c\x0b\xb8the permission has expired');
    client.socket.destroy();
  });

  test('is renewed in place: no handshake but the first', async () => {
    const { port, feed, clock, buy, handshakes } = await startOnStoppedClock();
    const client = await enter(port, await buy());
    const { train } = feed.snapshot().data.departures[0]!;
    const delay = { kind: 'delay', train, minutes: 1 };
    for (let time = 0; time < 3; time += 1) {
      clock.pass(19_999);
      expect(await say(client, delay)).toMatchObject({ kind: 'departure' });
      const renew = { kind: 'renew', ticket: await buy() };
      expect(await say(client, renew)).toEqual({
        kind: 'renewed',
        inMs: 20_000,
      });
    }
    expect(handshakes()).toBe(1);
    // The last renewal counts, not the first.
    clock.pass(19_999);
    expect(await say(client, delay)).toMatchObject({ kind: 'departure' });
    clock.pass(10_001);
    expect(await client.closed).toEqual(over);
  });

  test('refuses by a message, then closes by 3000', async () => {
    const { port, feed, clock, buy } = await startOnStoppedClock();
    const client = await enter(port, await buy());
    const { train } = feed.snapshot().data.departures[0]!;
    const before = feed.snapshot();
    clock.pass(20_000);
    const delay = { kind: 'delay', train, minutes: 1 };
    expect(await say(client, delay)).toEqual(refused);
    const announce = { kind: 'announce', text: 'Gleis 7' };
    expect(await say(client, announce)).toEqual({ ...refused, of: 'announce' });
    expect(feed.snapshot()).toEqual(before);
    // What everybody may see goes on.
    const update = feed.next();
    await client.until(() => client.numbers().length === 1);
    expect(client.texts.at(-1)).toEqual(update);
    clock.pass(10_000);
    expect(await client.closed).toEqual(over);
  });

  test('can be renewed after its end, until the close', async () => {
    const { port, feed, clock, buy } = await startOnStoppedClock();
    const client = await enter(port, await buy());
    const { train } = feed.snapshot().data.departures[0]!;
    clock.pass(29_999);
    const delay = { kind: 'delay', train, minutes: 1 };
    expect(await say(client, delay)).toEqual(refused);
    const renew = { kind: 'renew', ticket: await buy() };
    expect(await say(client, renew)).toMatchObject({ kind: 'renewed' });
    clock.pass(19_999);
    expect(await say(client, delay)).toMatchObject({ kind: 'departure' });
  });

  test('keeps its time at a bad ticket, neither more nor less', async () => {
    const { port, clock, buy } = await startOnStoppedClock();
    const ticket = await buy();
    const client = await enter(port, ticket);
    clock.pass(15_000);
    // Used, made up, and none at all.
    for (const bad of [ticket, 'guess', undefined, null, {}, 7]) {
      expect(await say(client, { kind: 'renew', ticket: bad })).toEqual({
        kind: 'error',
        message: 'This ticket was used, or is too old.',
      });
    }
    clock.pass(14_999);
    expect(await say(client, { kind: 'ping' })).toEqual({ kind: 'pong' });
    clock.pass(1);
    expect(await client.closed).toEqual(over);
  });

  test('does not come back with the ticket that it had', async () => {
    const { port, clock, buy } = await startOnStoppedClock();
    const ticket = await buy();
    const client = await enter(port, ticket);
    clock.pass(30_000);
    await client.closed;
    const again = await rawClient(port);
    again.send(ask({}, `GET /track?after=&ticket=${ticket}`));
    await again.until(
      /^HTTP\/1\.1 401 Unauthorized\r\n[^]*This ticket was used, or is too old\.$/,
    );
    // A fresh one is welcome.
    await enter(port, await buy());
  });

  test('is not renewed once the close frame is sent', async () => {
    const { port, clock, buy } = await startOnStoppedClock();
    const client = await rawClient(port);
    client.send(ask({}, `GET /track?after=&ticket=${await buy()}`));
    await client.until('\x82\x03\x05\x00\x00');
    clock.pass(30_000);
    await client.until('\x88\x1c\x0b\xb8');
    const ticket = await buy();
    const text = JSON.stringify({ kind: 'renew', ticket });
    const length = String.fromCharCode(0x80 | text.length);
    client.send(`\x81${length}\0\0\0\0${text}`);
    client.send('\x88\x82\0\0\0\0\x0b\xb8');
    await client.closed;
    expect(client.received).not.toContain('renewed');
    // And the ticket is as good as before.
    await enter(port, ticket);
  });
});

test('Nothing expires for a passenger, nor for a cookie, nor is renewed', async () => {
  const { port, origin, feed, clock, buy } = await startOnStoppedClock();
  const pass = await fetch(`${origin}/sign-in`, { method: 'POST' });
  const [cookie] = pass.headers.get('Set-Cookie')!.split(';');
  const passenger = await openClient(port);
  const staff = await openClient(port, '', { headers: { Cookie: cookie } });
  for (const each of [passenger, staff])
    await each.until(() => each.places.length === 6);
  clock.pass(3_600_000);
  const ticket = await buy();
  for (const each of [passenger, staff]) {
    expect(await say(each, { kind: 'renew', ticket })).toMatchObject({
      message: 'Nothing to renew: come in with a ticket first.',
    });
    expect(each.texts.filter(({ kind }) => kind === 'expires')).toEqual([]);
  }
  const { train } = feed.snapshot().data.departures[0]!;
  await say(staff, { kind: 'delay', train, minutes: 1 });
  expect(feed.snapshot().data.n).toBe(1);
});

test('The time ends with the connection: no timer is left', async () => {
  const { port, feed, clock, buy } = await startOnStoppedClock();
  const before = clock.timers;
  for (let n = 0; n < 20; n += 1) {
    const client = await enter(port, await buy());
    await say(client, { kind: 'renew', ticket: await buy() });
    // The pulse and the permission: one timer each.
    expect(clock.timers).toBe(before + 2);
    const gone = once(feed, 'removeListener');
    client.socket.terminate();
    await gone;
    await client.closed;
    expect(clock.timers).toBe(before);
  }
});
