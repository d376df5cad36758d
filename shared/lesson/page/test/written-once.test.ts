import { expect, test } from '@jest/globals';
import { writtenOnce } from '../written-once.ts';

test('each thing is written once, and none gets the text of another', () => {
  let times = 0;
  const textOf = writtenOnce(({ n }: { n: number }) => `${n}, ${(times += 1)}`);
  const [one, same] = [{ n: 1 }, { n: 1 }];
  expect([one, one, same, one].map(textOf)).toEqual([
    '1, 1',
    '1, 1',
    '1, 2',
    '1, 1',
  ]);
  const empty = writtenOnce(() => ((times += 1), ''));
  expect([empty(one), empty(one)]).toEqual(['', '']);
  expect(times).toBe(3);
});
