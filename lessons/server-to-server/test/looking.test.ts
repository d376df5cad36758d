import { expect, test } from '@jest/globals';
import { startLooking } from '../page/looking.ts';
import { stopped } from './acts.ts';

test('Looks that overlap go on as one', async () => {
  const clock = stopped();
  const asks: number[] = [];
  const ask = async () => {
    asks.push(clock.now);
    // Nobody responds, which takes longer than the pause before a look.
    await new Promise((late) => setTimeout(late, 1_500));
    return undefined;
  };
  const lookSoon = startLooking(['station'], ask, Boolean);
  for (let reasons = 0; reasons < 8; reasons += 1) {
    lookSoon();
    await clock.elapse(1_200);
  }
  await clock.elapse(5_000);
  asks.length = 0;
  await clock.elapse(20_000);
  const gaps = asks.slice(1).map((at, before) => at - asks[before]!);
  expect(Math.min(...gaps)).toBeGreaterThan(1_500);
});
