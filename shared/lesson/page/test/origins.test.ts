import { expect, test } from '@jest/globals';
import { localOrigins, readOrigins } from '../origins.ts';

test('A list is read as browsers say origins', () => {
  expect(
    readOrigins('https://Board.example:443/, http://127.0.0.1:4001,'),
  ).toEqual(['https://board.example', 'http://127.0.0.1:4001']);
  expect(readOrigins('http://[0:0::1]:80')).toEqual(['http://[::1]']);
});

test.each([undefined, '', ' , '])('Nothing is said by %j', (text) => {
  expect(readOrigins(text)).toBeUndefined();
});

test.each([
  'board.example',
  'board.example:4001',
  'https://board.example/path',
  'https://board.example?query',
  'https://me@board.example',
  'null',
  '*',
  'https://*.example',
  'file:///',
  'ws://127.0.0.1:4001',
])('%s is no origin of a page that could be told apart', (text) => {
  expect(() => readOrigins(`http://localhost:1,${text}`)).toThrow(
    `ORIGINS names "${text}": expected scheme, host and port`,
  );
});

test('This machine has two names for what listens at 127.0.0.1', () => {
  expect(localOrigins(4001)).toEqual([
    'http://127.0.0.1:4001',
    'http://localhost:4001',
  ]);
  expect(localOrigins('443', 'https')).toEqual([
    'https://127.0.0.1',
    'https://localhost',
  ]);
});
