/** The exercise in the shell: told, helped, started over. */
import { EventEmitter } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { LessonState } from '@on-the-wire/lesson/lesson.ts';
import { createShell } from '../../shell/server.ts';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { Session } from '../session.ts';
import { ExerciseView } from '../view.ts';
import { madeUp } from './made-up.ts';

const closing = closingAfterEach();

/** A shell beside an exercise whose answer is 42; no lesson runs. */
async function start(code: string) {
  const check =
    'const l = await trial.start(); const came = await l.call("answer");' +
    'await trial.step("it rings", async () => {});' +
    'await trial.step("it answers", async () => { if (came !== 42)' +
    'trial.fail({ title: "Another answer", sent: "answer()", expected: "42",' +
    'came: Buffer.from(`says ${came}\\r`), at: 5, note: "not 42",' +
    'section: "RFC 9112, 7.1" }); });';
  const { exercise, progress, remove } = await madeUp(check, code);
  await mkdir(join(exercise.folder, 'right'));
  await writeFile(
    join(exercise.folder, 'right/in-parts.ts'),
    '// Right, and different: it rings twice.\nexport const answer = () => 40 + 2;\n',
  );
  const session = new Session(exercise, progress);
  let gone = 0;
  const view = new ExerciseView({
    session,
    next: 'bells/2',
    onNext: () => (gone += 1),
  });
  const tap = createTap({ target: { host: '127.0.0.1', port: 9 } });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const current: LessonState = {
    status: 'starting',
    pageVersion: 1,
    tutorialVersion: 1,
  };
  const state = Object.assign(new EventEmitter<{ change: [LessonState] }>(), {
    current,
  });
  const shell = createShell({
    lesson: exercise.lesson,
    lessonUrl: 'http://127.0.0.1:9/',
    log,
    tap,
    state,
    exercise: view,
  });
  const { origin } = await listen(shell.server);
  closing.push(
    remove,
    () => session.close(),
    () => tap.close(),
    shell.close,
  );
  return { exercise, session, origin, next: () => gone };
}

describeWithBrowser('an exercise in the shell', (browser) => {
  let page: Page;
  const said: string[] = [];
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
  });
  const button = (name: string) =>
    panel().getByRole('button', { name, exact: true });
  const panel = () => page.locator('#shell-exercise');

  test('shows task and verdict, gives hints, and begins anew', async () => {
    const { exercise, session, origin, next } = await start(
      'export const answer = () => 41;',
    );
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
    await page.getByRole('heading', { name: 'Bells 5 min' }).waitFor();
    await page.locator('#shell-tutorial').getByText('They ring').waitFor();

    void session.check();
    await panel().getByText('not yet', { exact: true }).waitFor();
    const { seed } = session.verdict!;
    await panel().getByText(`s, seed ${seed}`).waitFor();
    expect(await panel().locator('.steps li').allTextContents()).toEqual([
      '✓ it rings',
      '✗ it answers',
    ]);
    expect(await panel().locator('pre').first().textContent()).toBe(
      'says 41\\r\n     ^',
    );
    expect(
      await panel()
        .getByRole('link', { name: 'RFC 9112' })
        .getAttribute('href'),
    ).toBe('https://www.rfc-editor.org/rfc/rfc9112#section-7.1');
    expect(await accessibilityViolations(page)).toEqual([]);

    await button('Hint').click();
    await panel().getByText('Pull.').waitFor();
    await button('Another hint').click();
    await panel().getByText('Harder.').waitFor();
    expect(await button('No more hints').isDisabled()).toBe(true);
    await panel().getByText('These were all hints. Solution shows').waitFor();

    // Before it has passed the solution is shown after a confirmation only.
    await button('Solution').click();
    await button('No').click();
    expect(await panel().locator('.diff').isVisible()).toBe(false);
    await button('Solution').click();
    await button('Yes').click();
    await panel().locator('ins', { hasText: '=> 42' }).waitFor();
    const ways = panel().locator('.ways');
    await ways.getByText('It rings twice.', { exact: true }).waitFor();
    await ways.getByText('right/in-parts.ts').click();
    await ways.getByText('=> 40 + 2;').waitFor();

    await writeFile(exercise.copy, 'export const answer = () => 42;');
    await button('Check').click();
    await panel().getByText('passed', { exact: true }).waitFor();
    await panel().getByText('Look at the bell.').waitFor();
    await panel()
      .getByText('ours, and 1 other right way. Next is bells/2.')
      .waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const faults = await geometryFaults(page, {}, '#shell-pane-tutorial');
      expect(faults).toEqual([]);
    }
    await button('Next: bells/2').click();

    await button('Start over').click();
    await button('Yes').click();
    await panel().getByText('exercise-before-reset-1.ts').waitFor();
    expect(await readFile(exercise.copy, 'utf8')).toBe('// as it was given\n');
    expect(next()).toBe(1);
    expect(said).toEqual([]);
  });

  test('says that it checks, and the step, and takes the old verdict back', async () => {
    const { session, origin } = await start('export const answer = () => 41;');
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
    await session.check();
    const told = panel().locator('.told');
    await panel().getByText('not yet', { exact: true }).waitFor();
    expect(await told.getAttribute('aria-busy')).toBe('false');
    const opacity = () =>
      told.locator('.failure').evaluate((box) => getComputedStyle(box).opacity);
    expect(await opacity()).toBe('1');

    // As a session tells it while it checks.
    Object.assign(session, { checking: true });
    session.emit('change');
    await panel().getByText('checking …', { exact: true }).waitFor();
    await page.locator('#shell-said', { hasText: 'checking …' }).waitFor();
    expect(await told.getAttribute('aria-busy')).toBe('true');
    expect(await opacity()).toBe('0.4');
    Object.assign(session, { step: 'it answers' });
    session.emit('change');
    await panel().locator('.how', { hasText: 'it answers' }).waitFor();
    Object.assign(session, { checking: false, step: undefined });
    session.emit('change');
    await page.locator('#shell-said', { hasText: 'not yet.' }).waitFor();
    expect(await opacity()).toBe('1');
  });

  test.each([
    ['reduce', 'at once'],
    ['no-preference', 'flap by flap'],
  ] as const)(
    'what passes departs: with motion %s, %s',
    async (reducedMotion, how) => {
      const { session, origin } = await start(
        'export const answer = () => 42;',
      );
      const own = await browser().newPage({ reducedMotion });
      closing.push(() => own.close());
      await own.goto(origin);
      await own.getByText('not checked yet', { exact: true }).waitFor();
      expect(await own.locator('.train').isVisible()).toBe(false);
      // All that its last flaps show from now on.
      await own.evaluate(() => {
        const seen: string[] = [];
        Object.assign(globalThis, { seen });
        const place = document.querySelector('.exercise .train')!;
        new MutationObserver(() => {
          const flaps = place.querySelector('.flap-text:last-child .flaps');
          if (flaps) seen.push(flaps.textContent);
        }).observe(place, {
          subtree: true,
          childList: true,
          characterData: true,
        });
      });
      await session.check();
      const status = own.locator('.train .flap-text').last();
      await status.locator('.flaps', { hasText: /^departed $/ }).waitFor();
      expect(
        await own.locator('.train .visually-hidden').allInnerTexts(),
      ).toEqual(['bells/1', 'departed']);
      const seen = await own.evaluate(
        () => (globalThis as unknown as { seen: string[] }).seen,
      );
      const between = seen.filter(
        (text) => !['boarding ', 'departed '].includes(text),
      );
      expect(between.length > 0).toBe(how === 'flap by flap');
    },
  );

  test('a foreign page cannot press its buttons', async () => {
    const { exercise, origin } = await start('mine');
    const response = await fetch(`${origin}/exercise/reset`, {
      method: 'POST',
      headers: { Origin: 'http://elsewhere.example' },
    });
    expect(response.status).toBe(403);
    expect(await readFile(exercise.copy, 'utf8')).toBe('mine');
  });
});
