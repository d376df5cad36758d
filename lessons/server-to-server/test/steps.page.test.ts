import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

// Operators that run beside this test would find the queue in the lesson's
// folder, and have their own station speak it.
const folder = mkdtempSync(join(tmpdir(), 'queue-'));
process.env['QUEUE'] = join(folder, 'queue.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));

playSteps('server-to-server', {
  changes: {
    'idempotency.ts': (text) =>
      text.replace('if (known) return known.done;', ''),
    'operators.ts': (text) => `${text}\n`,
  },
  also: {
    // The learner reloads the page.
    'step-6/0': async (_page, lesson) => {
      await lesson.locator(':root').evaluate((root) => {
        root.dataset['before'] = '';
        setTimeout(() => location.reload());
      });
      await lesson.locator(':root:not([data-before])').waitFor();
    },
    // The learner counts to ten: the station tells the broker several updates,
    // each a PUBLISH and its PUBACK, which gateway2 does not get.
    'step-6/3': async (page) => {
      const told = page.locator('#wire-link-station-broker');
      const units = async () =>
        Number.parseInt((await told.textContent())!.replaceAll(',', ''));
      const wanted = (await units()) + 6;
      while ((await units()) < wanted)
        await page.evaluate(() => new Promise(requestAnimationFrame));
    },
  },
});
