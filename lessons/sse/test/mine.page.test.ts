/** The solutions of the four exercises, together, are the lesson. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { findExercises } from '@on-the-wire/course/exercise/exercises.ts';
import { runMine } from '@on-the-wire/course/exercise/mine.ts';
import { tapBefore } from '@on-the-wire/testing/behind-tap.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import { startServer } from '@on-the-wire/testing/start-server.ts';

const closing = closingAfterEach();

const server = new URL('../exercises/mine/server.ts', import.meta.url);

/** Runs it as `pnpm exercise --mine sse` does, without a learner's files. */
async function start(how: Parameters<typeof startServer>[2] = {}) {
  const { port, stop } = await startServer(server, { retry: 50 }, how);
  closing.push(stop);
  return port;
}

/** How it is run with a file in place of one of ours. */
async function withTheirs(number: number, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'mine-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const exercises = findExercises().filter(
    ({ lesson }) => lesson.name === 'sse',
  );
  const copy = join(folder, 'exercise.ts');
  await writeFile(copy, text);
  const { flags, env } = runMine(
    exercises[0]!.lesson,
    exercises.map((each, index) => ({
      ...each,
      copy: index === number - 1 ? copy : join(folder, 'not-begun.ts'),
    })),
  )!;
  return { flags, env };
}

describeWithBrowser('the four solutions', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });

  test('make the lesson: a stream that is resumed, and a board that lives', async () => {
    const port = await start();
    const reader = await EventReader.open(port);
    await reader.until(({ numbers }) => numbers.length > 0);
    expect(reader.of('hello')).toEqual([{ staff: false, rate: 'normal' }]);
    expect(reader.of('snapshot')).toHaveLength(1);
    const { lastId } = reader;
    reader.leave();
    const again = await EventReader.open(port, { after: lastId });
    await again.until(({ numbers }) => numbers.length > 1);
    const from = Number(lastId.split('-')[1]);
    expect(again.numbers.slice(0, 2)).toEqual([from + 1, from + 2]);
    again.leave();

    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${port}`);
    closing.push(() => page.goto('about:blank'));
    await page.locator('#log .departure, #log li').nth(2).waitFor();
    await page.locator('#last-id', { hasText: /^\w{5}-\d+$/ }).waitFor();
    expect(errors).toEqual([]);
  });

  const until = (selector: string, hasText: string | RegExp) =>
    page.locator(selector, { hasText }).first().waitFor();
  const press = (name: string) => page.getByRole('button', { name }).click();

  test('do what the page of the lesson does: sign in, report, count', async () => {
    const line = await tapBefore(await start());
    closing.push(line.close, () => page.goto('about:blank'));
    await page.goto(line.origin);
    await until('#opened', /^1$/);
    await until('#state', 'open');
    await until('#role', 'a passenger');
    await until('#log .snapshot', /./);
    await press('Report the next train');
    await until('#response', /"minutes":5} → 401/);
    await press('Sign in as staff');
    await until('#role', 'staff');
    await until('#opened', /^2$/);
    await until('#log .snapshot ~ .snapshot', /./);
    // A train of the board, whichever is next; 400 where it has just left.
    for (let status = 400; status !== 200;) {
      const response = page.waitForResponse('**/delays');
      await press('Report the next train');
      status = (await response).status();
      expect([200, 400]).toContain(status);
    }
    await until('#response', /^POST \/delays .* → 200 /);

    // Cut, and nobody there any more: nothing is connected, and the page says so.
    line.leadTo(9);
    line.cut('rst');
    await until('#state', 'waiting to try again');
    expect(await page.locator('#opened').textContent()).toBe('2');
    await press('Close');
    await until('#state', 'closed by this page');
  });

  test('that cannot run are told in the page', async () => {
    closing.push(() => page.goto('about:blank'));
    const none = await start(await withTheirs(3, 'export const a = 1;\n'));
    await page.goto(`http://127.0.0.1:${none}`);
    await until('#state', 'it exports no function follow');
    expect(await page.locator('#state').getAttribute('data-state')).toBe(
      'closed',
    );
    const broken = await start(await withTheirs(3, 'export const = 1;\n'));
    await page.goto(`http://127.0.0.1:${broken}`);
    await until('#state', /the third exercise cannot run: .*exercise\.ts/);
  });
});
