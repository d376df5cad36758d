import { expect, test } from '@jest/globals';
import { placeWithinEvent } from '../server/event-place.ts';

const cutOf = (text: string) => {
  const at = placeWithinEvent(Buffer.from(text));
  return at === undefined
    ? undefined
    : Buffer.from(text).subarray(0, at) + '⚡';
};

test('an event is cut inside a word in the middle of its data', () => {
  const data = '{"n":17,"train":"IC 9","status":"boarding"}';
  expect(
    cutOf(`4f\r\nevent: departure\nid: 9osyx-17\ndata: ${data}\n\n\r\n`),
  ).toBe(
    '4f\r\nevent: departure\nid: 9osyx-17\ndata: {"n":17,"train":"IC 9","st⚡',
  );
});

test('of several events it is the first with a word', () => {
  expect(cutOf('\ndata: 12\n\ndata: abcdefgh\n\ndata: hello\n\n')).toBe(
    '\ndata: 12\n\ndata: abcd⚡',
  );
});

test('letters of other alphabets count as the bytes that they are', () => {
  expect(cutOf('\ndata: „Gleis“ über Zürich\n\n')).toMatch(/[a-z]⚡$/);
});

test.each([
  ['a comment', '7\r\n: keep open\n\n\r\n'],
  ['an event without data', 'event: heartbeat\ndata: \n\n'],
  [
    'a response without an event',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  ],
  ['a line that goes on in the next read', '\ndata: {"train":"IC'],
])('%s has no such place', (_, text) => {
  expect(placeWithinEvent(Buffer.from(text))).toBeUndefined();
});
