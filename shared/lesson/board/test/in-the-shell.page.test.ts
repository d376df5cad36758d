import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { transform } from 'esbuild';
import type { Frame, Page } from 'playwright-core';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const lesson = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Bells</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/board/colours.css">
  <link rel="stylesheet" href="/board/page.css">
  <script type="module" src="/board/departures-board.ts"></script>
  <script type="module" src="/board/in-the-shell.ts"></script>
  <body>
    <output id="state">open</output>
    <departures-board></departures-board>
    <form name="rates">
      <label><input type="radio" name="rate" value="night" checked>night</label>
      <label><input type="radio" name="rate" value="over">over</label>
    </form>
    <select name="path"><option>/a</option><option>/b</option></select>
    <details><summary>More</summary><button id="ring">Ring</button></details>
    <button name="abort" disabled>Abort</button>
    <button id="gone" hidden>Gone</button>
    <div style="height: 300px"></div>
    <p id="near">near</p>
    <div style="height: 200px"></div>
    <button id="low">Low</button>
    <div style="height: 3000px"></div>
    <p id="far">far</p>
    <iframe id="beside" src="NEXT"></iframe>
  </body>
</html>`;

// What it frames itself: another page of the lesson.
const inner = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Beside</title>
  <script type="module" src="/board/in-the-shell.ts"></script>
  <body><button id="chime">Chime</button></body>
</html>`;

// What frames it: it keeps what it is told.
const parent = (address: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Shell</title>
<link rel="icon" href="data:,">
<script>
  var told = [];
  addEventListener('message', ({ data }) => told.push(data));
</script>
<iframe src="${address}" width="600" height="400"></iframe>
</html>`;

/** Serves what a test has at each path. */
async function serve(
  port: number,
  respond: (path: string) => Promise<{ type: string; body: string }>,
) {
  const server = createServer((request, response) => {
    void respond(request.url ?? '/').then(({ type, body }) =>
      response.setHeader('Content-Type', type).end(body),
    );
  });
  const { port: taken } = await listen(server, port);
  return {
    port: taken,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function lessonFile(path: string, page: string) {
  if (path === '/') return { type: 'text/html', body: page };
  const file = new URL(`../${path.slice('/board/'.length)}`, import.meta.url);
  const text = await readFile(file, 'utf8');
  if (path.endsWith('.css')) return { type: 'text/css', body: text };
  const { code } = await transform(text, { loader: 'ts' });
  return { type: 'text/javascript', body: code };
}

type Told = Record<string, unknown> & { values?: Record<string, string> };

describeWithBrowser('a page in the shell', (browser) => {
  const closing = closingAfterEach();
  let lower: number;
  let page: Page;
  const servers: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    lower = await freeAdjacentPorts(3);
    const next = `http://127.0.0.1:${lower + 2}/`;
    const withFrame = lesson.replace('NEXT', next);
    const inside = `http://127.0.0.1:${lower + 1}/`;
    servers.push(
      await serve(lower, async () => ({
        type: 'text/html',
        body: parent(inside),
      })),
      await serve(lower + 1, (path) => lessonFile(path, withFrame)),
      await serve(lower + 2, (path) => lessonFile(path, inner)),
    );
  });
  afterEach(() => page.close());
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  /** Opens the window that frames the lesson, and waits for its `ready`. */
  async function open(address = `http://127.0.0.1:${lower}/`): Promise<Frame> {
    page = await browser().newPage({ viewport: { width: 700, height: 500 } });
    await page.goto(address);
    const frame = page.frames()[1]!;
    await frame.locator('departures-board').waitFor();
    return frame;
  }
  const told = () => page.evaluate('told') as Promise<Told[]>;
  const say = (message: object) =>
    page.evaluate(
      (data) =>
        document.querySelector('iframe')!.contentWindow!.postMessage(data, '*'),
      message,
    );
  /** What it says to the next message. */
  async function ask(message: object): Promise<Told> {
    const before = (await told()).length;
    await say({ onTheWire: 'point', beside: [], ...message });
    return page
      .waitForFunction(
        (from) =>
          (globalThis as unknown as { told: Told[] }).told
            .slice(from)
            .find(({ onTheWire }) => onTheWire === 'pointed'),
        before,
      )
      .then((handle) => handle.jsonValue() as Promise<Told>);
  }
  const focused = (frame: Frame) =>
    frame.evaluate(() => {
      const { id, outerHTML } = document.activeElement as HTMLElement;
      return id || outerHTML;
    });
  const inView = (frame: Frame, selector: string) =>
    frame.locator(selector).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });

  /** By then, the page has heard that it was resized. */
  const drawn = (frame: Frame) =>
    frame.evaluate(() => new Promise((done) => requestAnimationFrame(done)));

  test('says that it is ready, to the window that frames it', async () => {
    await open();
    await page.waitForFunction('told.length > 0');
    expect(await told()).toEqual([{ onTheWire: 'ready' }]);
  });

  test('opens, outlines and focuses a control, and leaves it unpressed', async () => {
    const frame = await open();
    await frame.evaluate(() => {
      document.getElementById('ring')!.onclick = ({ currentTarget }) =>
        ((currentTarget as HTMLElement).textContent += '!');
    });
    expect(await ask({ control: 'ring' })).toMatchObject({
      control: 'ring',
      found: true,
      disabled: false,
    });
    expect(await focused(frame)).toBe('ring');
    const ring = frame.locator('#ring');
    expect(await ring.textContent()).toBe('Ring');
    const { style, width } = await ring.evaluate((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return { style: outlineStyle, width: outlineWidth };
    });
    expect({ style, width }).toEqual({ style: 'solid', width: '4px' });
    await page.keyboard.press('Enter');
    expect(await ring.textContent()).toBe('Ring!');
    await frame.locator('#low').focus();
    expect(await ring.getAttribute('data-pointed')).toBeNull();
  });

  test('has Enter press a radio button and choose from a list', async () => {
    const frame = await open();
    await ask({ control: 'rate=over' });
    expect(await frame.locator('[value=over]').isChecked()).toBe(false);
    await page.keyboard.press('Enter');
    expect(await frame.locator('[value=over]').isChecked()).toBe(true);
    await ask({ control: 'path=/b' });
    await page.keyboard.press('Enter');
    expect(await frame.locator('select').inputValue()).toBe('/b');
    expect(frame.url()).toBe(`http://127.0.0.1:${lower + 1}/`);
  });

  test('brings into view together what fits, and the control in any case', async () => {
    const frame = await open();
    await ask({ control: 'low', beside: ['near'] });
    expect(await inView(frame, '#low')).toBe(true);
    expect(await inView(frame, '#near')).toBe(true);
    await ask({ control: 'low', beside: ['near', 'far'] });
    expect(await inView(frame, '#low')).toBe(true);
    expect(await inView(frame, '#near')).toBe(true);
    expect(await inView(frame, '#far')).toBe(false);
  });

  test('keeps in view what was pointed at while its frame gets smaller', async () => {
    const frame = await open();
    await ask({ control: 'near', beside: ['low'] });
    for (const height of [370, 340]) {
      await page
        .locator('iframe')
        .evaluate((each, to) => each.setAttribute('height', to), `${height}`);
      await frame.waitForFunction((to) => innerHeight === to, height);
      await drawn(frame);
      expect(await inView(frame, '#near')).toBe(true);
      expect(await inView(frame, '#low')).toBe(true);
    }
    // After a press elsewhere, nothing follows.
    await frame.locator('#state').click();
    await frame.evaluate(() => scrollTo(0, 0));
    await page
      .locator('iframe')
      .evaluate((each) => each.removeAttribute('height'));
    await frame.waitForFunction(() => innerHeight < 340);
    await drawn(frame);
    expect(await frame.evaluate(() => scrollY)).toBe(0);
  });

  test('does not hide it behind a header that stays at the top', async () => {
    const frame = await open();
    await frame.evaluate(() => {
      document.documentElement.style.scrollPaddingTop = '120px';
      scrollTo(0, 3000);
    });
    await ask({ control: 'near' });
    const top = await frame
      .locator('#near')
      .evaluate((element) => element.getBoundingClientRect().top);
    expect(top).toBeGreaterThanOrEqual(120);
  });

  test('shows what is beside a control in such a header', async () => {
    const frame = await open();
    await frame.evaluate(() => {
      document.documentElement.style.scrollPaddingTop = '100px';
      const header = document.createElement('header');
      header.style.cssText = 'position: sticky; top: 0; height: 100px';
      header.append(document.querySelector('[name=abort]')!);
      document.body.prepend(header);
    });
    await ask({ control: 'abort', beside: ['low'] });
    expect(await inView(frame, '[name=abort]')).toBe(true);
    expect(await inView(frame, '#low')).toBe(true);
  });

  test('says what is not there, or cannot be seen or pressed', async () => {
    await open();
    expect(await ask({ control: 'nothing' })).toMatchObject({ found: false });
    expect(await ask({ control: 'gone' })).toMatchObject({ found: false });
    expect(await ask({ control: '"]' })).toMatchObject({ found: false });
    expect(await ask({ control: 'abort' })).toMatchObject({
      found: true,
      disabled: true,
    });
  });

  test('tells the values that are watched, now and when they change', async () => {
    const frame = await open();
    const values = (wanted: Record<string, string>) =>
      page.waitForFunction((expected) => {
        const { told: all } = globalThis as unknown as { told: Told[] };
        const { values: last } = all.findLast((each) => each.values) ?? {};
        const names = Object.keys(expected);
        return (
          last &&
          names.length === Object.keys(last).length &&
          names.every((name) => last[name] === expected[name])
        );
      }, wanted);
    await say({
      onTheWire: 'watch',
      names: ['state', 'rate', 'path', 'seen', 'nothing'],
    });
    const first = { rate: 'night', path: '/a', seen: 'updates seen –' };
    await values({ ...first, state: 'open' });
    await frame.evaluate(() => {
      document.getElementById('state')!.textContent =
        ` <b>\n${'x'.repeat(999)}`;
    });
    await values({ ...first, state: `<b> ${'x'.repeat(296)}` });
    await frame.locator('[value=over]').check({ force: true });
    await frame.locator('select').selectOption('/b');
    await frame.evaluate(() => {
      const board = document.querySelector('departures-board')!;
      (board as unknown as { show(data: object): void }).show({
        run: 'aaaaa',
        n: 0,
        departures: [],
        announcements: [],
      });
    });
    await values({
      state: `<b> ${'x'.repeat(296)}`,
      rate: 'over',
      path: '/b',
      seen: 'updates seen 0 of 0',
    });
  });

  test('presses what the shell has pressed, if it can be', async () => {
    const frame = await open();
    await frame.evaluate(() => {
      document.getElementById('low')!.onclick = ({ currentTarget }) =>
        ((currentTarget as HTMLElement).textContent += '!');
    });
    await ask({ onTheWire: 'press', control: 'low' });
    expect(await frame.locator('#low').textContent()).toBe('Low!');
  });

  test('hands on what is said about a frame of its own', async () => {
    const frame = await open();
    const chime = frame.frameLocator('#beside').locator('#chime');
    await chime.waitFor();
    // The script of the frame may be there later than its button.
    for (;;) {
      const { control, found } = await ask({ control: 'beside/chime' });
      expect(control).toBe('beside/chime');
      if (found) break;
    }
    await frame.frameLocator('#beside').locator('#chime:focus').waitFor();
    expect(await inView(frame, '#beside')).toBe(true);
    expect(await ask({ control: 'beside/nothing' })).toMatchObject({
      control: 'beside/nothing',
      found: false,
    });
  });

  test('takes the theme, and hands it on to a frame of its own', async () => {
    const frame = await open();
    const themes = async (now: string | null) => {
      const root =
        now === null ? 'html:not([data-theme])' : `[data-theme=${now}]`;
      await frame.locator(root).waitFor();
      await frame.frameLocator('#beside').locator(root).waitFor();
    };
    await say({ onTheWire: 'theme', theme: 'dark' });
    await themes('dark');
    expect(
      await frame
        .locator('html')
        .evaluate((root) => getComputedStyle(root).colorScheme),
    ).toBe('dark');
    const beside = frame.frameLocator('#beside');
    await beside.locator('html').evaluate((root) => {
      root.id = 'before';
      location.reload();
    });
    await beside.locator('[data-theme=dark]:not(#before)').waitFor();
    await say({ onTheWire: 'theme', theme: 'light' });
    await themes('light');
    await say({ onTheWire: 'theme', theme: '' });
    await themes(null);
    for (const theme of ['blue', { toString: 'dark' }, undefined]) {
      await say({ onTheWire: 'theme', theme: 'dark' });
      await say({ onTheWire: 'theme', theme });
    }
    await themes(null);
  });

  test('hands the theme on to a frame that was ready before the page', async () => {
    page = await browser().newPage();
    const next = `http://127.0.0.1:${lower + 2}/`;
    const framed = page
      .waitForEvent('framenavigated', (frame) => frame.url() === next)
      .then((frame) => frame.waitForLoadState('load'));
    const late = `http://127.0.0.1:${lower + 1}/board/in-the-shell.ts`;
    await page.route(late, async (route) => {
      // It has said that it is ready, and nobody has heard it.
      await framed;
      await route.continue();
    });
    await page.goto(`http://127.0.0.1:${lower}/`);
    await say({ onTheWire: 'theme', theme: 'dark' });
    const beside = page.frameLocator('iframe').frameLocator('#beside');
    await beside.locator('[data-theme=dark]').waitFor();
  });

  test('is deaf and silent in a frame of another origin', async () => {
    const other = await serve(0, async () => ({
      type: 'text/html',
      body: parent(`http://127.0.0.1:${lower + 1}/`),
    }));
    closing.push(other.close);
    const frame = await open(`http://127.0.0.1:${other.port}/`);
    await isDeaf(frame);
  });

  test('is deaf in a frame of another name for the same port', async () => {
    await isDeaf(await open(`http://localhost:${lower}/`));
  });

  test('is deaf to another window of the shell’s own origin', async () => {
    const frame = await open();
    await page.evaluate(
      (message) => {
        // A frame without an address has the origin of its parent.
        const other = document.body.appendChild(
          document.createElement('iframe'),
        );
        const script = other.contentDocument!.createElement('script');
        script.textContent = `parent.frames[0].postMessage(${message}, '*')`;
        other.contentDocument!.body.append(script);
      },
      JSON.stringify({ onTheWire: 'press', control: 'path=/b' }),
    );
    await say({ onTheWire: 'press', control: 'rate=over' });
    await frame.locator('[value=over]:checked').waitFor();
    expect(await frame.locator('select').inputValue()).toBe('/a');
  });

  test('is deaf to a window that it did not come from', async () => {
    await open();
    const popup = page.waitForEvent('popup');
    await page.evaluate(
      (address) => {
        globalThis.open(address);
      },
      `http://127.0.0.1:${lower + 1}/`,
    );
    const own = await popup;
    await own.locator('departures-board').waitFor();
    await own.evaluate(() => {
      postMessage({ onTheWire: 'press', control: 'path=/b' }, '*');
    });
    // What came first is handled first.
    await own.evaluate(() => new Promise((done) => setTimeout(done)));
    expect(await own.locator('select').inputValue()).toBe('/a');
  });

  async function isDeaf(frame: Frame) {
    await say({ onTheWire: 'watch', names: ['state'] });
    await say({ onTheWire: 'press', control: 'path=/b' });
    await say({ onTheWire: 'point', control: 'low', beside: [] });
    // Messages come in order: when this one has, those before it were heard.
    await frame.evaluate(() => {
      addEventListener('message', ({ data }) => {
        if (data === 'last') document.title = 'heard';
      });
    });
    await page.evaluate(() =>
      document.querySelector('iframe')!.contentWindow!.postMessage('last', '*'),
    );
    await frame.waitForFunction(() => document.title === 'heard');
    expect(await frame.locator('select').inputValue()).toBe('/a');
    expect(await frame.locator('[data-pointed]').count()).toBe(0);
    expect(await told()).toEqual([]);
  }
});
