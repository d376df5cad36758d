/** The dev container forwards the ports that the course takes by itself. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { defaultPort } from '@on-the-wire/system/ports.ts';
import { findLessons } from '../lessons.ts';
import { publicNames } from '../plan-processes.ts';

const file = new URL(
  '../../../../.devcontainer/devcontainer.json',
  import.meta.url,
);
const { forwardPorts } = JSON.parse(readFileSync(file, 'utf8')) as {
  forwardPorts: number[];
};

test('those of any two lessons at a time, and of home, tap and wire', () => {
  // The shell's, the page's, and the further ones of each.
  const counts = findLessons().map((lesson) => {
    const { addresses = [] } = lesson.manifest;
    return 1 + Math.max(1 + addresses.length, publicNames(lesson).length);
  });
  const [most = 0, next = 0] = counts.toSorted((a, b) => b - a);
  // A second lesson begins at an even port.
  const last = defaultPort + most + (most % 2) + next - 1;
  const wanted = [4400, 4401];
  for (let port = defaultPort; port <= last; port += 1) wanted.push(port);
  expect(forwardPorts).toEqual(expect.arrayContaining(wanted));
});
