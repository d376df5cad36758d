/**
 * What a large saved run costs: to read and decode it, beside tshark, and to
 * look at it in a real browser.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '@on-the-wire/browser/browser.ts';
import { readRun, serveRun } from '@on-the-wire/course/harness/run-wire.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import { medianOf } from '../statistics.ts';
import { pageTasks } from './page-tasks.ts';
import type { Measurement } from './report.ts';
import type { RecordingRead } from './saved-run/read-recording.ts';

const REQUESTS = 100_000;
const TURNS = 5;
const MB = 1_000_000;

/** Of tshark's processor time, the start of each included. */
const SHARE = 0.3;
const PEAK = 250; // MB that Node may have
const FIRST_LINES = 1_000; // ms until the page shows some
const FRAME = 50; // ms that no frame may take

/**
 * Measures it, in turns with tshark, where that is installed.
 *
 * @param say gets a line now and then
 */
export async function benchSavedRun(
  say: (line: string) => void,
): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-saved-run-'));
  try {
    const file = join(folder, 'run.pcapng');
    await processorTime(node('write-recording.ts', file, String(REQUESTS)));
    const { size } = await stat(file);
    say(
      `${REQUESTS.toLocaleString('en')} requests that differ: ${Math.round(size / MB)} MB`,
    );
    const [ours, peer]: [number[], number[]] = [[], []];
    const peaks: number[] = [];
    const hasTshark = await isThere('tshark');
    for (let turn = 0; turn < TURNS; turn++) {
      const { ms, stderr } = await processorTime(
        node('read-recording.ts', file),
      );
      const { lines, peak } = JSON.parse(stderr) as RecordingRead;
      ours.push(ms);
      peaks.push(peak / MB);
      if (hasTshark) peer.push((await processorTime(tshark(file))).ms);
      say(
        `${lines.toLocaleString('en')} lines: ${ms.toFixed(0)} ms` +
          (hasTshark ? `, tshark ${peer.at(-1)!.toFixed(0)} ms` : ''),
      );
    }
    const measured: Measurement[] = [
      { what: 'a saved run, read and decoded: processor', ms: ours },
      {
        what: 'its peak memory',
        megabytes: Math.round(medianOf(peaks)),
        goal: PEAK,
      },
    ];
    if (hasTshark)
      measured.push(
        { what: 'tshark: processor', ms: peer },
        {
          what: 'a saved run / tshark',
          ratio: medianOf(ours) / medianOf(peer),
          goal: SHARE,
        },
      );
    else say('tshark is not installed: there is nothing to compare with');
    measured.push(...(await inBrowser(file)));
    return measured;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function node(script: string, ...args: string[]): string[] {
  const path = fileURLToPath(new URL(`saved-run/${script}`, import.meta.url));
  return [process.execPath, path, ...args];
}

function tshark(file: string): string[] {
  const fields = ['-Y', 'http', '-T', 'fields', '-e', 'frame.number'];
  return ['tshark', '-n', '-r', file, ...fields];
}

async function isThere(program: string): Promise<boolean> {
  return execFile(program, ['--version']).then(
    () => true,
    () => false,
  );
}

/** What a program took of the processor to its end, in all its threads. */
async function processorTime(
  command: string[],
): Promise<{ ms: number; stderr: string }> {
  const script = '"$@" > /dev/null && times';
  const { stdout, stderr } = await execFile('sh', [
    '-c',
    script,
    'sh',
    ...command,
  ]);
  // The second line is that of children: "0m1.250s 0m0.080s".
  const [, children = ''] = stdout.trim().split('\n');
  let ms = 0;
  for (const [, minutes, seconds] of children.matchAll(/(\d+)m([\d.]+)s/g))
    ms += (Number(minutes) * 60 + Number(seconds)) * 1000;
  return { ms, stderr };
}

/** Opens the page of the run, and scrolls through it to its end. */
async function inBrowser(file: string): Promise<Measurement[]> {
  const served = await serveRun(await readRun(file), 0);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
    });
    await page.addInitScript(() => {
      const lines = new MutationObserver(() => {
        if (!document.querySelector('.wire .line')) return;
        performance.mark('first line');
        lines.disconnect();
      });
      lines.observe(document, { childList: true, subtree: true });
    });
    const opening = await pageTasks(page, async () => {
      await page.goto(served.url, { waitUntil: 'commit' });
      await page.locator('.wire .line').first().waitFor({ timeout: 60_000 });
    });
    const firstLine = await page.evaluate(
      () => performance.getEntriesByName('first line')[0]!.startTime,
    );
    // While the rest is still decoded, and afterwards.
    const decoding = await pageTasks(page, async () => {
      await page.evaluate(scroll);
      await page.waitForFunction(
        () => !document.querySelector('.status')?.textContent.includes('%'),
        undefined,
        { timeout: 120_000 },
      );
    });
    const whole = await pageTasks(page, () => page.evaluate(scroll));
    return [
      { what: 'first lines in the page', ms: [firstLine], goal: FIRST_LINES },
      {
        what: 'first lines in the page: processor of its thread',
        ms: [opening.all],
        goal: FIRST_LINES,
      },
      {
        what: 'longest task while scrolling, still decoding: processor',
        ms: [decoding.longest],
        goal: FRAME,
      },
      {
        what: 'longest task while scrolling: processor',
        ms: [whole.longest],
        goal: FRAME,
      },
    ];
  } finally {
    await browser.close();
    await served.close();
  }
}

/** Scrolls the list from its beginning to its end, in the page. */
async function scroll(): Promise<void> {
  const list = document.querySelector('.timeline')!;
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const frames = 120;
  for (let n = 0; n <= frames; n++) {
    list.scrollTop = (list.scrollHeight * n) / frames;
    await frame();
  }
}
