import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import { browserFlags, findBrowser } from '../browser.ts';

const executablePath = findBrowser();
// Only Linux tells with which flags a process was started.
const describeIfTold =
  executablePath && process.platform === 'linux' ? describe : describe.skip;

describeIfTold('The flags of our browsers', () => {
  test('disable all that those of playwright do', async () => {
    const server = await chromium.launchServer({
      executablePath: executablePath!,
      args: browserFlags,
    });
    try {
      const { pid } = server.process();
      const flags = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const [theirs, ours] = flags
        .filter((flag) => flag.startsWith('--disable-features='))
        .map((flag) => flag.slice(flag.indexOf('=') + 1).split(','));
      expect(theirs!.length).toBeGreaterThan(5);
      expect(ours).toEqual(expect.arrayContaining(theirs!));
    } finally {
      await server.close();
    }
  });
});
