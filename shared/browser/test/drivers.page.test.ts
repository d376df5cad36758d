/**
 * What a page must be able to do in each engine, so that a test may be run in
 * any of them. What one cannot do is in `cannot.ts`, and not here.
 */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  test,
} from '@jest/globals';
import { engines, missingEngine, type Engine } from '../engines.ts';
import type { Browser, Page } from '../page.ts';

const html = (port: number) => `<!doctype html>
<title>The outer page</title>
<label>Name <input></label>
<button onclick="this.textContent = event.isTrusted && confirm('Sure?') ? 'Yes' : 'No'">
  Ask</button>
<iframe src="http://localhost:${port}/inner" title="inner"></iframe>
<script>
  console.warn('carefully', 1);
  document.querySelector('input').onkeydown = ({ key, shiftKey }) => {
    document.body.dataset.keys = (document.body.dataset.keys ?? '') + key + shiftKey + ' ';
  };
</script>`;

const inner = `<!doctype html>
<button onclick="this.textContent = event.isTrusted + ' ' + location.hostname">
  Inside</button>
<input aria-label="inside">`;

/** Those of the worker, which other files of tests use, too. */
const { workersBrowser } = globalThis as unknown as {
  workersBrowser: { open(engine: Engine): Promise<Browser> };
};

for (const engine of engines) {
  const why = missingEngine(engine);
  const describeIfThere = why === undefined ? describe : describe.skip;
  if (why !== undefined)
    process.stderr.write(`Skipped "A page in ${engine}": ${why}\n`);

  describeIfThere(`A page in ${engine}`, () => {
    let server: Server;
    let browser: Browser;
    let page: Page;
    let url: string;
    const asked: string[] = [];
    beforeAll(async () => {
      server = createServer(({ url: path, headers }, response) => {
        asked.push(`${headers.host!.replace(/:\d+/, '')}${path}`);
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(path === '/inner' ? inner : html(port));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      url = `http://127.0.0.1:${port}/`;
      browser = await workersBrowser.open(engine);
      page = await browser.newPage({ viewport: { width: 900, height: 700 } });
    });
    afterEach(() => {
      asked.splice(0);
    });
    afterAll(async () => {
      for (const context of browser?.contexts() ?? []) await context.close();
      server.close();
      server.closeAllConnections();
    });

    test('opens an address, and says where nothing is', async () => {
      await page.goto(url);
      expect(page.url()).toBe(url);
      await expect(page.title()).resolves.toBe('The outer page');
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const { port } = closed.address() as AddressInfo;
      closed.close();
      const other = await browser.newPage();
      await expect(other.goto(`http://127.0.0.1:${port}/`)).rejects.toThrow(
        /connect|refused/i,
      );
      await other.close();
    });

    test('opens a name of somebody else here', async () => {
      await page.goto(url.replace('127.0.0.1', 'stranger.example'));
      expect(asked).toContain('stranger.example/');
      await expect(page.evaluate(() => location.hostname)).resolves.toBe(
        'stranger.example',
      );
    });

    test('evaluates: values, promises, what is thrown', async () => {
      await page.goto(url);
      const both = (one: number) => Promise.resolve([one, { two: 'zwölf ✓' }]);
      await expect(page.evaluate(both, 1)).resolves.toEqual([
        1,
        { two: 'zwölf ✓' },
      ]);
      await expect(page.evaluate('undefined')).resolves.toBeUndefined();
      await expect(
        page.evaluate(() => {
          throw new TypeError('thrown here');
        }),
      ).rejects.toThrow('thrown here');
      await expect(
        page.evaluate(() => Promise.reject(new Error('rejected here'))),
      ).rejects.toThrow('rejected here');
    });

    test('evaluates one thing while another one waits', async () => {
      await page.goto(url);
      const slow = page.evaluate(
        () =>
          new Promise((done) => {
            (globalThis as any).goOn = done;
          }),
      );
      await page.waitForFunction(() => 'goOn' in globalThis);
      await page.evaluate(() => (globalThis as any).goOn('gone on'));
      await expect(slow).resolves.toBe('gone on');
    });

    test('presses as a person does, and answers a dialog', async () => {
      await page.goto(url);
      page.on('dialog', (dialog) => dialog.accept());
      await page.getByRole('button', { name: 'Ask' }).click();
      await page.getByRole('button', { name: 'Yes' }).waitFor();
    });

    test('types, and presses keys', async () => {
      await page.goto(url);
      const field = page.getByLabel('Name');
      await field.click();
      await page.keyboard.type('Zürich ✓');
      await field.press('Shift+ArrowLeft');
      await field.press('x');
      await expect(field.inputValue()).resolves.toBe('Zürich x');
      const keys = await page.evaluate(() => document.body.dataset['keys']);
      expect(keys).toContain('Shifttrue ArrowLefttrue xfalse ');
    });

    test('sees, presses and types in a frame of another origin', async () => {
      await page.goto(url);
      const frame = page.frameLocator('iframe');
      await frame.getByRole('button', { name: 'Inside' }).click();
      await frame.getByRole('button', { name: 'true localhost' }).waitFor();
      await frame.getByLabel('inside').click();
      await page.keyboard.type('abc');
      await expect(frame.getByLabel('inside').inputValue()).resolves.toBe(
        'abc',
      );
      // And the outer document is still there.
      await expect(page.title()).resolves.toBe('The outer page');
    });

    test('tells what the console says, and what nobody has caught', async () => {
      const said: string[] = [];
      const uncaught: string[] = [];
      page.on('console', (line) => said.push(line.text()));
      page.on('pageerror', ({ message }) => uncaught.push(message));
      await page.goto(url);
      await page.evaluate(() => {
        setTimeout(() => {
          throw new RangeError('not caught');
        });
      });
      await until(() => said.length > 0 && uncaught.length > 0);
      expect(said).toContain('carefully 1');
      expect(uncaught.join()).toContain('not caught');
    });

    test('tells which requests a page makes', async () => {
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(url);
      await until(() => requests.length >= 2);
      expect(requests).toEqual(
        expect.arrayContaining([url, expect.stringContaining('/inner')]),
      );
    });

    test('has the size that it was given, or its least', async () => {
      await page.goto(url);
      const size = () => page.evaluate(() => [innerWidth, innerHeight]);
      await expect(size()).resolves.toEqual([900, 700]);
      await page.setViewportSize({ width: 390, height: 844 });
      const least = engine === 'webkitgtk' ? 447 : 390;
      await expect(size()).resolves.toEqual([least, 844]);
      const picture = await page.screenshot();
      // PNG (5.2, 11.2.1): its signature, then a chunk with the size.
      expect(picture.subarray(0, 8).toString('latin1')).toBe(
        '\u0089PNG\r\n\u001A\n',
      );
      expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([
        least,
        844,
      ]);
      await page.setViewportSize({ width: 900, height: 700 });
      await expect(size()).resolves.toEqual([900, 700]);
    });

    test('goes back, forward, and loads again', async () => {
      await page.goto(url);
      await page.goto(`${url}second`);
      await page.goBack();
      expect(page.url()).toBe(url);
      await page.goForward();
      expect(page.url()).toBe(`${url}second`);
      asked.splice(0);
      await page.reload();
      expect(asked).toContain('127.0.0.1/second');
    });

    test('shares its cookies with the other pages of its context', async () => {
      const context = await browser.newContext();
      const [one, two] = [await context.newPage(), await context.newPage()];
      await one.goto(url);
      await two.goto(`${url}second`);
      await one.evaluate(() => {
        document.cookie = 'seen=1';
      });
      // Chromium tells the process of the other page a moment later.
      await two.waitForFunction(() => document.cookie === 'seen=1');
      // Each of them is used beside the other.
      await Promise.all(
        [one, two].map((tab) =>
          tab.frameLocator('iframe').getByRole('button').click(),
        ),
      );
      await one.close();
      const path = await two.evaluate(() => location.pathname);
      expect(path).toBe('/second');
      await context.close();
      await page.goto(url);
      await expect(page.evaluate('document.cookie')).resolves.toBe('');
    });

    test('is told what its reader prefers', async () => {
      await page.goto(url);
      const prefers = () =>
        page.evaluate(() =>
          ['prefers-color-scheme: dark', 'prefers-reduced-motion: reduce'].map(
            (query) => matchMedia(`(${query})`).matches,
          ),
        );
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      await expect(prefers()).resolves.toEqual([true, true]);
      await page.goto(url.replace('127.0.0.1', 'localhost'));
      await expect(prefers()).resolves.toEqual([true, true]);
      await page.emulateMedia({
        colorScheme: 'light',
        reducedMotion: 'no-preference',
      });
      await expect(prefers()).resolves.toEqual([false, false]);
    });
  });
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((done) => setTimeout(done, 10));
}
