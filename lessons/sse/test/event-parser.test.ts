import { expect, test } from '@jest/globals';
import { EventParser as SecondParser } from '@on-the-wire/course/exercise/event-reader.ts';
import { EventParser } from '../page/event-parser.ts';

const text =
  ': new answer\n\n' +
  'id: k3x9a-1\ndata: {"content":"The "}\n\n' +
  'id:k3x9a-2\r\ndata:  Zürich\r\ndata\r\ndata: Łódź: 🚆\r\n\r\n' +
  'id: k3x9a-3\rdata: a\rretry: 5\rnobody: knows\r\r' +
  'id: k3x9a-4\n\n' +
  'id: no\0ne\ndata: b\n\n\n' +
  'data: [DONE]\n\n' +
  'id: k3x9a-9\ndata: half an event';

const whole = [
  { id: 'k3x9a-1', data: '{"content":"The "}' },
  { id: 'k3x9a-2', data: ' Zürich\n\nŁódź: 🚆' },
  { id: 'k3x9a-3', data: 'a' },
  { id: 'k3x9a-4', data: 'b' },
  { id: 'k3x9a-4', data: '[DONE]' },
];

const read = (pieces: readonly string[]) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.feed(piece));
};

test('events come whole, with the last id, and half an event does not', () => {
  expect(read([text])).toEqual(whole);
});

test('the same events come however the text is cut', () => {
  expect(read([...text])).toEqual(whole);
  for (let at = 0; at <= text.length; at += 1)
    expect(read([text.slice(0, at), text.slice(at)])).toEqual(whole);
});

test('the same bytes mean the same however they are cut, characters too', () => {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const pieces = [...bytes].map((byte) =>
    decoder.decode(Uint8Array.of(byte), { stream: true }),
  );
  expect(read(pieces)).toEqual(whole);
});

test('a parser that was written down by itself reads the same', () => {
  const events = new SecondParser().feed(text);
  expect(events.map(({ id, data }) => ({ id, data }))).toEqual(whole);
});
