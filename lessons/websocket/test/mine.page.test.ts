/** The five exercises together make the lesson. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { findExercises } from '@on-the-wire/course/exercise/exercises.ts';
import { runMine } from '@on-the-wire/course/exercise/mine.ts';
import { tapBefore } from '@on-the-wire/testing/behind-tap.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { startServer } from '@on-the-wire/testing/start-server.ts';

const closing = closingAfterEach();

const server = new URL('../exercises/mine/server.ts', import.meta.url);

/** Runs it as `pnpm exercise --mine websocket` does, behind a tap. */
async function start(
  how: Parameters<typeof startServer>[2] = {},
  options: object = {},
) {
  const line = await tapBefore(9);
  closing.push(line.close);
  const origins = [line.origin];
  const given = { origins, ...options };
  const { port, stop } = await startServer(server, given, how);
  closing.push(stop);
  line.leadTo(port);
  return { port, line, url: line.origin };
}

/** Resolves when a client without a tap has heard such a text. */
async function heard(port: number, text: string) {
  const client = new WebSocket(`ws://127.0.0.1:${port}/track`);
  closing.push(() => client.close());
  const told = new Promise<void>((tell) => {
    client.onmessage = ({ data }) => String(data).includes(text) && tell();
  });
  await once(client, 'open');
  return { told };
}

describeWithBrowser('the five solutions', (browser) => {
  let page: Page;
  const errors: string[] = [];
  beforeEach(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
    closing.push(() => page.close());
    errors.length = 0;
    page.on('pageerror', (error) => errors.push(String(error)));
  });
  const texts = (selector: string) => page.locator(selector).allTextContents();
  const until = (selector: string, hasText: string | RegExp) =>
    page.locator(selector, { hasText }).first().waitFor();

  test('make the lesson: cut, it reconnects, and misses nothing', async () => {
    const { line, url } = await start();
    await page.goto(url);
    await until('#log .departure', /./);
    line.cut('rst');
    await until('#opened', '2');
    await until('#log .hello ~ .hello', /./);
    const newest = Number((await texts('#last-id'))[0]!.split('-')[1]);
    await until('#last-id', new RegExp(`-(?!${newest}$)\\d+$`));
    // One snapshot at first; since then each number, and each of them once.
    expect(await page.locator('#log .snapshot').count()).toBe(1);
    const ids = await texts('#log li:not(.hello) :nth-child(3)');
    const numbers = ids.reverse().map((id) => Number(id.split('-')[1]));
    const first = numbers[0]!;
    expect(numbers).toEqual(numbers.map((_, index) => first + index));

    // Closed it stays closed, until it is opened again.
    await page.getByRole('button', { name: 'Close' }).click();
    await until('#closed', '1005');
    expect(await texts('#state')).toEqual(['closed by this page']);
    await page.getByRole('button', { name: 'Open again' }).click();
    await until('#opened', '3');
    expect(errors).toEqual([]);
  });

  test('say an announcement once, over a cut', async () => {
    const { port, line, url } = await start();
    await page.goto(url);
    await page.getByText('Sign in as staff').click();
    await until('#role', 'staff');
    const { told } = await heard(port, 'Zürich');
    // What is said goes out; what the server says of it does not come in.
    line.break('down:latency=60s');
    const field = page.getByRole('textbox', { name: 'Announcement' });
    await field.fill('„Zürich“ fährt von Gleis 7.');
    await page.getByRole('button', { name: 'Announce' }).click();
    await told;
    line.cut('rst');
    line.break();
    await until('#log .done', /./);
    const said = await texts('#log .announcement');
    expect(said.filter((each) => each.includes('Zürich'))).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test('say once more what waits when one signs in, and never what was refused', async () => {
    const { port, line, url } = await start();
    await page.goto(url);
    await until('#log .snapshot', /./);
    const field = page.getByRole('textbox', { name: 'Announcement' });
    const announce = page.getByRole('button', { name: 'Announce' });
    await field.fill('of a passenger');
    await announce.click();
    await until('#log .error', 'Only staff may do this');

    // What is said now waits, and goes with the connection that signing in
    // makes. The request goes around the line, which holds all else until then.
    await page.route('**/sign-in', async (route) => {
      const around = `http://127.0.0.1:${port}/sign-in`;
      await route.fulfill({ response: await route.fetch({ url: around }) });
    });
    line.break('up:latency=60s');
    await field.fill('of staff');
    await announce.click();
    await page.getByText('Sign in as staff').click();
    await until('#result', '/sign-in');
    line.break();
    await until('#opened', '2');
    await until('#log .done', /./);
    await until('#role', 'staff');
    expect(await page.locator('#log .error').count()).toBe(1);
    const said = (await texts('#log .announcement')).join();
    expect(said).toContain('of staff');
    expect(said).not.toContain('of a passenger');
    expect(errors).toEqual([]);
  });

  test('let a permission expire, and renew it in place', async () => {
    const { url } = await start({}, { permission: 500, grace: 600_000 });
    await page.goto(url);
    await until('#log .snapshot', /./);
    await page.getByText('Come in with a ticket').click();
    await until('#log .expires', 'in 0.5 s');
    await until('#role', 'staff');
    await until('#permission', 'The permission has ended');
    const field = page.getByRole('textbox', { name: 'Announcement' });
    await field.fill('too late');
    await page.getByRole('button', { name: 'Announce' }).click();
    await until('#log .refused', 'announce: expired');
    await page.getByRole('button', { name: 'Renew' }).click();
    await until('#log .renewed', 'in 0.5 s');
    expect(await texts('#opened')).toEqual(['2']);
    expect((await texts('#log .announcement')).join()).not.toContain('late');
    expect(errors).toEqual([]);
  });

  test('close with 3000, and come back with another ticket', async () => {
    const { url } = await start({}, { permission: 1, grace: 1 });
    await page.goto(url);
    await until('#log .snapshot', /./);
    await page.getByText('Come in with a ticket').click();
    await until('#closed', '3000');
    await until('#log .expires ~ .expires', /./);
    expect(errors).toEqual([]);
  });

  // What it exports had another name in an early build.
  test.each(['respond', 'answer'])(
    'run with a learner’s file in place of ours: %s',
    async (name) => {
      const folder = await mkdtemp(join(tmpdir(), 'mine-'));
      closing.push(() => rm(folder, { recursive: true, force: true }));
      const exercises = findExercises().filter(
        ({ lesson }) => lesson.name === 'websocket',
      );
      const copy = join(folder, 'theirs.ts');
      const { lesson } = exercises[0]!;
      await writeFile(
        copy,
        `export const ${name} = ({ socket }) =>` +
          " socket.end('HTTP/1.1 403 Forbidden\\r\\n\\r\\n');\n",
      );
      const { flags, env, theirs } = runMine(
        lesson,
        exercises.map((each, index) => ({
          ...each,
          copy: index === 0 ? copy : join(folder, 'not-begun.ts'),
        })),
      )!;
      expect(theirs.map(({ id }) => id)).toEqual(['websocket/1']);
      const { url } = await start({ flags, env });
      await page.goto(url);
      await until('#closed', '1006');
      expect(await texts('#opened')).toEqual(['0']);
    },
  );
});
