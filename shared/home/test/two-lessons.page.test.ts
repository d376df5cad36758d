/** Two lessons at once are two tabs, and none of them turns into the other. */
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { createCourse } from '../course.ts';

const closing = closingAfterEach();
const nowhere = () =>
  new Writable({ write: (_bytes, _encoding, done) => done() });

function start() {
  const course = createCourse({ stdout: nowhere(), stderr: nowhere() });
  closing.push(() => course.stop());
  return course;
}

describeWithBrowser('the tabs of the course', (browser) => {
  test('home, two lessons and back: three tabs, each found again', async () => {
    const course = start();
    const url = await course.startLesson('sse');
    const context = await browser().newContext();
    closing.push(() => context.close());
    const sse = await context.newPage();
    await sse.goto(url);
    await sse.locator('#shell-state[data-status="ready"]').waitFor();
    await sse.evaluate(() => Object.assign(globalThis, { sameAsBefore: true }));

    const brand = sse.getByRole('button', { name: 'On the Wire: home page' });
    const [home] = await Promise.all([
      context.waitForEvent('page'),
      brand.click(),
    ]);
    await home.locator('#shell-table button').first().waitFor();
    expect(await home.title()).toBe('On the Wire');

    const [xhr] = await Promise.all([
      context.waitForEvent('page'),
      home.getByRole('button', { name: 'Start XHR and fetch' }).click(),
    ]);
    await xhr.locator('#shell-state[data-status="ready"]').waitFor();
    expect(await xhr.title()).toBe('XHR and fetch · On the Wire');
    expect(new URL(xhr.url()).origin).not.toBe(new URL(url).origin);

    // The first one is still there, and home leads to it, not to a new tab.
    await home
      .getByRole('button', { name: 'Running: open Server-Sent Events' })
      .click();
    await home
      .getByText('Server-Sent Events is in its own tab')
      .waitFor({ state: 'attached' });
    expect(await sse.title()).toBe('Server-Sent Events · On the Wire');
    expect(await sse.evaluate(() => 'sameAsBefore' in globalThis)).toBe(true);
    expect(context.pages()).toHaveLength(3);
  });

  test('a lesson that was stopped stays, where another one has its address', async () => {
    const port = await freeAdjacentPorts(3);
    const first = start();
    const url = await first.runLesson(findLesson('sse'), { port });
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(url);
    await page.locator('#shell-state[data-status="ready"]').waitFor();
    await first.stop();

    const second = start();
    await second.runLesson(findLesson('xhr'), { port });
    const notice = page.locator('#shell-elsewhere');
    await notice.waitFor();
    expect(await notice.innerText()).toContain(
      'XHR and fetch runs at its address now',
    );
    expect(await page.title()).toBe(
      'stopped · Server-Sent Events · On the Wire',
    );
    await notice.getByRole('button', { name: 'open the other' }).click();
    await page.waitForFunction(() => document.title.startsWith('XHR'));
  });
});
