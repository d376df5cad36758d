import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { News } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { timersOf } from '@on-the-wire/testing/timers-of.ts';
import { WebSocket } from 'ws';
import { encodeFrame, opcodes, type Frame } from '../frame.ts';
import { createServer } from '../server.ts';
import {
  ask,
  closing,
  framesOf,
  latin1,
  openClient,
  start,
} from './clients.ts';
import { createEcho } from './echo.ts';

const mask = Uint8Array.of(1, 2, 3, 4);

/** A frame of a client, masked, whole unless `parts` say otherwise. */
const frame = (opcode: number, payload: string, parts: Partial<Frame> = {}) =>
  latin1(
    encodeFrame({
      final: true,
      opcode,
      payload: new Uint8Array(Buffer.from(payload)),
      mask,
      ...parts,
    }),
  );

describe('what breaks the protocol ends with the code that says so', () => {
  const text = (words: string, parts: Partial<Frame> = {}) =>
    frame(opcodes.text, words, parts);
  test.each([
    ['a message that is too large', text('x'.repeat(4097)), 1009],
    ['a text that is not UTF-8', `\x81\x81\x00\x00\x00\x00\xff`, 1007],
    ['a reserved bit', `\xc1\x80\x00\x00\x00\x00`, 1002],
    ['an unknown opcode', frame(3, ''), 1002],
    ['a frame without a mask', '\x81\x02{}', 1002],
    ['a ping in fragments', frame(opcodes.ping, '', { final: false }), 1002],
    ['a ping of 126 bytes', frame(opcodes.ping, 'x'.repeat(126)), 1002],
    ['a fragment of nothing', frame(opcodes.continuation, 'x'), 1002],
  ])('%s', async (_what, bytes, code) => {
    const { port, feed } = await start();
    const witness = await openClient(port);
    const client = await rawClient(port);
    client.send(ask());
    await client.until('\x82\x03\x05\x00\x00');
    client.send(bytes);
    await client.until(
      `\x88\x02${String.fromCharCode(code >> 8, code & 0xff)}`,
    );
    // And others go on.
    feed.next();
    await witness.until(() => witness.numbers().length === 1);
    client.socket.destroy();
  });
});

describe('both sides send', () => {
  test('a ping gets its pong, between the fragments of a message', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask());
    await client.until('\x82\x03\x05\x00\x00');
    client.send(
      frame(opcodes.text, '{"kind":', { final: false }) +
        frame(opcodes.ping, 'there?') +
        frame(opcodes.continuation, '"ping"}'),
    );
    await client.until('\x8a\x06there?');
    await client.until('\x81\x0f{"kind":"pong"}');
    client.socket.destroy();
  });

  test('a place reaches everybody, and those who come later', async () => {
    const { port } = await start();
    const one = await openClient(port);
    const two = await openClient(port);
    await two.until(() => two.places.length === 6);
    one.socket.send(Uint8Array.of(4, 0x12, 0x34));
    await two.until(() => two.places.length === 7);
    expect(two.places.at(-1)).toEqual([4, 0x12, 0x34]);
    // Not the hand that moved it: an echo would pull it back.
    two.socket.send(Uint8Array.of(5, 0, 1));
    await one.until(() => one.places.at(-1)?.[0] === 5);
    expect(one.places.filter(([train]) => train === 4)).toEqual([[4, 0, 0]]);
    const late = await openClient(port);
    await late.until(() => late.places.length === 6);
    expect(late.places[4]).toEqual([4, 0x12, 0x34]);
  });

  test('what makes no sense gets a response, and the connection lives', async () => {
    const { port, feed } = await start();
    const client = await openClient(port);
    const tries: [message: string | Uint8Array, say: RegExp][] = [
      ['', /expected a JSON object/],
      ['{"kind":', /expected a JSON object/],
      ['[]', /expected ping, renew, delay or announce/],
      ['null', /expected a JSON object/],
      ['{"kind":"fly"}', /"fly", expected ping, renew, delay or announce/],
      ['{"kind":"delay","train":"x","minutes":5}', /sign in first/],
      [Uint8Array.of(6, 0, 0), /Found the bytes 060000, expected 3/],
      [Uint8Array.of(1, 0), /expected 3/],
      [new Uint8Array(), /expected 3/],
    ];
    for (const [message, say] of tries) {
      const { length } = client.texts;
      client.socket.send(message);
      await client.until(() => client.texts.length > length);
      const answer = client.texts.at(-1) as { kind: string; message: string };
      expect([String(message), answer.kind]).toEqual([
        String(message),
        'error',
      ]);
      expect(answer.message).toMatch(say);
    }
    expect(feed.snapshot().data.n).toBe(0);
  });

  test('staff report and announce, and everybody hears it', async () => {
    const { port, origin, feed } = await start();
    const pass = await fetch(`${origin}/sign-in`, { method: 'POST' });
    const [cookie] = pass.headers.get('Set-Cookie')!.split(';');
    const headers = { Cookie: cookie };
    const staff = await openClient(port, '', { headers });
    const other = await openClient(port);
    const { train } = feed.snapshot().data.departures[0]!;
    staff.socket.send(JSON.stringify({ kind: 'delay', train, minutes: 5 }));
    staff.socket.send(
      JSON.stringify({ kind: 'announce', text: '„Gleis 7“\r\n🚆' }),
    );
    await other.until(() => other.numbers().length === 2);
    const [delay, announcement] = other.texts.slice(-2) as News[];
    expect(delay!.data).toMatchObject({ train, delay: 5 });
    expect(announcement!.data).toMatchObject({ text: '„Gleis 7“\r\n🚆' });
    staff.socket.send(JSON.stringify({ kind: 'announce', text: '' }));
    await staff.until(() => staff.texts.at(-1)!.kind === 'error');
  });

  test('messages are compressed where both sides want that', async () => {
    const { feed, port } = await start({ deflate: true });
    const client = await rawClient(port);
    client.send(ask({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
    const head = await client.until('\r\n\r\n');
    expect(head).toContain('Sec-WebSocket-Extensions: permessage-deflate');
    await client.until('\x82\x03\x05\x00\x00');
    const hand = await openClient(port, '', { perMessageDeflate: false });
    let plain = 0;
    for (let n = 0; n < 100; n++)
      plain += Buffer.byteLength(JSON.stringify(feed.next()));
    // Places are not: three bytes would become more. This one comes last.
    hand.socket.send(Uint8Array.of(5, 0, 1));
    const received = await client.until('\x82\x03\x05\x00\x01');
    client.socket.destroy();
    const updates = framesOf(received)
      .filter(({ opcode }) => opcode === opcodes.text)
      .slice(2);
    expect(updates).toHaveLength(100);
    const squeezed = updates.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // What the tutorial says: some 150 bytes become some 30.
    expect(plain / 100).toBeGreaterThan(140);
    expect(plain / 100).toBeLessThan(160);
    expect(squeezed / 100).toBeGreaterThan(20);
    expect(squeezed / 100).toBeLessThan(40);
    // A client that does not offer it reads every update.
    await hand.until(() => hand.numbers().length === 100);
  });

  test('and are not where one side does not', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send(ask({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
    expect(await client.until('\r\n\r\n')).not.toContain('Extensions');
    client.socket.destroy();
  });
});

test('an echo with the same options returns what it gets', async () => {
  const { server, close } = createEcho();
  closing.push(close);
  const { port } = await listen(server);
  const client = new WebSocket(`ws://127.0.0.1:${port}`, 'board.v1');
  await once(client, 'open');
  client.send('Zürich');
  const [text] = await once(client, 'message');
  expect(String(text)).toBe('Zürich');
  client.send(new Uint8Array(4_097));
  const [code] = await once(client, 'close');
  expect(code).toBe(1009);
});

test('closing the lesson stops its own feed', async () => {
  const timers = await timersOf(createServer);
  expect(timers).toEqual({ running: 1, left: 0 });
});
