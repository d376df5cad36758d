import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { noteLesson, readLessons } from '../../progress/lesson-progress.ts';
import { respondLate } from '@on-the-wire/testing/respond-late.ts';
import { nothingAround } from './around.ts';
import { stage } from './stage.ts';

const tutorial = `# Bells

An introduction: you [ring twice](exercises/01-ring-twice/README.md).

## 1. Ring (4 min)

**Exercise.** [Ring twice](exercises/01-ring-twice/README.md), 5 min

${'A line that fills the page.\n\n'.repeat(30)}

## 2. Listen (6 min)

${'Another line.\n\n'.repeat(30)}

## 3. Go home (1 min)

${'The end.\n\n'.repeat(30)}
`;
const files = {
  'README.md': tutorial,
  'package.json': JSON.stringify({
    lesson: { title: 'Bells', question: '?', order: 1, minutes: 11 },
  }),
  'exercises/01-ring-twice/README.md': '# Ring twice (5 min)\n',
  '../gongs/package.json': JSON.stringify({
    lesson: { title: 'Gongs', question: '?', order: 2, minutes: 7 },
  }),
};

describeWithBrowser('the way on', (browser) => {
  let shell: Awaited<ReturnType<typeof stage>>;
  let elsewhere: Server;
  let other: string;
  let context: BrowserContext;
  let page: Page;
  let devtools: CDPSession;
  const started: string[] = [];

  beforeAll(async () => {
    elsewhere = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>Elsewhere</title>');
    });
    other = (await listen(elsewhere)).origin;
    const start = async (what: string) => {
      started.push(what);
      if (what === 'bells/1') throw new Error('Port 4000 is in use.');
      return `${other}/${what}`;
    };
    shell = await stage(files, {
      ...nothingAround,
      home: () => start('home'),
      startLesson: start,
      startExercise: start,
    });
    context = await browser().newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    devtools = await context.newCDPSession(page);
  });
  afterAll(async () => {
    await context.close();
    elsewhere.closeAllConnections();
    elsewhere.close();
    await shell.end();
  });
  beforeEach(async () => {
    started.length = 0;
    await page.goto('about:blank');
    rmSync(shell.progress, { force: true }); // it was told on leaving
    await devtools.send('Storage.clearDataForOrigin', {
      origin: shell.origin,
      storageTypes: 'local_storage',
    });
    await page.goto(shell.origin);
    await page.locator('#the-way-on').waitFor();
  });

  const tabOf = async (press: () => Promise<unknown>) => {
    const [tab] = await Promise.all([context.waitForEvent('page'), press()]);
    await tab.waitForURL(`${other}/**`);
    return tab;
  };

  test('the brand leads home, by mouse and by keyboard, into one tab', async () => {
    const brand = page.getByRole('button', { name: 'On the Wire: home page' });
    const home = await tabOf(() => brand.click());
    expect(home.url()).toBe(`${other}/home#here`);
    expect(page.url()).toBe(`${shell.origin}/`);
    await home.evaluate(() => (document.title = 'as it was'));
    await brand.focus();
    await page.keyboard.press('Enter');
    await page
      .getByText('home page is in its own tab')
      .waitFor({ state: 'attached' });
    expect(started).toEqual(['home', 'home']);
    expect(context.pages()).toHaveLength(2);
    expect(await home.title()).toBe('as it was');
    await home.close();
  });

  test('the end has the exercises, the next lesson and the steps left out', async () => {
    noteLesson(
      'bells',
      () => ({
        at: 'step-2',
        visited: '2026-11-22T10:00:00.000Z',
        steps: { 'step-1': { done: '2026-11-22T10:00:00.000Z' } },
      }),
      shell.progress,
    );
    await page.reload();
    const end = page.locator('#the-way-on');
    await end.waitFor();
    expect(await end.locator('ul a').allTextContents()).toEqual([
      '2. Listen',
      '3. Go home',
    ]);
    expect(await end.locator('.way-exercises li').innerText()).toContain(
      'bells/1 Ring twice 5 min, not begun',
    );
    expect(await end.locator('code').allTextContents()).toEqual([
      'bells/1',
      `${pnpm} exercise bells/1`,
      `${pnpm} lesson gongs`,
    ]);
    expect(await accessibilityViolations(page)).toEqual([]);

    const start = end.getByRole('button', { name: 'Start Gongs' });
    const gongs = await tabOf(() => start.click());
    expect(gongs.url()).toBe(`${other}/gongs#here`);
    await gongs.close();

    const [refused] = await Promise.all([
      context.waitForEvent('page'),
      end.getByRole('button', { name: 'Start bells/1' }).click(),
    ]);
    await page.getByText('Port 4000 is in use.').waitFor();
    if (!refused.isClosed()) await refused.waitForEvent('close');
    expect(context.pages()).toHaveLength(1);

    await end.getByRole('link', { name: '3. Go home' }).click();
    await page.waitForURL('**/#step-3');
  });

  test('the contents mark what is done, in words too', async () => {
    noteLesson(
      'bells',
      () => ({
        steps: { 'step-1': { done: '2026-11-22T10:00:00.000Z' } },
      }),
      shell.progress,
    );
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    const contents = page.getByRole('navigation', { name: 'Contents' });
    await contents.getByRole('link', { name: /Ring 4 min ?, done/ }).waitFor();
    const links = contents.getByRole('link');
    expect(await links.allInnerTexts()).toEqual([
      expect.stringMatching(/Ring[^]*done/),
      expect.stringMatching(/bells\/1 Ring twice[^]*not begun/),
      expect.not.stringContaining('done'),
      expect.not.stringContaining('done'),
      'The way on',
    ]);
    await links.nth(1).click();
    await page.waitForURL('**/#exercise-bells-1');
    expect(
      await page
        .locator('#exercise-bells-1')
        .evaluate((place) => place.tagName),
    ).toBe('P');
  });

  test('what was asked for before, and comes later, takes nothing back', async () => {
    const late = await respondLate(page, '**/way');
    const focus = () => page.evaluate(() => dispatchEvent(new Event('focus')));
    await focus();
    await late.responded;
    noteLesson(
      'bells',
      () => ({ steps: { 'step-1': { done: '2026-11-22T10:00:00.000Z' } } }),
      shell.progress,
    );
    await focus();
    const contents = page.getByRole('navigation', { name: 'Contents' });
    const done = contents.getByRole('link', { name: /Ring 4 min ?, done/ });
    await done.waitFor();
    await late.release();
    expect(await done.count()).toBe(1);
  });

  test('the place is kept in the clone, and another browser begins there', async () => {
    const noted = page.waitForResponse(
      (response) =>
        response.url().endsWith('/run/place') &&
        response.request().postData() === '{"at":"step-2"}',
    );
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    await page.waitForURL('**/#step-2');
    expect((await noted).status()).toBe(200);
    expect(readLessons(shell.progress)['bells']?.at).toBe('step-2');
    expect(readLessons(shell.progress)['bells']?.visited).toMatch(/^\d{4}-/);

    const next = await browser().newContext();
    const its = await next.newPage();
    await its.goto(shell.origin);
    await its.waitForURL('**/#step-2');
    await next.close();
  });

  test('a page of elsewhere notes no place, and nobody one that is none', async () => {
    const put = async (at: unknown, headers = {}) => {
      const response = await fetch(`${shell.origin}/run/place`, {
        method: 'PUT',
        headers,
        body: JSON.stringify({ at }),
      });
      return [response.status, await response.text()] as const;
    };
    const [foreign] = await put('step-1', { Origin: other });
    expect(foreign).toBe(403);
    expect(await put('step-9')).toEqual([
      400,
      'Noting the place: found "step-9", expected the id of a step of this ' +
        'lesson, such as "step-1".\n',
    ]);
    expect(await put({ evil: '../../..' })).toEqual([
      400,
      expect.stringContaining('expected the id of a step'),
    ]);
    expect(readLessons(shell.progress)).toEqual({});
  });
});
