import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from '@jest/globals';
import type { CDPSession, Page } from 'playwright-core';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { stage } from './stage.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

const tutorial = `# Bells

An introduction.

## 1. Ring (4 min)

**Predict.** What will it say?

- [ ] Ding
- [ ] \`Dong\`

**Do.** Read [the server](server.ts).

**See.** Dong, as in [the bell](bell.ts).

A [**chime**](../GLOSSARY.md#chime) is a bell that is struck, not swung. It is tuned.

${'A line that fills the page.\n\n'.repeat(30)}

## 2. Listen (6 min)

Hear the [chime](../GLOSSARY.md#chime), or type \`curl -N a\`.

\`\`\`console
$ curl http://127.0.0.1/
ding
\`\`\`

> **What the page cannot see.** Who rings.

\`\`\`wire
> GET /a-path-that-is-much-longer-than-any-window-for-phones-is-wide/and-longer HTTP/1.1
< HTTP/1.1 200 OK
\`\`\`

${'Another line.\n\n'.repeat(30)}

<details><summary>Who rings twice?</summary>

The postman.

</details>

## 3. Go home (1 min)

| table | of |
|---|--:|
| two | rows |
`;
const code = 'const a = 1;\n'.repeat(99) + 'throw new Error();\n';
const wide = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

let shell: Awaited<ReturnType<typeof stage>>;

beforeAll(async () => {
  shell = await stage({
    'README.md': tutorial,
    'package.json': JSON.stringify({
      lesson: { title: 'Bells', question: '?', order: 1, minutes: 11 },
    }),
    'server.ts': code,
    'bell.ts': '// Rings.\nexport const bell = `d${1}ng`;\n',
  });
});
afterAll(() => shell.end());
beforeEach(() => {
  shell.state.set({ status: 'ready', crash: undefined });
});

describeWithBrowser('the shell in a browser', (browser) => {
  let page: Page;
  let devtools: CDPSession;
  let said: string[] = [];

  // One page for all tests: a new one takes longer than most of them.
  beforeAll(async () => {
    page = await browser().newPage({
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    devtools = await page.context().newCDPSession(page);
  });
  /** Opens the shell as a new visitor would, and waits until it is complete. */
  const open = async (
    path = '/',
    size = wide,
    colorScheme: 'light' | 'dark' | null = null,
  ) => {
    await page.goto('about:blank');
    rmSync(shell.progress, { force: true });
    await devtools.send('Storage.clearDataForOrigin', {
      origin: shell.origin,
      storageTypes: 'local_storage',
    });
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(shell.origin + path);
    await complete();
  };
  const complete = async () => {
    await page.locator('#step-3').waitFor();
    await page.locator('#shell-state[data-status]').waitFor();
    // It adds a line to the contents, and so moves what the text is scrolled by.
    await wayOn().waitFor({ state: 'attached' });
  };
  const wayOn = () => page.locator('.prose .contents a[href="#the-way-on"]');
  const scrollTop = () =>
    page.locator('#shell-tutorial').evaluate((book) => book.scrollTop);
  /** How far the top of an element is below that of the tutorial, in px. */
  const below = (selector: string) =>
    page.evaluate(
      (wanted) =>
        document.querySelector(wanted)!.getBoundingClientRect().top -
        document.querySelector('#shell-tutorial')!.getBoundingClientRect().top,
      selector,
    );
  const lessonPage = () => page.frameLocator('iframe');

  afterEach(() => {
    const words = said;
    said = [];
    if (words.length > 0) throw new Error(`The console says: ${words.join()}`);
  });

  describe('the tutorial', () => {
    test('a deep link leads to its step, and names it', async () => {
      await open('/#step-2');
      expect(Math.abs(await below('#step-2'))).toBeLessThan(2);
      expect(await page.locator('#shell-here').innerText()).toBe('2Listen');
      const current = page.locator('.prose .contents [aria-current=step]');
      expect(await current.getAttribute('href')).toBe('#step-2');
    });

    test('a link to a question opens it', async () => {
      await open('/#question-who-rings-twice');
      await page.getByText('The postman.').waitFor();
      expect(Math.abs(await below('#question-who-rings-twice'))).toBeLessThan(
        2,
      );
    });

    test('the place is kept over a reload, and when the text was saved', async () => {
      await open('/#step-2');
      await page
        .locator('#shell-tutorial')
        .evaluate((book) => book.scrollBy(0, 150));
      await page.waitForFunction(
        () => localStorage.getItem('on-the-wire:bells:place') !== null,
      );
      const placed = async () => Math.round(await below('#step-2'));
      await page.reload();
      await page.locator('#step-3').waitFor();
      expect(await placed()).toBe(-150);
      await complete();
      expect(await placed()).toBe(-150);

      const before = await scrollTop();
      const readme = join(shell.folder, 'README.md');
      await writeFile(readme, tutorial.replace('An in', 'A new\n\nline\n\nin'));
      shell.state.set({ tutorialVersion: 2 });
      await page.getByText('line', { exact: true }).waitFor();
      expect(await scrollTop()).toBeGreaterThan(before);
      expect(await placed()).toBe(-150);
      await writeFile(readme, tutorial);
    });

    test('a step that is turned to while the new text is fetched stays', async () => {
      await open();
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const asked = page.waitForRequest('**/tutorial');
      await page.route('**/tutorial', async (route) => {
        await released;
        await route.continue();
      });
      const fetched = page.waitForResponse('**/tutorial');
      shell.state.set({
        tutorialVersion: shell.state.current.tutorialVersion + 1,
      });
      await asked;
      await page.keyboard.press('n');
      await page
        .locator('#step-1')
        .evaluate((old) => old.classList.add('of-before'));
      release();
      await fetched;
      await page.locator('#step-1:not(.of-before)').waitFor();
      expect(Math.abs(await below('#step-1'))).toBeLessThan(2);
      expect(new URL(page.url()).hash).toBe('#step-1');
      await page.unroute('**/tutorial');
    });

    test('keys turn the steps, and can be switched off', async () => {
      await open();
      for (const step of [1, 2, 3]) {
        await page.keyboard.press('n');
        expect(Math.abs(await below(`#step-${step}`))).toBeLessThan(2);
        expect(new URL(page.url()).hash).toBe(`#step-${step}`);
      }
      await page.keyboard.press('p');
      expect(Math.abs(await below('#step-2'))).toBeLessThan(2);
      const focused = () =>
        page.evaluate(() => document.activeElement?.textContent);
      expect(await focused()).toContain('Listen');

      await page.keyboard.press('c');
      expect(await focused()).toContain('Listen');
      await page.keyboard.press('Escape');

      await page.keyboard.press('?');
      await page.getByLabel('Use single-key shortcuts').uncheck();
      await page.keyboard.press('Escape');
      await page.keyboard.press('n');
      expect(Math.abs(await below('#step-2'))).toBeLessThan(2);
    });

    test('one click is the guess: it is kept, and opens nothing', async () => {
      await open();
      const outcome = page.locator('details[data-question=step-1]');
      const see = page.locator('.see');
      expect(await see.isVisible()).toBe(false);

      // By keyboard: the arrow only moves, the space bar chooses.
      const chosen = page.locator('.guesses [aria-checked=true]');
      await page.getByRole('radio', { name: 'Ding' }).focus();
      await page.keyboard.press('ArrowDown');
      expect(await chosen.count()).toBe(0);
      await page.keyboard.press('Space');
      expect(await chosen.innerText()).toBe('Dong');
      expect(await see.isVisible()).toBe(false);
      await outcome.locator('summary').click();
      await see.waitFor();
      const words = await outcome.locator('.said').innerText();
      expect(words).toMatch(/^You expected\s+Dong$/);

      // By mouse: what was guessed stays guessed.
      await page.getByRole('radio', { name: 'Ding' }).click({ force: true });
      expect(await chosen.innerText()).toBe('Dong');

      await page.reload();
      await complete();
      await chosen.waitFor();
      expect(await chosen.innerText()).toBe('Dong');
      await see.waitFor();

      await page.getByRole('button', { name: 'Guess again' }).click();
      expect(await see.isVisible()).toBe(false);
      await page.getByRole('radio', { name: 'Ding' }).click();
      expect(await outcome.locator('.said dd').first().innerText()).toBe(
        'Ding',
      );
    });

    test('a command is copied; where that is forbidden, it is selected', async () => {
      await open();
      const copy = page
        .locator('figure', { hasText: 'Terminal' })
        .locator('.copy');
      await copy.click();
      await page.getByText('Copied').first().waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        'curl http://127.0.0.1/',
      );
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error());
      });
      await copy.click();
      await page.getByText('Selected: press Ctrl+C').first().waitFor();
      expect(await page.evaluate(() => String(getSelection()))).toContain(
        'curl http://127.0.0.1/',
      );
    });

    test('a command in a line of text is copied by the keyboard', async () => {
      await open('/#step-2');
      const copy = page.getByRole('button', { name: 'Copy curl -N a' });
      await copy.focus();
      await page.keyboard.press('Enter');
      await page.locator('#shell-said', { hasText: 'Copied' }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        'curl -N a',
      );
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error());
      });
      await copy.click();
      await page.getByText('Selected: press Ctrl+C').first().waitFor();
      expect(await page.evaluate(() => String(getSelection()))).toBe(
        'curl -N a',
      );
    });

    test('a file of the lesson opens in its place, and Esc closes it', async () => {
      await open('/#step-1');
      const before = await scrollTop();
      await page.getByRole('link', { name: 'the server' }).click();
      await page.locator('.reader .listing').waitFor();
      const focused = page.locator('.path:focus');
      expect(await focused.innerText()).toBe('lessons/bells/server.ts');
      await page.keyboard.press('Escape');
      await page.locator('.reader').waitFor({ state: 'hidden' });
      expect(await scrollTop()).toBe(before);
      await page.goForward();
      await page.locator('.reader .listing').waitFor();
      await page.goBack();
      await page.locator('.reader').waitFor({ state: 'hidden' });
    });
  });

  describe('the glossary', () => {
    test('opens at a term, and leads to the step that explains it', async () => {
      await open('/#step-2');
      const second = page.locator('#step-2');
      await second.getByRole('link', { name: 'chime' }).click();
      await page.locator('.reader [id="term-chime"].marked').waitFor();
      const own = page.locator('#shell-reader-own-tab');
      expect(await own.getAttribute('href')).toBe('/glossary#term-chime');
      await page.getByRole('link', { name: 'Bells, step 1' }).click();
      await page.locator('.reader').waitFor({ state: 'hidden' });
      await page.waitForURL('**/#step-1');
      expect(await below('#step-1')).toBeLessThan(50);
      await page.getByRole('link', { name: 'Glossary' }).click();
      await page.locator('.reader [id="term-chime"]').waitFor();
      await page.goBack();
      await page.locator('.reader').waitFor({ state: 'hidden' });
    });
  });

  describe('panes', () => {
    test('the handle moves by keyboard and mouse, and keeps its place', async () => {
      await open();
      const handle = page.getByRole('separator', { name: 'Width' });
      const now = () => handle.getAttribute('aria-valuenow');
      const width = () =>
        page
          .locator('#shell-pane-tutorial')
          .evaluate((pane) => Math.round(pane.getBoundingClientRect().width));
      expect(await now()).toBe('46');
      await handle.focus();
      await page.keyboard.press('ArrowRight');
      expect(await now()).toBe('48');
      expect(await width()).toBe(Math.round(1280 * 0.48));
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowLeft');
      expect(await now()).toBe('25');

      await page.reload();
      await complete();
      expect(await now()).toBe('25');
      await page.mouse.move(320, 600);
      await page.mouse.down();
      // Across the frame, which must not take the pointer.
      await page.mouse.move(900, 600, { steps: 4 });
      await page.mouse.up();
      expect(await now()).toBe('70');
      await handle.dblclick();
      expect(await now()).toBe('46');
    });

    test('a phone shows one pane at a time, behind tabs', async () => {
      await open('/', phone);
      const tab = (name: string) => page.getByRole('tab', { name });
      const frame = page.locator('iframe');
      expect(await frame.isVisible()).toBe(false);
      expect(await page.getByRole('separator').isVisible()).toBe(false);
      await page.evaluate(() => (location.hash = 'step-2'));
      await tab('Page').click();
      await lessonPage().getByText('Loaded').waitFor();
      expect(await frame.isVisible()).toBe(true);
      const panel = page.getByRole('tabpanel', { name: 'Page' });
      expect(await panel.isVisible()).toBe(true);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await tab('Tutorial').getAttribute('aria-selected')).toBe('true');
      expect(await frame.isVisible()).toBe(false);
      expect(Math.abs(await below('#step-2'))).toBeLessThan(2);
      const sideways = await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      expect(sideways).toBeLessThanOrEqual(0);
    });

    test('the theme holds for the lesson’s page, too', async () => {
      await open();
      const heading = lessonPage().getByRole('heading');
      await heading.waitFor();
      const dark = (wanted: boolean) =>
        heading.evaluate(
          (_, expected) =>
            new Promise<boolean>((resolve) => {
              const query = matchMedia('(prefers-color-scheme: dark)');
              const look = () => query.matches === expected && resolve(true);
              query.addEventListener('change', look);
              look();
            }),
          wanted,
        );
      await page.getByRole('radio', { name: 'Dark' }).check();
      expect(await dark(true)).toBe(true);
      await page.getByRole('radio', { name: 'Light' }).check();
      expect(await dark(false)).toBe(true);
      await page.keyboard.press('t');
      await page.reload();
      await complete();
      expect(await page.locator('html').getAttribute('data-theme')).toBe(
        'dark',
      );
      expect(await dark(true)).toBe(true);
    });

    test('the projector makes type larger and keeps the place', async () => {
      await open('/#step-2');
      const size = () =>
        page
          .locator('#step-2 p')
          .first()
          .evaluate((p) => Number.parseFloat(getComputedStyle(p).fontSize));
      const before = await size();
      await page.getByRole('button', { name: 'Projector' }).click();
      expect(await size()).toBeGreaterThan(before * 1.3);
      await page.waitForFunction(() => {
        const top = (selector: string) =>
          document.querySelector(selector)!.getBoundingClientRect().top;
        return Math.abs(top('#step-2 h2') - top('#shell-tutorial')) < 80;
      });
    });
  });

  describe("the server's state", () => {
    test('the page is loaded when ready, and again only when it was saved', async () => {
      const { state } = shell;
      state.set({ status: 'starting' });
      const before = shell.asked;
      await open();
      await page.getByText('appears here as soon as').waitFor();
      expect(shell.asked).toBe(before);

      const badge = page.locator('#shell-state');
      const loaded = (times: number) =>
        lessonPage()
          .getByText(`Loaded ${before + times}`)
          .waitFor();
      state.set({ status: 'ready' });
      await loaded(1);
      // One that was not yet loaded would be, again.
      await page.frames()[1]!.waitForLoadState();
      for (const status of [
        'restarting',
        'ready',
        'crashed',
        'ready',
      ] as const) {
        state.set({ status });
        await badge.getByText(status).waitFor();
      }
      // While it restarts, nothing is loaded: it would fail.
      state.set({
        status: 'restarting',
        pageVersion: state.current.pageVersion + 1,
      });
      await badge.getByText('restarting').waitFor();
      expect(shell.asked).toBe(before + 1);
      state.set({ status: 'ready' });
      await loaded(2);
    });

    test('a refused certificate needs a confirmation, until it is accepted', async () => {
      await open();
      await lessonPage().getByText('Loaded').waitFor();
      const before = shell.asked;
      const notice = page.getByRole('region', {
        name: 'needs your confirmation',
      });
      expect(await notice.isVisible()).toBe(false);
      shell.state.set({ refused: [shell.lessonPort] });
      await notice.waitFor();
      expect(await notice.getByRole('link').innerText()).toBe(
        `${shell.lessonOrigin}/`,
      );
      expect(await notice.innerText()).toContain('Chromium calls it “Privacy');
      expect(await accessibilityViolations(page)).toEqual([]);
      // Another address was refused meanwhile: the page itself comes.
      shell.state.set({ refused: [1] });
      await lessonPage()
        .getByText(`Loaded ${before + 1}`)
        .waitFor();
      expect(await notice.getByRole('link').innerText()).toBe(
        'http://127.0.0.1:1/',
      );
      // Not in the same words: it would look as if nothing had come of it.
      expect(await notice.innerText()).toMatch(
        /^One more address needs your confirmation\s+The page is there\./,
      );
      shell.state.set({ refused: [] });
      await notice.waitFor({ state: 'hidden' });
    });

    test('a crash says what, where, and everything; the page stays', async () => {
      await open();
      await lessonPage().getByText('Loaded').waitFor();
      const panel = page.getByRole('region', { name: 'The server crashed' });
      expect(await panel.isVisible()).toBe(false);
      shell.state.set({
        status: 'crashed',
        crash: {
          message: 'Error: <b>no</b> bell',
          file: 'server.ts',
          line: 100,
          column: 7,
          details: 'at ring <img src=x>',
        },
      });
      await panel.waitFor();
      expect(await page.title()).toBe(
        'crashed · Bells & <Whistles> · On the Wire',
      );
      expect(await panel.locator('.message').innerText()).toBe(
        'Error: <b>no</b> bell',
      );
      await panel.getByText('Its full output').click();
      expect(await panel.locator('pre').innerText()).toBe(
        'at ring <img src=x>',
      );
      expect(await lessonPage().getByText('Loaded').isVisible()).toBe(true);

      await panel.getByRole('link', { name: 'server.ts:100:7' }).click();
      const line = page.locator('.marked');
      await line.waitFor();
      expect(await line.innerText()).toBe('100');
      expect(await below('.marked')).toBeLessThan(800);
      shell.state.set({ status: 'ready', crash: undefined });
      await panel.waitFor({ state: 'hidden' });
    });

    test('a lesson that was stopped says how to start it; then all goes on', async () => {
      await open();
      await shell.close();
      await page
        .getByText(
          `The lesson was stopped. Start it again with ${pnpm} lesson bells`,
        )
        .waitFor();
      await shell.startAgain();
      await page.waitForEvent('load'); // it came from another shell
      await complete();
      await page.locator('#shell-state[data-status=ready]').waitFor();
      expect(await page.locator('#shell-stopped').isVisible()).toBe(false);
      // The browser's own words on the connection that was refused.
      said = [];
    });

    test('a page that stands still does not stop the shell', async () => {
      await open();
      const heading = lessonPage().getByRole('heading');
      const held = once(shell.lesson, 'held');
      await heading.evaluate(() => {
        // Synchronous: until the response has come, this page does nothing else.
        setTimeout(() => {
          const request = new XMLHttpRequest();
          request.open('GET', '/held', false);
          request.send();
        });
      });
      const [answer] = (await held) as [ServerResponse];
      await page.getByRole('button', { name: 'Keyboard' }).click();
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      answer.end();
      await heading.evaluate(() => {});
    });
  });

  describe('for everybody', () => {
    for (const colorScheme of ['light', 'dark'] as const)
      for (const size of [wide, phone])
        test(`axe finds nothing, ${colorScheme}, ${size.width} px`, async () => {
          await open('/#step-2', size, colorScheme);
          shell.state.set({
            status: 'crashed',
            crash: { message: 'Error: no', file: 'server.ts', details: 'at' },
          });
          await page.locator('#shell-crash').waitFor();
          await page.getByText('Its full output').click();
          await page.getByRole('radio', { name: 'Dong' }).click();
          expect(await accessibilityViolations(page)).toEqual([]);
          if (size === phone) return; // the same file looks the same there
          await page
            .locator('#step-1 .outcome')
            .evaluate((fold: HTMLDetailsElement) => (fold.open = true));
          await page.getByRole('link', { name: 'the bell' }).click();
          await page.locator('.reader .listing').waitFor();
          expect(await accessibilityViolations(page)).toEqual([]);
        });
  });

  describe('a foreign page', () => {
    let foreign: { origin: string; close(): void };

    beforeAll(async () => {
      const server = createServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html');
        response.end('<!doctype html><link rel="icon" href="data:,">');
      });
      const { origin } = await listen(server);
      foreign = {
        origin,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      };
    });
    afterAll(() => foreign.close());
    // What the browser has to say about what it refuses is not the shell's.
    afterEach(() => {
      said = [];
    });

    test.each(['on another port', "of the lesson's own"])(
      'a page %s reads nothing and changes nothing',
      async (which) => {
        const own = which !== 'on another port';
        await page.goto(own ? shell.lessonOrigin : foreign.origin);
        const statuses: number[] = [];
        const note = (_: unknown, response: { statusCode: number }) =>
          void (response as unknown as NodeJS.EventEmitter).on('finish', () =>
            statuses.push(response.statusCode),
          );
        shell.server.on('request', note);
        const outcome = await page.evaluate(async (origin) => {
          const outcomes: Record<string, string> = {};
          for (const path of ['/', '/events', '/tutorial', '/files/server.ts'])
            for (const mode of ['cors', 'no-cors'] as const)
              outcomes[`${path} ${mode}`] = await fetch(origin + path, {
                mode,
              })
                .then((response) => response.text())
                .then((text) => `read ${text.length}`)
                .catch(() => 'refused');
          await fetch(origin, { method: 'POST', mode: 'no-cors' }).catch(
            () => {},
          );
          await new Promise((resolve) => {
            const source = new EventSource(`${origin}/events`);
            source.onerror = () => {
              outcomes['EventSource'] =
                source.readyState === EventSource.CLOSED
                  ? 'refused'
                  : 'tries on';
              resolve(undefined);
            };
            source.onmessage = () => {
              outcomes['EventSource'] = 'read';
              source.close();
              resolve(undefined);
            };
          });
          await new Promise((resolve) => {
            const script = document.createElement('script');
            script.onload = () => {
              outcomes['script'] = 'run';
              resolve(undefined);
            };
            script.onerror = () => {
              outcomes['script'] = 'refused';
              resolve(undefined);
            };
            script.src = `${origin}/shell.js`;
            document.head.append(script);
          });
          await new Promise((resolve) => {
            const image = new Image();
            const end = (how: string) => () => {
              outcomes['image'] = how;
              resolve(undefined);
            };
            image.onload = end('shown');
            image.onerror = end('refused');
            image.src = `${origin}/icon.svg`;
          });
          await new Promise((resolve) => {
            const socket = new WebSocket(`${origin}/events`);
            const end = (how: string) => () => {
              outcomes['WebSocket'] = how;
              resolve(undefined);
            };
            socket.onopen = end('open');
            socket.onclose = end('refused');
          });
          // The widest that a form can do; its response replaces a frame.
          await new Promise((resolve) => {
            const frame = document.createElement('iframe');
            frame.name = 'form';
            document.body.append(frame);
            const form = document.createElement('form');
            form.action = `${origin}/wire/cut`;
            form.method = 'post';
            form.target = 'form';
            document.body.append(form);
            frame.onload = resolve;
            form.submit();
          });
          return outcomes;
        }, shell.origin);
        shell.server.off('request', note);
        expect(new Set(Object.values(outcome))).toEqual(new Set(['refused']));
        // `/`, script and icon were sent, and the browser gave them to nobody.
        expect(statuses.toSorted()).toEqual([
          200, 200, 200, 200, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403,
        ]);
      },
    );

    test('cannot show the shell in a frame', async () => {
      await page.goto(foreign.origin);
      // Whichever comes: the browser's own refusal, or the shell.
      const shown = page.waitForEvent('framenavigated', (frame) =>
        /^chrome-error:|^http/.test(frame.url()),
      );
      await page.evaluate((origin) => {
        const frame = document.createElement('iframe');
        frame.src = origin;
        document.body.append(frame);
      }, shell.origin);
      expect((await shown).url()).toBe('chrome-error://chromewebdata/');
    });

    test('is not the shell under a name that leads to this machine', async () => {
      const response = await page.goto(`http://evil.example:${shell.port}/`);
      expect(response?.status()).toBe(403);
      expect(await page.innerText('body')).toContain(
        `Open http://127.0.0.1:${shell.port}/ instead.`,
      );
    });

    test('that is framed cannot put itself in the shell’s place', async () => {
      await page.goto(shell.origin);
      const heading = page.frameLocator('iframe').getByRole('heading');
      const refused = await heading.evaluate(() => {
        try {
          top!.location.href = 'about:blank';
          return 'went';
        } catch (error) {
          return (error as Error).name;
        }
      });
      expect(refused).toBe('SecurityError');
    });
  });
});
