/** The course as it is reached through a forwarder: by its names, over TLS. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import {
  runLesson,
  type RunningLesson,
} from '@on-the-wire/course/harness/run-lesson.ts';
import { runTap } from '@on-the-wire/course/harness/run-tap.ts';
import { Consent } from '@on-the-wire/course/shell/consent.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { defaultPort } from '@on-the-wire/system/ports.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import {
  startForwarder,
  type ForwarderOptions,
} from '@on-the-wire/testing/forwarder.ts';
import { createCourse } from '../course.ts';

const DOMAIN = 'forwarder.test';
const nameOf = (port: number) => `board-${port}.${DOMAIN}`;
const urlOf = (port: number) => `https://${nameOf(port)}/`;
const closing = closingAfterEach();

beforeEach(() => {
  process.env['CODESPACE_NAME'] = 'board';
  process.env['GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN'] = DOMAIN;
});

const nowhere = () =>
  new Writable({ write: (_bytes, _encoding, done) => done() });
const terminal = { stdout: nowhere(), stderr: nowhere() };

/** Somebody in the terminal; what they were asked, and the first of it. */
function terminalSays(answer: boolean | undefined) {
  const asked: string[] = [];
  let tell: (question: string) => void;
  const first = new Promise<string>((resolve) => (tell = resolve));
  const asking = new Consent(async (question) => {
    asked.push(question);
    tell(question);
    return answer;
  });
  return { asking, asked, first };
}

/** A lesson, with a file of its own for the learner's progress. */
async function run(name: string, port: number, asking: Consent) {
  const folder = await mkdtemp(join(tmpdir(), 'forwarded-'));
  closing.push(() => rm(folder, { recursive: true }));
  const progress = join(folder, 'progress.json');
  const around = createCourse(terminal, asking);
  closing.push(() => around.stop());
  const options = { port, progress, asking, around, terminal };
  const running: RunningLesson = await runLesson(findLesson(name), options);
  closing.push(() => running.stop());
  return { running, progress };
}

/** A forwarder that knows these ports, and no others. */
async function forward(
  ports: number[],
  { ports: others = {}, ...options }: Partial<ForwarderOptions> = {},
) {
  const names = ports.map((port) => [nameOf(port), port] as const);
  const known = { ...Object.fromEntries(names), ...others };
  const forwarder = await startForwarder({ ...options, ports: known });
  closing.push(() => forwarder.close());
  return forwarder;
}

describeWithBrowser('through a forwarder', (browser) => {
  /** A page whose browser finds the forwarder, and what its console says. */
  async function newPage(proxy: { server: string }) {
    const context = await browser().newContext({ proxy });
    closing.push(() => context.close());
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    return { context, page, said };
  }

  const lessonIn = (page: Page) => page.frameLocator('#shell-pane-page iframe');

  // What Codespaces and dev tunnels do to Host and Origin, by what is said of
  // them: see viewer/server/guard.ts.
  test.each(['nothing', 'host', 'origin'] as const)(
    'a lesson works, where it rewrites %s',
    async (rewrites) => {
      const { asking, asked, first } = terminalSays(true);
      const port = await freeAdjacentPorts();
      const { running, progress } = await run('websocket', port, asking);
      const forwarder = await forward([port, port + 1], { rewrites });
      const { page, said } = await newPage(forwarder.proxy);

      await page.goto(urlOf(port));
      const state = lessonIn(page).locator('#state[data-state=open]');
      await state.waitFor();
      await page.locator('.wire').getByText('/track').first().waitFor();
      // The page in the pane has said to the shell that it is there.
      await page.keyboard.press('t');
      await page.keyboard.press('t');
      await lessonIn(page).locator(':root[data-theme=dark]').waitFor();
      await page.keyboard.press('n');
      expect(await first).toContain('wants to keep your progress in a file');
      expect(said).toEqual([]);

      running.server.save({ server: ['server.ts'], page: [], tutorial: [] });
      await forwarder.hasPassed(/ \/track/, 2);
      await state.waitFor();
      expect(await readFile(progress, 'utf8')).toContain('"visited"');
      expect(asked).toHaveLength(1);
    },
  );

  test('a name of somebody else is refused, and that of another port', async () => {
    const port = await freeAdjacentPorts();
    await run('sse', port, terminalSays(true).asking);
    const names = ['evil.example', nameOf(port + 1), `x${nameOf(port)}`];
    const ports = Object.fromEntries(names.map((name) => [name, port]));
    const forwarder = await forward([port], { ports });
    const { page } = await newPage(forwarder.proxy);
    for (const name of names) {
      const response = await page.goto(`https://${name}/`);
      expect(response!.status()).toBe(403);
      expect(await response!.text()).toContain(`addressed as "${name}"`);
    }
    expect((await page.goto(urlOf(port)))!.status()).toBe(200);
  });

  test('a tap shows its wire, and where it is', async () => {
    const program = createServer((_request, response) => response.end('hello'));
    const { origin } = await listen(program);
    closing.push(() => program.close());
    const options = { page: true, wire: 'lines', faults: [] } as const;
    const { tap, page: url, stop } = await runTap(origin, options, () => {});
    closing.push(stop);
    const at = Number(new URL(url!).port);
    const forwarder = await forward([tap.port, at]);
    const { context, page, said } = await newPage(forwarder.proxy);

    await page.goto(urlOf(at));
    await page.getByText(`Open ${urlOf(tap.port)} instead`).waitFor();
    const other = await context.newPage();
    expect(await (await other.goto(urlOf(tap.port)))!.text()).toBe('hello');
    await page.getByText('GET /').first().waitFor();
    expect(said).toEqual([]);
  });

  test('home leads to a lesson and back, and says where claims run', async () => {
    const lowest = await freeAdjacentPorts(1);
    const { asking, asked } = terminalSays(true);
    const course = createCourse(terminal, asking);
    closing.push(() => course.stop());
    await course.runHome({ port: lowest });
    // A lesson that is started takes the first free ports.
    const ports = Array.from({ length: 40 }, (_, at) => defaultPort + at);
    const forwarder = await forward([lowest, ...ports]);
    const { context, page, said } = await newPage(forwarder.proxy);

    await page.goto(urlOf(lowest));
    await page.locator('#shell-table button').first().waitFor();
    expect(await page.locator('#shell-not-here').innerText()).toContain(
      'to run claims, start the course on the machine of your browser',
    );
    expect(await page.locator('#shell-run-all').isVisible()).toBe(false);

    const [lesson] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Start Server-Sent Events' }).click(),
    ]);
    await lesson.locator('#shell-state[data-status="ready"]').waitFor();
    expect(new URL(lesson.url()).host).toMatch(/^board-\d+\.forwarder\.test$/);
    await lessonIn(lesson).locator('#state[data-state=open]').waitFor();
    expect(asked).toEqual([
      expect.stringContaining('wants to start lessons and exercises'),
    ]);

    await lesson
      .getByRole('button', { name: 'On the Wire: home page' })
      .click();
    await lesson
      .getByText('home page is in its own tab')
      .waitFor({ state: 'attached' });
    expect(context.pages()).toHaveLength(2);
    expect(said).toEqual([]);
  });

  describeBehind('nginx', 'the table of proxies', () => {
    /** Its page, with the cell of the first proxy's Host open. */
    async function openCell(answer: boolean | undefined) {
      const port = await freeAdjacentPorts(1);
      const { asking, asked } = terminalSays(answer);
      const course = createCourse(terminal, asking);
      closing.push(() => course.stop());
      await course.runHome({ port });
      const { context, page, said } = await newPage(
        (await forward([port])).proxy,
      );
      await page.goto(urlOf(port));
      await page.getByText('What six proxies do').click();
      const row = page.getByRole('row', { name: 'The server sees: Host' });
      await row.getByRole('button').first().click();
      return { context, page, said, asked };
    }

    test('asks before it starts one, once, and shows what it measured', async () => {
      const { context, page, said, asked } = await openCell(true);
      expect(await page.locator('#shell-forwarded').innerText()).toContain(
        'its terminal asks whether it may, once',
      );
      expect(await accessibilityViolations(page)).toEqual([]);
      const outcome = page.locator('#shell-outcome');
      for (let times = 1; times <= 2; times += 1) {
        const measured = page.waitForResponse('**/proxies/measure');
        await page.locator('#shell-run').click();
        expect((await measured).status()).toBe(200);
        await outcome.getByText('Measured.').waitFor();
      }
      expect(asked).toEqual([
        expect.stringContaining('wants to start proxies on this machine'),
      ]);
      const [units] = await Promise.all([
        context.waitForEvent('page'),
        page.locator('.cell .measured a').last().click(),
      ]);
      await units.getByText('nginx to the server').first().waitFor();
      expect(said).toEqual([]);
    });

    test.each([
      [undefined, 'no terminal can allow it to start proxies'],
      [false, 'the terminal does not allow it to start proxies'],
    ])('starts none where the answer is %s', async (answer, why) => {
      const { page } = await openCell(answer);
      await page.locator('#shell-run').click();
      await page.locator('#shell-outcome').getByText(why).waitFor();
      expect(await page.locator('.cell .measured li').count()).toBe(1);
    });
  });

  test.each([
    [undefined, 'no terminal can allow it to'],
    [false, 'the terminal does not allow it to'],
  ])(
    'nothing is started or written where the answer is %s',
    async (answer, why) => {
      const port = await freeAdjacentPorts();
      const { asking, asked } = terminalSays(answer);
      const { running, progress } = await run('sse', port, asking);
      const forwarder = await forward([port, port + 1]);
      const { page } = await newPage(forwarder.proxy);
      await page.goto(urlOf(port));
      await page.locator('.prose h2').first().waitFor();
      await page.keyboard.press('n');
      const unkept = page.locator('#shell-unkept');
      await unkept.getByText(why).waitFor();
      expect(await unkept.innerText()).toMatch(
        /^Your progress is not kept: This page was forwarded to you \(board-/,
      );
      await page
        .getByRole('button', { name: 'On the Wire: home page' })
        .click();
      await page.locator('#shell-failed').getByText(why).waitFor();
      expect(existsSync(progress)).toBe(false);
      // Each was asked for once; and a reader at the machine itself is asked nothing.
      expect(asked).toHaveLength(2);
      const start = new URL('/lessons/start', running.shellUrl);
      const body = JSON.stringify({ name: 'no such lesson' });
      const response = await fetch(start, { method: 'POST', body });
      expect(response.status).toBe(404);
      expect(asked).toHaveLength(2);
    },
  );

  test.each([
    ['wants to be signed in to, which cannot be framed', 'DENY'],
    ['says nothing', ''],
  ])('a pane whose forwarder %s offers a tab', async (_what, options) => {
    const port = await freeAdjacentPorts();
    await run('sse', port, terminalSays(true).asking);
    let isSignedIn = false;
    const forwarder = await forward([port, port + 1], {
      respond(name, request, response) {
        if (isSignedIn || name !== nameOf(port + 1)) return false;
        const isFramed = request.headers['sec-fetch-dest'] === 'iframe';
        if (isFramed && options === '') return true; // never
        if (!isFramed) isSignedIn = true;
        response.setHeader('X-Frame-Options', 'DENY');
        response.setHeader('Content-Type', 'text/html');
        response.end('<!doctype html><title>Signed in</title>');
        return true;
      },
    });
    const { context, page } = await newPage(forwarder.proxy);
    await page.goto(urlOf(port));
    const notice = page.locator('#shell-unresponsive');
    await notice.waitFor();
    expect(await notice.innerText()).toContain(
      `This pane waits for ${urlOf(port + 1)}.`,
    );
    expect(await accessibilityViolations(page)).toEqual([]);

    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      notice.getByRole('link').click(),
    ]);
    await tab.waitForURL(urlOf(port + 1));
    expect(await tab.title()).toBe('Signed in');
    await tab.close();
    await comeBack(page);
    await lessonIn(page).locator('#state[data-state=open]').waitFor();
    await notice.waitFor({ state: 'hidden' });
  });
});

/** Headless Chromium shows all its tabs at once: none is ever hidden. */
const comeBack = (page: Page) =>
  page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
