import { describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { pageEvent } from '@on-the-wire/wire/event-stream/block.ts';
import { eventStreamDecoder } from '@on-the-wire/wire/event-stream/decoder.ts';
import { bytesOf } from '@on-the-wire/wire/unit.ts';
import { EventParser, type ReadEvent } from '../event-reader.ts';

const message = (data: string, id = '') => ({ event: 'message', id, data });

/** HTML, 9.2.6, and what may be forgotten. */
const table: [what: string, text: string, events: ReadEvent[]][] = [
  [
    'three lines',
    'data: YHOO\ndata: +2\ndata: 10\n\n',
    [message('YHOO\n+2\n10')],
  ],
  [
    'an id that stays, and one that is reset',
    ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
    [
      message('first event', '1'),
      message('second event'),
      message(' third event'),
    ],
  ],
  [
    'an event that is not complete',
    'data\n\ndata\ndata\n\ndata:',
    [message(''), message('\n')],
  ],
  [
    'with and without a space',
    'data:test\n\ndata: test\n\n',
    [message('test'), message('test')],
  ],
  ['a BOM, once', '\uFEFFdata: a\n\n\uFEFFdata: b\n\n', [message('a')]],
  [
    'every end of a line',
    'data: a\rdata: b\r\ndata: c\n\r\n',
    [message('a\nb\nc')],
  ],
  ['a lone CR at the end', 'data: a\r\r', [message('a')]],
  [
    'a line separator, which ends no line',
    'data: a\u2028b\n\n',
    [message('a\u2028b')],
  ],
  ['an id with NUL', 'id: 1\n\nid: \u00002\ndata: x\n\n', [message('x', '1')]],
  [
    'names and unknown fields',
    'event: add\ndata: 1\n\ndata :x\ndata: 2\n\nevent: lost\n\ndata: 3\n\n',
    [{ event: 'add', id: '', data: '1' }, message('2'), message('3')],
  ],
];

describe('An event stream is read as a browser reads it:', () => {
  test.each(table)('%s', (_what, text, events) => {
    expect(new EventParser().feed(text)).toEqual(events);
    const parser = new EventParser();
    expect([...text].flatMap((letter) => parser.feed(letter))).toEqual(events);
  });

  test('comments and retry are kept, if they make sense', () => {
    const parser = new EventParser();
    parser.feed(': one\n:two\nretry: 10\nretry: 1s\n\n');
    expect(parser.comments).toEqual(['one', 'two']);
    expect(parser.retry).toBe(10);
  });

  test('a long line is not searched once more with each piece', () => {
    const piece = 'x'.repeat(1_024);
    const pieces = ['data: ', ...Array<string>(500).fill(piece), '\n', '\n'];
    const parser = new EventParser();
    const search = jest.spyOn(RegExp.prototype, 'exec');
    const events = pieces.flatMap((text) => parser.feed(text));
    const searched = search.mock.calls.reduce(
      (sum, [text]) => sum + text.length,
      0,
    );
    search.mockRestore();
    expect(events).toEqual([message(piece.repeat(500))]);
    // For its end, for a BOM and for the space before the value; and not once
    // for each of the 500 pieces.
    expect(searched).toBeLessThan(4 * pieces.join('').length);
  });
});

test('The wire and this reader make the same events of any stream', () => {
  const letters = fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    ':',
    ': ',
    ' ',
    'data',
    'data:',
    'id',
    'id:',
    'event',
    'retry',
    'a',
    'ü',
    '🚆',
    '\0',
    '\ufeff',
  );
  const lines = fc.constantFrom('\n\n', '\r\r', 'data: a\n', 'data\r\n');
  const part = fc.oneof(letters, lines);
  const stream = fc.array(part, { maxLength: 60 });
  let events = 0;
  const cut = fc.integer({ min: 1, max: 9 });
  const property = fc.property(stream, cut, (parts, size) => {
    const text = parts.join('');
    const bytes = new Uint8Array(Buffer.from(text));
    const decoder = eventStreamDecoder();
    const units = [...decoder.feed(bytes), ...decoder.end()];
    const byWire = units
      .map((unit) => pageEvent(unit, bytesOf(unit, bytes)))
      .filter((event) => event !== undefined)
      .map(({ type, lastEventId, data }) => ({
        event: type,
        id: lastEventId,
        data,
      }));
    const parser = new EventParser();
    const all = [...text];
    const byReader: ReadEvent[] = [];
    for (let at = 0; at < all.length; at += size)
      byReader.push(...parser.feed(all.slice(at, at + size).join('')));
    expect(byReader).toEqual(byWire);
    events += byWire.length;
  });
  fc.assert(property, { numRuns: 1_000, seed: 1 });
  expect(events).toBeGreaterThan(300);
});
