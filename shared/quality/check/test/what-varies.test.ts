import { describe, expect, test } from '@jest/globals';
import { rowsOf } from '@on-the-wire/wire/test/rows.ts';
import { compareLines, fillIn, idsIn } from '../what-varies.ts';

/** Whether lines that came are what a fence shows. */
const matches = (fence: string, came: string, whole = false) =>
  compareLines(fence.split('\n'), came.split('\n'), whole).used !== undefined;

describe('is compared by its form', () => {
  test.each(
    rowsOf(`
      a date | Date: Sat, 22 Nov 2025 20:35:00 GMT | Date: Mon, 01 Jun 2026 00:00:59 GMT | Date: 2026-06-01T00:00:59Z
      a time of day | at 14:05:07 | at 23:59:59 | at 23:59
      a duration | in 12 ms | in 1.5 ms | in 12 s
      a process id | process 42 ended | process 4711 ended | process ended
      some of a line | data: {"n":1,…} | data: {"n":1,"x":2} | data: {"n":1,}
    `),
  )('%s', (_what, shown, other, wrong) => {
    expect(matches(shown, shown.replace('…', 'y'))).toBe(true);
    expect(matches(shown, other)).toBe(true);
    expect(matches(shown, wrong)).toBe(false);
  });
});

describe('is compared to the byte', () => {
  test.each([
    ['another word', 'event: hello', 'event: Hello'],
    ['a space more', 'data: x', 'data: x '],
    ['a space less', 'data: x', 'data:x'],
    ['a number', 'id: k3x9a-41', 'id: k3x9a-42'],
    ['a time of the timetable', '"due":"14:05"', '"due":"14:06"'],
    ['what means something in a pattern', 'a.c (x)', 'abc (x)'],
    ['an umlaut', 'Zürich', 'Zurich'],
    ['an empty line', 'a\n\nb', 'a\nb'],
  ])('%s', (_what, shown, came) => {
    expect(matches(shown, shown)).toBe(true);
    expect(matches(shown, came)).toBe(false);
  });
});

describe('a line of three dots', () => {
  test.each([
    ['a\n…\nd', 'a\nb\nd', true],
    ['a\n…\nd', 'a\nb\nc\nd', true],
    ['a\n…\nd', 'a\nd', false],
    ['a\n…\nd', 'a\nb\nc', false],
    ['…\nd', 'a\nb\nd', true],
    ['a\n…', 'a\nb', true],
    ['a\n…', 'a', false],
    ['a\n…\nb\nc', 'a\nx\nb\nx\nb\nc', true], // not the first b, the second
  ])('%j and %j: %s', (shown, came, expected) => {
    expect(matches(shown, came)).toBe(expected);
    expect(matches(shown, came, true)).toBe(expected);
  });
});

test('what follows is free, unless the whole is compared', () => {
  expect(matches('a', 'a\nb')).toBe(true);
  expect(matches('a', 'a\nb', true)).toBe(false);
  expect(matches('a\n…', 'a\nb\nc', true)).toBe(true);
});

test('the furthest line that differs is told', () => {
  expect(
    compareLines(['a', '…', 'c', 'd'], ['a', 'b', 'c', 'e'], true),
  ).toEqual({ expected: 3, found: 'e', open: true });
  expect(compareLines(['a', 'b'], ['a'], true)).toEqual({
    expected: 1,
    found: undefined,
    open: true,
  });
  expect(compareLines(['a'], ['a', 'b'], true)).toEqual({
    expected: 1,
    found: 'b',
    open: false,
  });
});

test('many lines of three dots take no longer than a few', () => {
  const shown = Array.from({ length: 40 }, () => ['…', 'a']).flat();
  const came = Array.from({ length: 300 }, () => 'a');
  expect(compareLines([...shown, 'b'], came, true).used).toBeUndefined();
});

describe('what the checker knows is put in', () => {
  const server = { port: 5000, others: [6000], tls: false, run: 'zzzzz' };
  test.each([
    ['http://127.0.0.1:4001/events', 'http://127.0.0.1:5000/events'],
    ['Host: localhost:4001', 'Host: localhost:5000'],
    ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000/'],
    ['https://127.0.0.1:4002/', 'https://127.0.0.1:6000/'],
    ['n: 4001', 'n: 4001'],
    ['id: k3x9a-41', 'id: zzzzz-41'],
    ['id: k3x9a-4\n{"run":"k3x9a"}', 'id: zzzzz-4\n{"run":"zzzzz"}'],
    // Another run is one that the server does not know: it comes first.
    ['after=b7777-9\nid: k3x9a-4', 'after=b7777-9\nid: zzzzz-4'],
  ])('%j', (shown, filled) => {
    expect(fillIn(shown, server)).toBe(filled);
  });

  test('ids are read in their order', () => {
    const text = 'after=b7777-9\nid: k3x9a-41\nid: k3x9a-42\nx-1';
    expect(idsIn(text, 'k3x9a')).toEqual([41, 42]);
  });
});
