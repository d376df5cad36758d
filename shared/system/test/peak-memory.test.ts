import { expect, test } from '@jest/globals';
import { spawnSync } from '../programs/start.ts';

const MB = 1024 * 1024;

test('is what this process has used, and not who started it', () => {
  const used = Buffer.alloc(200 * MB, 1);
  const url = new URL('../peak-memory.ts', import.meta.url);
  const code = `import { peakMemory } from ${JSON.stringify(url)};
    const before = peakMemory();
    const used = Buffer.alloc(100 * ${MB}, 1);
    console.log(JSON.stringify([before, peakMemory(), used.length]));`;
  const [before, after, length] = JSON.parse(
    spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    }).stdout,
  ) as [number, number, number];
  expect(used.length).toBe(2 * length);
  expect(before).toBeLessThan(150 * MB);
  expect(after - before).toBeGreaterThan(90 * MB);
});
