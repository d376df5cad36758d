/**
 * Makes the figure in README.md and on the home page: three lessons, recorded
 * with a line that holds each read, and drawn.
 * `pnpm exec node scripts/figure.ts [--record]`
 */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { runLesson } from '@on-the-wire/course/harness/run-lesson.ts';
import {
  figureSvg,
  ladderNames,
  ladders,
  recordingOf,
  type LadderName,
} from '@on-the-wire/home/figure/figure.ts';
import { LATENCY } from '@on-the-wire/home/figure/ladder.ts';
import { parseFaults } from '@on-the-wire/tap/tap.ts';
import { openBrowser, type Browser } from '@on-the-wire/browser/browser.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import type { Capture } from '@on-the-wire/wire/capture.ts';

/** Of all connections the one that counts, from the first request that does. */
function onlyFrom({ connections }: Capture, name: LadderName): Capture {
  const { path, skip } = ladders[name];
  const asks = new RegExp(`^GET ${path}[? ]`, 'm');
  for (const connection of connections.toReversed()) {
    const request = connection.reads.filter(({ bytes }) =>
      asks.test(Buffer.from(bytes).toString('latin1')),
    )[skip];
    if (!request) continue;
    const start = request.time - LATENCY;
    const isLater = ({ time }: { time: number }) => time >= start;
    const { comments, reads } = connection;
    return {
      connections: [
        {
          ...connection,
          start,
          reads: reads.slice(reads.indexOf(request)),
          comments: comments.filter(isLater),
        },
      ],
    };
  }
  throw new Error(`${name}: nobody asked for ${path}`);
}

/** Runs a lesson's page for a while. */
async function record(name: LadderName, browser: Browser): Promise<void> {
  const { lesson } = ladders[name];
  const running = await runLesson(findLesson(lesson), {
    faults: parseFaults([`latency=delay:${LATENCY}ms`]),
  });
  const page = await browser.newPage();
  const { state } = running.server;
  while (state.current.status !== 'ready') await once(state, 'change');
  try {
    await page.goto(running.lessonUrl);
    if (name === 'polling') await page.check('[name=way][value=polling]');
    await wait(1_800);
    if (name === 'websocket') await moveTrains();
    await wait(4_200);
    const recording = readPcapng(saveRun(running.tap));
    writeFileSync(recordingOf(name), writePcapng(onlyFrom(recording, name)));
  } finally {
    await page.close();
    await running.stop();
  }

  /** Both sides speak: somebody moves a train, twice. */
  async function moveTrains() {
    const train = page.getByRole('slider').first();
    await train.press('ArrowRight');
    await wait(900);
    await train.press('ArrowRight');
  }
}

if (process.argv.includes('--record')) {
  mkdirSync(new URL('.', recordingOf('sse')), { recursive: true });
  const browser = await openBrowser();
  try {
    for (const name of ladderNames) await record(name, browser);
  } finally {
    await browser.close();
  }
}
writeFileSync('.github/ladders.svg', figureSvg());
console.log('.github/ladders.svg is written.');
