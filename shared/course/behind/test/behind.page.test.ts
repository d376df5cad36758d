/** What the shell shows of a proxy before a lesson, and of one that is missing. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findProxy, titleOf } from '@on-the-wire/proxies/find.ts';
import { programs } from '@on-the-wire/proxies/programs.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { findLesson } from '../../harness/lessons.ts';
import { runLesson } from '../../harness/run-lesson.ts';
import { scratch } from '../../harness/test/scratch-lesson.ts';
import { chooseProxy, type BehindChoice } from '../choice.ts';
import { findRecording } from '../recording.ts';

const { lesson, remove } = scratch();
const closing = closingAfterEach();
afterAll(remove);

const server = `
import { createServer } from 'node:http';

createServer((_, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end('<!doctype html><html lang="en"><link rel="icon" href="data:,">' +
    '<meta name="color-scheme" content="light dark"><title>Bells</title>' +
    '<h1>Bells</h1></html>');
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
const allowed = {
  '.wire .line .summary':
    'a line of the wire is one row: the unit that it opens has the whole text',
  '.wire .links .traffic':
    'its button lies over it, without a ground of its own',
  '.here': 'the running head is one row: the title stands in the text below',
};

async function start(
  found: ReturnType<typeof findLesson>,
  behind: BehindChoice,
) {
  const quiet = new PassThrough().resume();
  const running = await runLesson(found, {
    port: await freeAdjacentPorts(3),
    terminal: { stdout: quiet, stderr: quiet },
    behind,
  });
  closing.push(running.stop);
  return running;
}

describeWithBrowser('the proxy in the shell', (browser) => {
  const open = async (url: string): Promise<Page> => {
    const page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    closing.push(() => page.close());
    await page.goto(url);
    return page;
  };

  // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
  (findProxy('nginx') ? describe : describe.skip)('that runs', () => {
    test('is named with its lines, takes what is saved, and says what is wrong', async () => {
      const bells = lesson('bells', {
        'server.ts': server,
        'README.md': '# Bells\n',
      });
      const running = await start(bells, chooseProxy(bells, 'nginx'));
      const page = await open(running.shellUrl!);
      const panel = page.getByRole('region', {
        name: `Behind ${titleOf(findProxy('nginx')!)}`,
      });
      await panel.getByText(/running since \d\d:\d\d:\d\d/).waitFor();
      const file = join(bells.folder, 'workspace/behind/nginx.conf');
      expect(await panel.getByRole('link').innerText()).toBe(
        'lessons/bells/workspace/behind/nginx.conf',
      );
      await panel.getByText('proxy_pass http://lesson;').waitFor();
      await page
        .frameLocator('#shell-pane-page iframe')
        .getByText('Bells')
        .waitFor();
      // Both sides are in the wire, and on the map.
      for (const link of ['browser to nginx', 'nginx to lesson'])
        await page.getByRole('button', { name: `Break ${link}` }).waitFor();
      await page
        .locator('.wire .line', { hasText: 'nginx-lesson GET /' })
        .first()
        .waitFor();

      await writeFile(file, 'location / {\n  <b>proxxy_pass</b> x;\n}\n');
      const mistake = panel.getByRole('alert');
      await mistake.waitFor();
      expect(await mistake.innerText()).toMatch(
        /goes on with those before[^]*unknown directive "<b>proxxy_pass<\/b>"[^]*nginx\.conf:2/,
      );
      expect(await mistake.innerText()).not.toContain('at async');
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        if (width === 390)
          await page.getByRole('tab', { name: 'Page' }).click();
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await geometryFaults(page, allowed)).toEqual([]);
      }

      await writeFile(file, 'location / { proxy_pass http://lesson; }\n');
      await mistake.waitFor({ state: 'hidden' });
      await panel.getByText(/reloaded at \d\d:\d\d:\d\d/).waitFor();
      await panel.getByText('location / { proxy_pass').waitFor();
      // The reader's own file opens in the tutorial's place.
      await page.setViewportSize({ width: 1280, height: 800 });
      await panel.getByRole('link').click();
      await page
        .locator('#shell-reader')
        .getByText('location / { proxy_pass')
        .waitFor();
    });
  });

  test('that is not installed has our recording in the place of the wire', async () => {
    const sse = findLesson('sse');
    const program = programs.nginx;
    const running = await start(sse, {
      program,
      installed: undefined,
      tls: false,
    });
    const page = await open(running.shellUrl!);
    const panel = page.getByRole('region', { name: 'Behind nginx' });
    await panel.getByText('not installed').first().waitFor();
    const { madeWith } = findRecording(sse, 'nginx')!;
    expect(madeWith).toMatch(/^nginx [\d.]+ \(Debian\), on \d{4}-\d\d-\d\d$/);
    const words = await panel.innerText();
    expect(words).toContain('sudo apt install nginx');
    expect(words).toContain(`our recording, both sides: ${madeWith}`);
    expect(words).toContain('proxy_pass http://lesson;');
    // The page is the reader's own.
    const own = page.frameLocator('#shell-pane-page iframe');
    await own.locator('#state[data-state=open]').waitFor();

    const recorded = page.frameLocator('#shell-pane-wire iframe');
    for (const link of ['browser-nginx', 'nginx-lesson'])
      await recorded
        .locator('.line', { hasText: `${link} event` })
        .first()
        .waitFor();
    for (const theme of ['Light', 'Dark']) {
      await page.getByText(theme, { exact: true }).click();
      await recorded
        .locator(`:root[data-theme=${theme.toLowerCase()}]`)
        .waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
    }
    expect(await geometryFaults(page, allowed)).toEqual([]);
    const button = panel.getByRole('button', { name: 'Our recording' });
    await button.click();
    await page.getByRole('region', { name: 'The wire' }).waitFor();
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    await button.click();
    await recorded.locator('.line').first().waitFor();
  });
});
