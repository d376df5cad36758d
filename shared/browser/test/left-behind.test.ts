/** Of an engine nothing stays, however the process ends that opened it. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { engines, missingEngine } from '../engines.ts';

/** ms, on a machine with much to do. */
const A_MOMENT = 60_000;

const program = (engine: string) => `
import { openEngine } from ${JSON.stringify(new URL('../open-engine.ts', import.meta.url).href)};
const browser = await openEngine('${engine}');
const page = await browser.newPage();
await page.goto('about:blank');
console.log('open');
process.stdin.once('data', () => browser.close());`;

/** Processes of this environment: only Linux tells. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((id) => {
    try {
      const environment = readFileSync(`/proc/${id}/environ`, 'utf8');
      return environment.includes(`TMPDIR=${folder}\0`);
    } catch {
      return false; // No process, or not ours.
    }
  });
}

// Chromium is ended by playwright.
for (const engine of engines.slice(1)) {
  const here =
    process.platform === 'linux' ? missingEngine(engine) : 'no /proc';
  const describeIfThere = here === undefined ? describe : describe.skip;

  describeIfThere(`Of ${engine} nothing stays`, () => {
    test.each(['closed', 'killed'])('when it is %s', async (how) => {
      const folder = mkdtempSync(join(tmpdir(), 'left-behind-'));
      const child = spawn(
        process.execPath,
        ['--input-type=module', '-e', program(engine)],
        {
          env: { ...process.env, TMPDIR: folder },
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      const ended = once(child, 'close');
      await once(child.stdout, 'data');
      expect(processesOf(folder).length).toBeGreaterThan(2);
      expect(readdirSync(folder)).not.toEqual([]);

      if (how === 'killed') child.kill('SIGKILL');
      else child.stdin.end('close');
      await ended;
      const left = () => [...processesOf(folder), ...readdirSync(folder)];
      // The watchers of a killed process need a moment.
      const end = performance.now() + A_MOMENT;
      while (left().length > 0 && performance.now() < end) await pause(20);
      expect(left()).toEqual([]);
      if (how === 'closed') expect(child.exitCode).toBe(0);
      rmSync(folder, { recursive: true });
    });
  });
}
