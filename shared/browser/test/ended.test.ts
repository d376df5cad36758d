/** A browser that has ended by itself, or hangs, says so, and nobody waits for it. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { listen } from '@on-the-wire/system/listen.ts';
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

  test('that says nothing to a command is given up, and goes on', async () => {
    const server = createServer(() => {}); // no response, without an end
    const { origin } = await listen(server);
    const browser = await openEngine('firefox', { patience: 10_000 });
    const page = await browser.newPage();
    await expect(page.goto(origin)).rejects.toThrow(
      'Firefox: browsingContext.navigate: no response in 10 s',
    );
    // What a page is asked may take longer.
    const other = await browser.newPage();
    const waited = 'new Promise((done) => setTimeout(done, 11_000, "here"))';
    expect(await other.evaluate(waited)).toBe('here');
    expect(browser.isConnected()).toBe(true);
    await browser.close();
    server.close();
    server.closeAllConnections();
  });

  test('that stands still is given up with all that waits for it', async () => {
    const before = new Set(started('firefox'));
    const browser = await openEngine('firefox', { patience: 10_000 });
    const [own] = started('firefox').filter((id) => !before.has(id));
    const page = await browser.newPage();
    process.kill(-own!, 'SIGSTOP');
    const waiting = page.evaluate('1');
    waiting.catch(() => {}); // it fails after the other
    await expect(browser.newPage()).rejects.toThrow(
      /^Firefox: browser\.createUserContext: no response in 10 s$/,
    );
    await expect(waiting).rejects.toThrow('Firefox has ended.');
    expect(browser.isConnected()).toBe(false);
    await browser.close();
  });
});
