import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Manifest } from '@on-the-wire/lesson/lesson.ts';
import { createTap, formatFault, parseFaults } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { findLesson } from '../../harness/lessons.ts';
import { planProcesses } from '../../harness/plan-processes.ts';
import { createShell } from '../server.ts';
import { makeLessonFolder, State } from './stage.ts';

const few = {
  title: 'Bells',
  question: '?',
  order: 1,
  minutes: 1,
  processes: {
    gateway: { file: 'server.ts', browsers: true, calls: ['feed'] },
    station: { addresses: { feed: 'frames' } },
  },
  map: { browser: [10, 50], gateway: [40, 20], station: [90, 50] },
} satisfies Manifest;

/** A run of these links, with a server that says what it hears. */
async function stageLinks(manifest: Manifest = few, links = ['gateway-feed']) {
  const server = createServer((socket: Socket) =>
    socket.on('error', () => {}).pipe(socket),
  );
  const { port } = await listen(server);
  const target = { host: '127.0.0.1', port };
  const tap = createTap({ target, link: 'browser-gateway' });
  const log = new WireLog(
    tap.recording,
    new LiveUnits(tap, { 'gateway-feed': { by: 'length', prefix: 4 } }),
  );
  const lessonPort = await tap.listen();
  const ports: number[] = [];
  for (const link of links) ports.push(await tap.listenFor(target, 0, link));
  const [feedPort = 0] = ports;
  const state = new State();
  state.set({ status: 'ready' });
  const { root, folder, progress } = await makeLessonFolder();
  await writeFile(join(folder, 'README.md'), '# Bells\n');
  const shell = createShell({
    lesson: {
      name: 'bells',
      folder,
      manifest,
    },
    lessonUrl: `http://127.0.0.1:${lessonPort}/`,
    log,
    state,
    tap,
    progress,
  });
  const { origin } = await listen(shell.server);
  return {
    tap,
    origin,
    feedPort,
    async end() {
      await shell.close();
      await tap.close();
      server.close();
      await rm(root, { recursive: true });
    },
  };
}

/** What of the map covers something else of it, or is not wholly in it. */
async function covered(page: Page): Promise<string[][]> {
  await page.evaluate(
    () =>
      new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))),
  );
  return page.evaluate(() => {
    const panel = document.querySelector('.wire .links')!;
    const things = '.node:not([data-port]), li, .about';
    const boxes = [...panel.querySelectorAll(things)];
    const { left, right, top, bottom } = panel.getBoundingClientRect();
    return boxes.flatMap((one, at) => {
      const a = one.getBoundingClientRect();
      const isOut =
        a.left < left || a.right > right || a.top < top || a.bottom > bottom;
      const over = boxes.slice(at + 1).filter((other) => {
        const b = other.getBoundingClientRect();
        // Less than a pixel is nothing that one sees.
        return (
          a.left + 1 < b.right &&
          b.left + 1 < a.right &&
          a.top + 1 < b.bottom &&
          b.top + 1 < a.bottom
        );
      });
      const found = [one, ...over].map((each) => {
        const name = each.querySelector('button')?.ariaLabel;
        const box = each.getBoundingClientRect();
        const { x, y, width, height } = box;
        const sizes = [x, y, width, height].map(Math.round).join(' ');
        return `${name ?? each.textContent} ${sizes}`;
      });
      return isOut || over.length > 0 ? [found] : [];
    });
  });
}

describeWithBrowser('the links in the shell', (browser) => {
  let page: Page;
  let run: Awaited<ReturnType<typeof stageLinks>>;
  beforeAll(async () => {
    run = await stageLinks();
    page = await browser().newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(run.origin);
  });
  afterAll(async () => {
    await page.close();
    await run.end();
  });
  const button = (name: string) =>
    page.getByRole('button', { name, exact: true });
  const faults = () => run.tap.faults.map(formatFault);

  test('tell what went over each, and are named in each line', async () => {
    const client = await rawClient(run.feedPort);
    client.send('\0\0\0\x02Hi');
    await client.until('Hi');
    client.socket.destroy();
    await page
      .locator('.wire .line', { hasText: 'gateway-feed message: 6 bytes' })
      .first()
      .waitFor();
    // The map is there from the start.
    await button('Break gateway to feed').hover();
    await page.getByText('gateway → feed: 2 units, 6 B → 6 B ←').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('are broken and mended one by one', async () => {
    const client = await rawClient(run.feedPort);
    client.send('\0\0\0\x02Hi');
    await client.until('Hi');
    await button('Break gateway to feed').click();
    await client.closed;
    const link = page.locator('.links li', { hasText: 'broken' });
    await link.getByText('⚡ broken').waitFor();
    const pressed = link.getByRole('button', { pressed: true });
    expect(await pressed.getAttribute('aria-label')).toBe(
      'Break gateway to feed',
    );
    expect(faults()).toEqual(['down@gateway-feed']);
    await button('Break gateway to feed').click();
    await pressed.waitFor({ state: 'detached' });
    expect(faults()).toEqual([]);
  });

  test('are a map: what goes over one travels along it, both ways', async () => {
    // Kept, because a dot lives for less than a second.
    await page.evaluate(() => {
      const seen: string[] = [];
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes)
            if ((node as Element).matches('.dot'))
              seen.push((node as HTMLElement).dataset['direction']!);
      }).observe(document.querySelector('.links .map')!, { childList: true });
      Object.assign(globalThis, { seen });
    });
    const client = await rawClient(run.feedPort);
    client.send('\0\0\0\x02Hi'.repeat(300));
    await client.until('Hi');
    await page.waitForFunction(() => {
      const { seen } = globalThis as unknown as { seen: string[] };
      return seen.includes('up') && seen.includes('down');
    });
    await page.waitForFunction(() => !document.querySelector('.dot'));
    // A picture of 600 units, with some dozens of dots.
    const dots = await page.evaluate(
      () => (globalThis as unknown as { seen: string[] }).seen.length,
    );
    expect(dots).toBeLessThanOrEqual(60);
    client.socket.destroy();
  });

  test('can be pressed themselves, not only by their buttons', async () => {
    // A quarter of the way from browser to gateway: nothing but the line.
    const { x, y } = await page.evaluate(() => {
      const line = document.querySelector<SVGLineElement>('.links .reach')!;
      const along = line.getPointAtLength(line.getTotalLength() / 4);
      const at = along.matrixTransform(line.getScreenCTM()!);
      return { x: at.x, y: at.y };
    });
    await page.mouse.click(x, y);
    await page.locator('.links li', { hasText: 'broken' }).waitFor();
    expect(faults()).toEqual(['down@browser-gateway']);
    await page.keyboard.press('Enter'); // the focus went to its button
    await page.locator('.links [aria-pressed=true]').waitFor({
      state: 'detached',
    });
    expect(faults()).toEqual([]);
  });

  test('do not cover each other, wide and narrow', async () => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      if (width < 760) await page.getByRole('tab', { name: 'Wire' }).click();
      expect([width, await covered(page)]).toEqual([width, []]);
      expect(await accessibilityViolations(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('of server to server cover nothing, also while one is broken', async () => {
    const { manifest } = findLesson('server-to-server');
    const { links } = await planProcesses(
      findLesson('server-to-server'),
      4_001,
    );
    const names = links.map(({ name }) => name);
    const all = await stageLinks(manifest, names.slice(1));
    const map = await browser().newPage({
      viewport: { width: 1280, height: 800 },
    });
    await map.goto(all.origin);
    const buttons = map.locator('.links li button');
    await buttons.nth(names.length - 1).waitFor();
    expect(await covered(map)).toEqual([]);
    all.tap.setFaults(parseFaults(['down@operators-feed']));
    await map.locator('.links li', { hasText: 'broken' }).waitFor();
    expect(await covered(map)).toEqual([]);
    expect(await accessibilityViolations(map)).toEqual([]);
    await map.setViewportSize({ width: 390, height: 844 });
    await map.getByRole('tab', { name: 'Wire' }).click();
    expect(await covered(map)).toEqual([]);
    await map.close();
    await all.end();
  });

  test('are counted only, where the reader wants no motion', async () => {
    const calm = await browser().newPage({ reducedMotion: 'reduce' });
    await calm.goto(run.origin);
    const number = calm.locator('.links li', {
      has: calm.getByRole('button', { name: 'Break gateway to feed' }),
    });
    await number.waitFor();
    const before = Number(await number.locator('.traffic').textContent());
    await calm.evaluate(() => {
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes)
            if ((node as Element).matches('.dot')) document.title = 'a dot';
      }).observe(document.querySelector('.links .map')!, { childList: true });
    });
    const client = await rawClient(run.feedPort);
    client.send('\0\0\0\x02Hi');
    await client.until('Hi');
    client.socket.destroy();
    await calm.waitForFunction(
      (least) =>
        [...document.querySelectorAll('.links .traffic')].some(
          ({ textContent }) => Number(textContent) >= least,
        ),
      before + 2,
    );
    expect(await calm.title()).not.toBe('a dot');
    await calm.close();
  });

  test('are there until they are put away, also after a reload', async () => {
    await page.reload();
    const link = button('Break gateway to feed');
    await link.waitFor();
    await button('Links').click();
    await link.waitFor({ state: 'hidden' });
    await page.reload();
    await button('Links').waitFor();
    expect(await link.isVisible()).toBe(false);
    await button('Links').click();
    await link.waitFor();
  });

  test('can each have any fault, beside one that is everywhere', async () => {
    await button('Break it').click();
    const where = page.getByLabel('Where it is broken');
    await where.selectOption('gateway-feed');
    await page.getByRole('tab', { name: 'silence' }).click();
    await button('Break with silence').click();
    await button('Broken: 1 fault').waitFor();
    await where.selectOption({ label: 'everywhere' });
    await button('Not localhost').click();
    await button('Broken: 4 faults').waitFor();
    expect(faults()[0]).toBe('silence=after:0ms@gateway-feed');
    await page
      .getByRole('group', { name: 'What is broken now, in the wire' })
      .getByText(/^silence, on gateway-feed, for \d+ s/)
      .waitFor();
    await button('Mend all').click();
    await button('Break it').waitFor();
  });

  test('can be filtered by', async () => {
    const opened = once(run.tap, 'open');
    const client = await rawClient(run.tap.port);
    client.send('PING / HTTP/1.1\r\n\r\n');
    await opened;
    await client.until('\r\n\r\n');
    client.socket.destroy();
    const other = page.locator('.wire .line', { hasText: 'gateway-feed' });
    await button('Filter').click();
    const links = page.locator('select', { hasText: 'all links' });
    await links.selectOption('browser-gateway');
    await page
      .locator('.wire .line', { hasText: 'browser-gateway' })
      .first()
      .waitFor();
    await other.first().waitFor({ state: 'detached' });
    expect(await other.count()).toBe(0);
  });
});
