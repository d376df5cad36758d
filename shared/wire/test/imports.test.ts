/** `wire` knows nobody: so it also runs in a page. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const folder = new URL('../', import.meta.url);
/** What only Node has, and who may use it. */
const NODE_ONLY: Record<string, string[]> = {
  'coding/node-codings.ts': ['node:zlib'],
  'coding/node-decompressors.ts': ['node:zlib'],
};

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /^(?!test|node_modules).*\.ts$/.test(name));

test.each(files)('%s imports only what it may', (name) => {
  const source = readFileSync(new URL(name, folder), 'utf8');
  const imports = [...source.matchAll(/(?:from|import) '([^']+)'/g)];
  const others = imports
    .map(([, path]) => path!)
    .filter((path) => !/^\.{1,2}\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path));
  expect(others.sort()).toEqual((NODE_ONLY[name] ?? []).sort());
  expect(source).not.toMatch(/\bBuffer\b|\brequire\(|\bimport\(/);
});
