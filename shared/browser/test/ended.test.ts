/** A browser that has ended by itself says so, and nobody waits for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { missingEngine } from '../engines.ts';
import { openEngine } from '../open-engine.ts';

const why =
  process.platform === 'linux' ? missingEngine('firefox') : 'no /proc';
const describeIfThere = why === undefined ? describe : describe.skip;
if (why !== undefined) process.stderr.write(`Skipped "Firefox": ${why}\n`);

/** What this process has started of that name: only Linux tells. */
function started(name: string): number[] {
  return readdirSync('/proc')
    .filter((id) => {
      try {
        const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
        const [, program, parent] = /\((.*)\) \w (\d+)/.exec(stat) ?? [];
        return program?.startsWith(name) && Number(parent) === process.pid;
      } catch {
        return false; // It has ended.
      }
    })
    .map(Number);
}

describeIfThere('Firefox', () => {
  test('that was killed answers nothing more, and is not connected', async () => {
    const before = new Set(started('firefox'));
    const browser = await openEngine('firefox');
    const [own] = started('firefox').filter((id) => !before.has(id));
    const page = await browser.newPage();
    expect(browser.isConnected()).toBe(true);
    const waiting = page.evaluate('new Promise(() => {})');
    process.kill(-own!, 'SIGKILL');
    await expect(waiting).rejects.toThrow('Firefox has ended.');
    await expect(browser.newPage()).rejects.toThrow('Firefox has ended.');
    expect(browser.isConnected()).toBe(false);
    await page.close();
    await browser.close();
  });
});
