import { expect, test } from '@jest/globals';
import { withoutChunks } from '../without-chunks.ts';

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const early = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n1\r\n';
const unchanged = 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n';
const upgraded = 'HTTP/1.1 101 Switching Protocols\r\n\r\n3\r\nabc';

test.each([
  ['a chunk for each write', `${chunked}3\r\none\r\n3\r\ntwo\r\n`],
  ['one chunk for both', `${chunked}6\r\nonetwo\r\n`],
  ['with the end', `${chunked}6;x=y\r\nonetwo\r\n0\r\n\r\n`],
  ['with trailers', `${chunked}6\r\nonetwo\r\n000\r\nServer-Timing: x\r\n\r\n`],
])('what was said is the same: %s', (_how, received) => {
  expect(withoutChunks(received)).toBe(`${chunked}onetwo`);
});

test('a chunk may hold what looks like chunks, and a character of many bytes', () => {
  const data = '3\r\none\r\n0\r\n\r\nZ\xc3\xbc';
  const size = data.length.toString(16);
  const received = `${chunked}${size}\r\n${data}\r\n`;
  expect(withoutChunks(received)).toBe(chunked + data);
});

test('several responses of one connection, and what is none', () => {
  const body = `${early}${chunked}2\r\nab\r\n0\r\n\r\n`;
  expect(withoutChunks(`${body}${sized}${unchanged}${body}${upgraded}`)).toBe(
    `${early}${chunked}ab${sized}${unchanged}${early}${chunked}ab${upgraded}`,
  );
});

test('each byte that comes only adds to what was said', () => {
  const received = `${early}${chunked}3\r\none\r\n3\r\ntwo\r\n0\r\nA: b\r\n\r\n${sized}`;
  let before = '';
  for (let end = 0; end <= received.length; end += 1) {
    const said = withoutChunks(received.slice(0, end));
    expect(said.startsWith(before)).toBe(true);
    before = said;
  }
  expect(before).toBe(`${early}${chunked}onetwo${sized}`);
});

test.each([
  ['x\r\none\r\n', 'A chunk at byte 47: expected its size, found "x\\r\\n"'],
  ['2\r\none\r\n', 'A chunk at byte 52: expected CR LF behind its data'],
])('%j is no chunk', (chunk, problem) => {
  expect(() => withoutChunks(chunked + chunk)).toThrow(problem);
});
