import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import { browserFlags, findBrowser } from '../browser.ts';

const executablePath = findBrowser();
// Only Linux tells with which flags a process was started.
const testIfTold =
  executablePath && process.platform === 'linux' ? test : test.skip;

testIfTold('our flags disable all that those of playwright do', async () => {
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
