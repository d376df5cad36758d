import { describe, expect, test } from '@jest/globals';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { encodeFrame, FrameReader, longest } from '../frame.ts';
import { openFrameSocket } from '../frame-socket.ts';
import { closing, notices, startStation } from './acts.ts';

/** Texts, and the bytes that say them. */
const table: [texts: string[], bytes: string][] = [
  [['Hi'], '00000002 4869'],
  [[''], '00000000'],
  [['Gleis 7', 'Zürich'], '00000007 476c6569732037 00000007 5ac3bc72696368'],
  [['a'.repeat(300)], `0000012c ${'61'.repeat(300)}`],
];
const bytesOf = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a frame', () => {
  test.each(table)('of %j is these bytes', (texts, bytes) => {
    expect(Buffer.concat(texts.map(encodeFrame))).toEqual(bytesOf(bytes));
  });

  test.each(table)('of %j is read again, cut anywhere', (texts, hex) => {
    const bytes = bytesOf(hex);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new FrameReader();
      const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(parts.flatMap((part) => reader.feed(part))).toEqual(texts);
    }
    const reader = new FrameReader();
    const single = [...bytes].flatMap((byte) => reader.feed(Buffer.of(byte)));
    expect(single).toEqual(texts);
  });

  test('leaves over what is not whole', () => {
    const reader = new FrameReader();
    expect(reader.feed(bytesOf('00000002 4869 00000002 48'))).toEqual(['Hi']);
    expect(reader.feed(bytesOf('69'))).toEqual(['Hi']);
  });

  test('that is too long is neither built nor waited for', () => {
    expect(() => encodeFrame('x'.repeat(longest + 1))).toThrow('65537 bytes');
    expect(() => new FrameReader().feed(bytesOf('ffffffff'))).toThrow(
      'A frame of 4294967295 bytes: at most 65536 are taken.',
    );
  });
});

describe('the raw socket', () => {
  test('has each text spoken, also in pieces', async () => {
    const { frames, spoken, until } = await startStation();
    const { port } = await listen(frames);
    const client = await rawClient(port);
    client.send('\x00\x00\x00\x02Hi\x00\x00\x00');
    await until(1);
    client.send('\x03you');
    await until(2);
    expect(spoken).toEqual(['Hi', 'you']);
    client.socket.destroy();
  });

  test('is closed after nonsense, and others go on', async () => {
    const { frames, spoken, until } = await startStation();
    const { port } = await listen(frames);
    const client = await rawClient(port);
    client.send('GET / HTTP/1.1\r\n');
    await client.closed;
    const other = await rawClient(port);
    other.send('\x00\x00\x00\x02Hi');
    await until(1);
    expect(spoken).toEqual(['Hi']);
    other.socket.destroy();
  });

  test('loses what is on its way when it is reset, without a word', async () => {
    const { frames, spoken, until } = await startStation();
    const tap = await listenBehindTap(frames, { faults: ['silence'] });
    closing.push(() => tap.close());
    const socket = openFrameSocket(`tcp://127.0.0.1:${tap.port}`);
    closing.push(() => socket.close());
    const struck = tap.injected('silence');
    for (const text of notices(10)) socket.send(text);
    await struck;
    const cut = tap.injected('cut');
    tap.cut('rst');
    await cut;
    tap.break();
    // It must hear of the reset first, and no event would tell us.
    while (spoken.length === 0) {
      socket.send('after');
      await new Promise((turn) => setImmediate(turn));
    }
    await until(1);
    expect(spoken.filter((text) => text.startsWith('Notice'))).toEqual([]);
  });
});
