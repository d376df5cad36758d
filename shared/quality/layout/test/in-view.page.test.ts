/**
 * For every action of every step: what is pressed in the lesson's page, and
 * what shows its effect, fit into the page's pane together.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import {
  runLesson,
  type RunningLesson,
} from '@on-the-wire/course/harness/run-lesson.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { FRAMED, outOfView } from '@on-the-wire/testing/in-view.ts';

const way = (value: string) => `[name=way][value=${value}]`;
const rate = (value: string) => `[name=rate][value=${value}]`;
const row = (n: number) => `departures-board tbody tr:nth-child(${n})`;

/** By lesson and step: what must be seen at the same time. */
const together: Record<string, Record<string, string[][]>> = {
  xhr: {
    '1': [['[name=api]', '[name=one] button.primary', '#log']],
    '2': [['[name=path]', '[name=timeout]', '[name=abort]', '#log']],
    '3': [
      [rate('night'), way('polling'), '#state', '#seen'],
      [way('conditional'), '#seen'],
    ],
    '4': [[way('long'), rate('rush'), rate('normal'), '#state', '#seen']],
    '5': [
      [way('lines'), way('growing'), '#reads'],
      [rate('rush'), '#reads', '#seen'],
    ],
    '6': [
      ['#send', '#handed', '#handed-bytes', '#received', '#received-bytes'],
    ],
    '7': [['main iframe']],
  },
  sse: {
    '2': [['#state', '#seen']],
    '5': [
      [rate('over'), rate('normal'), '#open', '#state'],
      ['#state', '#open', '#log'],
    ],
    '6': [
      [rate('night'), '#state'],
      ['#log', '#state'],
    ],
    '7': [1, 8].map((n) => ['#sign-in', '#report', '#response', row(n)]),
  },
  websocket: {
    '2': [['#tracks']],
    '3': [['#close', '#open', '#state', '#closed']],
    '4': [['#state', '#seen', '#log']],
    '5': [
      [rate('night'), '#state'],
      ['#closed', '#state'],
    ],
    '7': [1, 8].map((n) => [
      '#sign-in',
      '#report',
      '#result',
      '#state',
      row(n),
    ]),
  },
  http2: {
    '2': [
      [
        '[name=wait]',
        '#load',
        '#http1-chart',
        '#http1-counts',
        '#h2-chart',
        '#h2-counts',
      ],
    ],
    '4': [
      [
        '#twelve-http1',
        '#twelve-h2',
        '#twelve-close',
        '#dots',
        '#twelve-state',
        '#beside',
      ],
      ['#twelve-close', '#socket'],
    ],
    '5': [['#dictate-h2', '#dictate-http1', '#words', '#dictated']],
    '6': [
      [
        '[name=wait]',
        '#load',
        '#http1-chart',
        '#http1-late',
        '#h2-chart',
        '#h2-late',
      ],
    ],
    '7': [['#goaway', '#state', '#seen']],
  },
  'server-to-server': {
    '1': [[way('frames'), '#announce-50', '#tally', '#operators-failed']],
    '2': [[way('http'), '#announce-50', '#operators-station']],
    '3': [['#announce-50', '#tally']],
    '4': [[way('webhook'), '#announce-50', '#operators-waiting', '#tally']],
    '5': [['[name=stream][value="/station/events"]', '#gateway', '#state']],
    '6': [
      ['[name=stream][value="/events"]', '#gateway', '#state'],
      ['#gateway2-broker', '#gateway2-gaps', '#gateway', '#seen'],
    ],
  },
};

/** Fills what is empty before anything was pressed. */
async function press(page: Page, lesson: string): Promise<void> {
  if (lesson === 'server-to-server') {
    await page.locator('#announce-50').click();
    await page.locator('#operators-station', { hasText: '50' }).waitFor();
    return;
  }
  await page.locator('#report').click();
  if (lesson !== 'http2') return;
  await page.locator('#dictate-h2').click();
  await page.locator('#dictated', { hasText: /\d/ }).waitFor();
  for (const id of ['twelve-http1', 'twelve-h2']) {
    await page.locator(`#${id}`).click();
    await page.locator('#beside', { hasText: 'response after' }).waitFor();
  }
  await page.locator('#twelve-close').click();
  await page.locator('#load').click();
  await page.locator('#h2-late', { hasText: 'late' }).waitFor();
}

for (const [name, steps] of Object.entries(together))
  describeWithBrowser(`the page of ${name}, as it is framed`, (browser) => {
    let lesson: RunningLesson;
    let page: Page;
    beforeAll(async () => {
      lesson = await runLesson(findLesson(name), {
        port: await freeAdjacentPorts(3),
      });
      const { state } = lesson.server;
      while (state.current.status !== 'ready') await once(state, 'change');
      page = await browser().newPage({
        viewport: FRAMED,
        reducedMotion: 'reduce',
      });
      await page.goto(lesson.lessonUrl);
      await page.locator('#seen', { hasText: / of / }).waitFor();
      await press(page, name);
    });
    afterAll(async () => {
      await page.close();
      await lesson.stop();
    });

    for (const [step, groups] of Object.entries(steps))
      test(`shows together what belongs to step ${step}`, async () => {
        for (const group of groups)
          expect(await outOfView(page, group)).toEqual([]);
      });
  });
