import { expect, test } from '@jest/globals';
import { meterTraffic } from '../subscribers/traffic-meter.ts';

test('it is quiet when nothing moves from now on, not since some time', async () => {
  const line = await meterTraffic(1, []);
  await line.quiet(20, 1_000);
  const began = performance.now();
  await line.quiet(20, 1_000);
  await line.close();
  expect(performance.now() - began).toBeGreaterThan(19);
});
