import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import LongestFirst from '../jest-sequencer.ts';

test('proofs come first, then pages, then the others, each the larger before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'order-'));
  const sizes = {
    'a.test.ts': 10,
    'b.test.ts': 30,
    'a.page.test.ts': 2,
    'page.test.ts': 3,
    'page-of.test.ts': 40,
    'proofs/1.test.ts': 1,
  };
  try {
    await mkdir(join(folder, 'proofs'));
    for (const [name, size] of Object.entries(sizes))
      await writeFile(join(folder, name), 'x'.repeat(size));
    const files = Object.keys(sizes).map((name) => ({
      path: join(folder, name),
    }));
    const sorted = new LongestFirst().sort(files);
    expect(sorted.map(({ path }) => relative(folder, path))).toEqual([
      join('proofs', '1.test.ts'),
      'page.test.ts',
      'a.page.test.ts',
      'page-of.test.ts',
      'b.test.ts',
      'a.test.ts',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
