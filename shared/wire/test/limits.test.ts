/**
 * Floods: each limit is told by a unit, and what a decoder holds stays small.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ByteCursor } from '../byte-cursor.ts';
import { concat } from '../bytes.ts';
import { decodeConnection } from '../connection.ts';
import { EventStream } from '../event-stream/decoder.ts';
import { http1Decoder } from '../http1/decoder.ts';
import {
  FIELDS_LIMIT,
  HELD_LIMIT,
  INFLATED_LIMIT,
  KEPT_WHOLE,
  RANGES_LIMIT,
} from '../limits.ts';
import { type Unit, describe as fieldsOf } from '../unit.ts';
import {
  byteByByte,
  cutInto,
  decode,
  lineOf,
  text,
  type Step,
} from './cuts.ts';
import type { Flooded } from './flood-thread.ts';
import { FLOODS } from './vectors/floods.ts';

/** What a decoder may hold, in bytes, whatever it was fed. */
const HELD = 6 * 1_048_576 + KEPT_WHOLE;

describe('A decoder that is flooded holds little, and says so:', () => {
  let thread: Worker;
  beforeAll(() => {
    thread = new Worker(new URL('flood-thread.ts', import.meta.url));
  });
  afterAll(() => thread.terminate());

  test.each(FLOODS.map(({ title, says }, at) => [title, at, says] as const))(
    '%s',
    async (_, at, says) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
      thread.postMessage([at, HELD]);
      const [{ held, told }] = (await once(thread, 'message')) as [Flooded];
      expect(held).toBeLessThan(HELD);
      if (says) expect(told).not.toEqual([]);
    },
  );

  test.each([
    ['units', '\n', 'more events, comments and blank lines than bytes'],
    ['bytes', `data:${'a'.repeat(1_025)}\n\n`, 'the limit for inflated bytes'],
  ])(
    'a compressed event stream of too many %s stops at the same byte, however it is cut',
    (_, event, says) => {
      const fields =
        'Content-Type: text/event-stream\r\nContent-Encoding: gzip';
      const head = `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`;
      const body = gzipSync(Buffer.alloc(4_194_304, event));
      const steps: Step[] = [['down', concat([text(head), body])]];
      const told = decode(http1Decoder, steps).map(lineOf);
      expect(told.filter((line) => line.includes(says))).toHaveLength(1);
      for (const cut of [byteByByte(steps), cutInto(steps, [7, 1_000, 3])])
        expect(decode(http1Decoder, cut).map(lineOf)).toEqual(told);
    },
  );

  test('a first read of more bytes than are held is read for what it is', () => {
    const body = 'x'.repeat(HELD_LIMIT * 2);
    const head = `POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`;
    const steps: Step[] = [['up', text(head + body)]];
    const told = decode(decodeConnection, steps).map(lineOf);
    expect(told[0]).toMatch(/http\/1.1 request headers/);
    expect(decode(decodeConnection, byteByByte(steps)).map(lineOf)).toEqual(
      told,
    );
    // And where it cannot be told yet, the limit stays where it is.
    const open: Step[] = [
      ['up', text('GE')],
      ['down', text(body)],
      ['up', text('T / HTTP/1.1\r\n\r\n')],
    ];
    const opaque = decode(decodeConnection, open).map(lineOf);
    expect(opaque[0]).toMatch(/bytes/);
    expect(decode(decodeConnection, byteByByte(open)).map(lineOf)).toEqual(
      opaque,
    );
  });

  test('a body that grows when it is shown', () => {
    const head = text('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n');
    const body = gzipSync(Buffer.alloc(INFLATED_LIMIT * 2));
    const decoder = http1Decoder();
    decoder.feed('down', concat([head, body]));
    const [unit] = decoder.end('down');
    const [field] = fieldsOf(unit!, body);
    expect(field?.meaning).toBe(
      'compressed with gzip: the limit for inflated bytes was reached',
    );
    expect(field?.value).toBe('4,194,304 bytes that are not text');
  });

  test('a unit of very many fields', () => {
    const lines = 'a:b\r\n'.repeat(FIELDS_LIMIT * 2);
    const head = text(`GET / HTTP/1.1\r\n${lines}\r\n`);
    const [unit] = http1Decoder().feed('up', head);
    const all = fieldsOf(unit!, head);
    expect(all.length).toBe(FIELDS_LIMIT + 1);
    expect(all.at(-1)?.value).toBe('2,004');
  });

  test('an event of very many lines, in very many chunks', () => {
    const stream = new EventStream({ direction: 'down', layer: 1 });
    const units: Unit[] = [];
    const line = text('a\n');
    for (let i = 0; i < 100_000; i++)
      stream.push(new ByteCursor(line, i * 3), units);
    stream.push(new ByteCursor(text('\n'), 300_000), units);
    const [unit] = units;
    const bytes = text('a\n'.repeat(RANGES_LIMIT));
    expect(fieldsOf(unit!, bytes).length).toBe(FIELDS_LIMIT + 1);
  });
});
