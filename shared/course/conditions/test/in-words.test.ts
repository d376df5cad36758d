import { describe, expect, test } from '@jest/globals';
import { conditionInWords } from '../in-words.ts';
import { parseCondition } from '../parse.ts';

const words = (condition: string, value?: string) =>
  conditionInWords(parseCondition(condition)[0]!, value);

describe('what a run has shown, in words', () => {
  test.each([
    ['fault idle=8s set', 'fault idle was set'],
    ['fault down lifted @a-b', 'fault down was lifted on a-b'],
    ['faults none', 'all faults were mended'],
    ['cut', 'the connections were cut'],
    ['cut 3 times', 'the connections were cut 3 times'],
    ['unit event down "a" "b"', 'event “a”, “b” from the server came'],
    [
      'opened websocket binary up bytes 9 to 9 @x-y',
      'websocket binary to the server on x-y of 9 bytes was opened',
    ],
    [
      'unit event broken bytes 2 to 9 with id',
      'event with id of 2 to 9 bytes that is not whole came',
    ],
    ['note open', 'a connection was opened'],
    ['note end "RST"', 'a connection ended: RST'],
    ['page n is "41"', 'the page showed “41”'],
    ['page n 3 to 5', 'the page showed “3 to 5”'],
    ['page n lacks "x"', 'the page did not show “x”'],
    ['file news.ts saved', 'news.ts was saved'],
    ['request GET /b from outside', 'GET /b came from outside the browser'],
  ])('%s', (condition, expected) => {
    expect(words(condition)).toBe(expected);
  });

  test('the page is quoted, of a long list the part that counts', () => {
    expect(words('page n lacks "missed"', '41 of 41')).toBe(
      'the page showed “41 of 41”',
    );
    const log = `${'one line '.repeat(20)}event: ding ${'more '.repeat(30)}`;
    expect(words('page n has "ding"', log)).toBe(
      'the page showed “… ine one line event: ding ' +
        `${'more '.repeat(11).trim()} …”`,
    );
    expect(words('page n lacks "x"', log)).toBe('the page did not show “x”');
  });
});
