import { expect, test } from '@jest/globals';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { findOrigins } from '../origins.ts';

test('Each page has two names, and the environment may name more', () => {
  const more = { ORIGINS: 'https://Board.example/' };
  expect(findOrigins(4001, 2, false, more)).toEqual([
    'http://127.0.0.1:4001',
    'http://localhost:4001',
    'http://127.0.0.1:4002',
    'http://localhost:4002',
    'https://board.example',
  ]);
  expect(findOrigins(4001, 1, true, {})).toEqual([
    'https://127.0.0.1:4001',
    'https://localhost:4001',
  ]);
});

test('What the environment names must be origins', () => {
  const find = () => findOrigins(4001, 1, false, { ORIGINS: 'board.example' });
  expect(find).toThrow(UsageError);
  expect(find).toThrow('ORIGINS names "board.example": expected scheme,');
});
