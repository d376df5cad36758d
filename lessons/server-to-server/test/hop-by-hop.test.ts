/** The hop-by-hop headers of RFC 9110, 7.6.1 (Connection): one list. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

/** Connection itself, and those that a gateway is known to have to remove. */
const list = [
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
];

const exercise = 'exercises/04-which-side-failed';
test.each([
  ['README.md', /^Hop-by-hop headers: (.*?)\(RFC/m, /`([^`]+)`/g],
  [
    `${exercise}/README.md`,
    /^- .*hop-by-hop headers, and .*?: (.*?)`Host`/m,
    /`([^`]+)`/g,
  ],
  [`${exercise}/solution.ts`, /hopByHop = \[([^\]]*)\]/, /'([^']+)'/g],
])('are the same in %s', (file, place, each) => {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const names = [...place.exec(text)![1]!.matchAll(each)];
  expect(names.map(([, name]) => name!.toLowerCase())).toEqual(list);
});
