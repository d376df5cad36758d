/** What the decoders leave out stands in one list. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const folder = new URL('../', import.meta.url);

test('no decoder has a list of its own of what it leaves out', () => {
  const own = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?!test|node_modules).*\.ts$/.test(name))
    .filter((name) => {
      const code = readFileSync(new URL(name, folder), 'utf8');
      const words = code.replaceAll(/\s+(?:\* )?/g, ' ');
      return /left out/i.test(
        words.replaceAll('Left out: see left-out.md', ''),
      );
    });
  expect(own).toEqual([]);
});
