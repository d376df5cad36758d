import { describe, expect, test } from '@jest/globals';
import { encodeComment, encodeEvent } from '../event-stream.ts';

describe('an event becomes lines', () => {
  const table: [what: string, event: object, text: string][] = [
    ['data alone', { data: 'Platform 7' }, 'data: Platform 7\n\n'],
    ['no data: an empty line', {}, '\n'],
    ['empty data', { data: '' }, 'data: \n\n'],
    ['a leading space', { data: ' x' }, 'data:  x\n\n'],
    [
      'all fields',
      { event: 'update', id: 'k3x9-42', retry: 2000, data: '{}' },
      'event: update\nid: k3x9-42\nretry: 2000\ndata: {}\n\n',
    ],
    ['an empty id, which forgets the last one', { id: '' }, 'id: \n\n'],
    ['retry alone', { retry: 0 }, 'retry: 0\n\n'],
    ['LF', { data: 'a\nb' }, 'data: a\ndata: b\n\n'],
    ['CR LF', { data: 'a\r\nb' }, 'data: a\ndata: b\n\n'],
    ['a lone CR', { data: 'a\rid: 7' }, 'data: a\ndata: id: 7\n\n'],
    ['LF CR: two ends', { data: 'a\n\rb' }, 'data: a\ndata: \ndata: b\n\n'],
    ['a newline at the end', { data: 'a\n' }, 'data: a\ndata: \n\n'],
    ['a colon', { data: ':a: b' }, 'data: :a: b\n\n'],
    ['an umlaut', { data: 'Zürich' }, 'data: Zürich\n\n'],
    // U+2028 ends a line in JavaScript of old, never in an event stream.
    ['a line separator', { data: 'a\u2028b' }, 'data: a\u2028b\n\n'],
  ];
  test.each(table)('%s', (_what, event, text) => {
    expect(encodeEvent(event)).toBe(text);
  });
});

describe('a comment becomes lines that fire nothing', () => {
  test.each([
    ['one line', 'keep open', ': keep open\n\n'],
    ['nothing', '', ': \n\n'],
    ['several lines', 'a\r\nb\rdata: c', ': a\n: b\n: data: c\n\n'],
  ])('%s', (_what, comment, text) => {
    expect(encodeComment(comment)).toBe(text);
  });
});

describe('what the format cannot contain is refused', () => {
  test.each([
    ['LF in a name', { event: 'a\nb', data: '' }, 'the event "a\\nb"'],
    ['CR in a name', { event: 'a\rb', data: '' }, 'the event "a\\rb"'],
    ['LF in an id', { id: '1\ndata: x' }, 'the id "1\\ndata: x"'],
    ['CR in an id', { id: '1\r' }, 'the id "1\\r"'],
    ['NUL in an id', { id: '1\0' }, 'the id "1\\u0000"'],
    ['a retry with a sign', { retry: -1 }, 'the retry -1'],
    ['a retry with a point', { retry: 1.5 }, 'the retry 1.5'],
    ['a retry that is no number', { retry: NaN }, 'the retry null'],
    ['a name without data: it would not fire', { event: 'a' }, 'the event "a"'],
  ])('%s', (_what, event, message) => {
    expect(() => encodeEvent(event)).toThrow(
      `An event stream cannot carry ${message}: it needs `,
    );
  });
});
