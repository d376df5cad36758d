import { describe, expect, test } from '@jest/globals';
import { TimelineRows, type Filter } from '../pane/timeline-rows.ts';
import type { Line, UnitLine } from '../source.ts';
import { linesOf } from './lines-of.ts';

const headers =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' +
  'Transfer-Encoding: chunked\r\n\r\n';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const request = 'GET /events HTTP/1.1\r\nHost: a\r\n\r\n';
const everything: Filter = {
  text: '',
  direction: '',
  connection: '',
  link: '',
  group: '',
};

/** The rows of one stream of events, in these chunks. */
function rowsOf(...chunks: string[]): TimelineRows {
  const rows = new TimelineRows();
  const lines = linesOf([
    ['up', request],
    ['down', headers],
    ...chunks.map((text) => ['down', text] as const),
  ]);
  rows.add({ lines, dropped: 0, counts: undefined as never });
  return rows;
}

/** What is listed, by kind and what it carries. */
const listed = ({ shown }: TimelineRows) =>
  shown
    .slice(2)
    .map(({ line }) =>
      line.kind === 'event'
        ? `event ${(line as UnitLine).text}`
        : line.kind.replace('http/1.1 ', ''),
    );

/** The number of the row with this text. */
const numberOf = (rows: TimelineRows, text: string) =>
  rows.shown.find(({ line }) => 'text' in line && line.text === text)!.line.n;

describe('A chunk of an event stream', () => {
  test('is folded into its events, and listed above them when it is not', () => {
    const rows = rowsOf(chunk('data: a\n\ndata: b\n\n'), chunk('data: c\n\n'));
    expect(listed(rows)).toEqual(['event a', 'event b', 'event c']);
    const b = numberOf(rows, 'b');
    expect(rows.fold(b, false)).toBe(b);
    expect(listed(rows)).toEqual(['chunk', 'event a', 'event b', 'event c']);
    const above = rows.shown[2]!.line.n;
    expect(above).toBeGreaterThan(b);
    expect(rows.indexOf(above)).toBe(2);
    // Where the chunk was stands the first of its events.
    expect(rows.fold(above, true)).toBe(numberOf(rows, 'a'));
    expect(listed(rows)).toEqual(['event a', 'event b', 'event c']);
    expect(rows.fold(b, true)).toBeUndefined();
  });

  test('is listed until an event that came in several has come whole', () => {
    const begun = [chunk('data: "a'), chunk('b')];
    expect(listed(rowsOf(...begun))).toEqual(['chunk', 'chunk']);
    const rows = rowsOf(...begun, chunk('c"\n\n'), chunk('data: d\n\n'));
    expect(listed(rows)).toEqual(['event "abc"', 'event d']);
    rows.fold(numberOf(rows, '"abc"'), false);
    expect(listed(rows)).toEqual([
      'chunk',
      'chunk',
      'chunk',
      'event "abc"',
      'event d',
    ]);
  });

  test('is listed where the filter lets through none of its events', () => {
    const rows = rowsOf(chunk('data: a\n\n'), chunk('data: b\n\n'));
    rows.filter = { ...everything, group: 'framing' };
    expect(rows.shown.map(({ line }) => line.kind)).toEqual([
      'http/1.1 chunk',
      'http/1.1 chunk',
    ]);
    expect(rows.fitting).toBe(2);
    rows.filter = everything;
    expect(listed(rows)).toEqual(['event a', 'event b']);
    expect(rows.fitting).toBe(rows.kept);
  });
});

test('A chunk that carries no event is listed where it came', () => {
  const rows = new TimelineRows();
  const plain = headers.replace('text/event-stream', 'application/json');
  const lines = linesOf([
    ['up', request],
    ['down', plain],
    ['down', chunk('{"a":') + chunk('1}') + '0\r\n\r\n'],
  ]);
  rows.add({ lines, dropped: 0, counts: undefined as never });
  expect(rows.shown.map(({ line }) => line.n)).toEqual(lines.map(({ n }) => n));
});

test('What carries is folded the same in whatever batches it comes', () => {
  const lines = linesOf([
    ['up', request],
    ['down', headers],
    ['down', chunk('data: a\n\ndata: "b') + chunk('c"\n\n') + chunk(': d\n\n')],
  ]);
  const whole = new TimelineRows();
  whole.add({ lines, dropped: 0, counts: undefined as never });
  const single = new TimelineRows();
  for (const line of lines)
    single.add({ lines: [line], dropped: 0, counts: undefined as never });
  const numbers = ({ shown }: TimelineRows) => shown.map(({ line }) => line.n);
  expect(numbers(single)).toEqual(numbers(whole));
  expect(listed(whole)).toHaveLength(3);
});

test('The oldest rows leave, and those that stay are found by their numbers', () => {
  const rows = new TimelineRows(10);
  const lines: Line[] = linesOf([
    ['up', request],
    ['down', headers],
    ...Array.from(
      { length: 20 },
      (_, n) => ['down', chunk(`data: ${n}\n\n`)] as const,
    ),
  ]);
  for (const line of lines)
    rows.add({ lines: [line], dropped: 0, counts: undefined as never });
  expect(rows.kept).toBeLessThanOrEqual(11);
  expect(rows.fitting).toBe(rows.kept);
  expect(rows.find(0)).toBeUndefined();
  for (const [at, { line }] of rows.shown.entries())
    expect(rows.indexOf(line.n)).toBe(at);
});

test('Each row of an exchange knows when its request was made', () => {
  const rows = rowsOf(chunk('data: a\n\n'));
  const [asked, ...others] = rows.shown;
  expect(asked!.asked).toBe(asked!.line.time);
  for (const row of others) expect(row.asked).toBe(asked!.line.time);
});
