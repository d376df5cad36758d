import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { transform } from 'esbuild';
import type { Page } from 'playwright-core';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import type { DeparturesBoard } from '../departures-board.ts';
import { createFeed, type Departure, type Update } from '../feed.ts';

// Enough for a busy machine; each test waits for what it expects, not longer.

const html = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>A board</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/board/colours.css">
  <link rel="stylesheet" href="/board/page.css">
  <script type="module" src="/board/departures-board.ts"></script>
  <body>
    <header><h1>A board</h1></header>
    <main></main>
  </body>
</html>`;

const source = (name: string) =>
  readFile(new URL(`../${name}`, import.meta.url), 'utf8');

const train: Departure = {
  train: 'RE 17',
  to: 'Zürich HB',
  due: '05:48',
  platform: '4',
  delay: 0,
  status: 'scheduled',
};

const departure = (n: number, change: object = {}): Update => ({
  id: `aaaaa-${n}`,
  kind: 'departure',
  data: { n, ...train, ...change },
});

const announcement = (
  n: number,
  number: number,
  text = `text ${number}`,
): Update => ({
  id: `aaaaa-${n}`,
  kind: 'announcement',
  data: { n, number, text },
});

describeWithBrowser('<departures-board>', (browser) => {
  let page: Page;
  const errors: string[] = [];

  // One page for all tests, under a policy that allows nothing inline.
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
    await page.route('**/*', async (route) => {
      const { pathname } = new URL(route.request().url());
      const name = pathname.slice('/board/'.length);
      const code = name && (await source(name));
      const headers = { 'content-security-policy': "default-src 'self' data:" };
      if (name.endsWith('.ts')) {
        const { code: body } = await transform(code, { loader: 'ts' });
        await route.fulfill({ contentType: 'text/javascript', body });
      } else if (name) {
        await route.fulfill({ contentType: 'text/css', body: code });
      } else {
        await route.fulfill({ contentType: 'text/html', body: html, headers });
      }
    });
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (line) => {
      if (line.type() === 'error') errors.push(line.text());
    });
    await page.goto('http://board.test/');
  });

  // Each test has a new board.
  beforeEach(() =>
    page.evaluate(() => {
      const board = document.createElement('departures-board');
      document.querySelector('main')!.replaceChildren(board);
    }),
  );

  afterEach(() => {
    if (errors.length > 0) throw new Error(errors.splice(0).join('\n'));
  });

  /** Does something with the board, in the page. */
  const withBoard = <Input, Result>(
    act: (board: DeparturesBoard, input: Input) => Result,
    input?: Input,
  ) =>
    page.locator('departures-board').evaluate(act as never, input) as Promise<
      Awaited<Result>
    >;

  const show = (n: number, rows: object[], run = 'aaaaa') =>
    withBoard(
      (board, data) => {
        board.show(data);
      },
      { run, n, departures: rows.map((row) => ({ ...train, ...row })) },
    );

  const apply = (updates: Update[]) =>
    withBoard((board, all) => {
      for (const { kind, data } of all) {
        if (kind === 'departure') board.apply(data);
        else board.announce(data);
      }
    }, updates);

  const counts = () =>
    withBoard(({ seen, of, doubled }) => ({ seen, of, doubled }));

  /** Waits until the line below the board says this. */
  const untilCount = (text: string) =>
    page.locator('.count').getByText(text, { exact: true }).waitFor();

  /** Waits until a row reads like this, for a screen reader. */
  const untilRow = (name: string) =>
    page.getByRole('row', { name, exact: true }).waitFor();

  const log = () => page.getByRole('listitem').allInnerTexts();

  test('is a table of plain text for a screen reader', async () => {
    expect(await page.getByText('waiting for the board').isVisible()).toBe(
      true,
    );
    await show(0, [
      {},
      { train: 'IC 157', to: 'Łódź Fabryczna', due: '05:51', delay: 5 },
      { train: 'S 8', to: 'Dübendorf', due: '05:45', status: 'boarding' },
      { train: 'S 5', to: 'Bülach', due: '05:40', status: 'departed' },
      { train: 'IC 9', to: 'Liège', due: '05:55', status: 'cancelled' },
    ]);
    await untilRow('05:55 Liège IC 9 4 cancelled');

    const tree = await page.getByRole('table').ariaSnapshot();
    expect(tree.split('\n').slice(0, 16)).toEqual([
      '- table "Departures from Seehausen":',
      '  - caption: Departures from Seehausen',
      '  - rowgroup:',
      '    - row "Time To Train Platform Status":',
      '      - columnheader "Time"',
      '      - columnheader "To"',
      '      - columnheader "Train"',
      '      - columnheader "Platform"',
      '      - columnheader "Status"',
      '  - rowgroup:',
      '    - row "05:48 Zürich HB RE 17 4 on time":',
      '      - cell "05:48"',
      '      - cell "Zürich HB"',
      '      - cell "RE 17"',
      '      - cell "4"',
      '      - cell "on time"',
    ]);
    expect(tree.match(/row ".+"/g)!.slice(2)).toEqual([
      'row "05:51 Łódź Fabryczna IC 157 4 +5 min"',
      'row "05:45 Dübendorf S 8 4 boarding"',
      'row "05:40 Bülach S 5 4 departed"',
      'row "05:55 Liège IC 9 4 cancelled"',
    ]);
    expect(await page.getByText('waiting for the board').isVisible()).toBe(
      false,
    );
  });

  test('turns only the flaps that change, and none for who wants it still', async () => {
    /** What the flaps of a destination show on the way to another, and when. */
    async function watch(
      reducedMotion: 'reduce' | 'no-preference',
      to: string,
    ) {
      await page.emulateMedia({ reducedMotion });
      return withBoard(
        (board, change) =>
          new Promise<{ shown: string[]; took: number }>((resolve) => {
            const flaps = board.shadowRoot!.querySelector('.to .flaps')!;
            const shown: string[] = [];
            let start: number;
            new MutationObserver(() => {
              start ??= performance.now();
              shown.push(flaps.textContent!.trimEnd());
              if (shown.at(-1) !== change.to) return;
              resolve({ shown, took: performance.now() - start });
            }).observe(flaps, { characterData: true, subtree: true });
            // However much happens, it turns no faster.
            for (let i = 0; i < 50; i++) board.apply({ ...change, n: i });
          }),
        { ...train, to },
      );
    }

    await show(-1, [{ to: 'Malmö C' }]);
    const still = await watch('reduce', 'Malmö D');
    await show(-1, [{ to: 'Malmö D' }], 'bbbbb');
    const moving = await watch('no-preference', 'Malmö X');
    await page.emulateMedia({ reducedMotion: 'reduce' });

    expect(still.shown).toEqual(['Malmö D']);
    expect(moving.shown.length).toBeGreaterThan(2);
    expect(moving.shown.filter((text) => !/^Malmö [A-Z]$/.test(text))).toEqual(
      [],
    );
    expect(moving.took).toBeGreaterThan(60);
  });

  test('draws a row once, however often it changes meanwhile', async () => {
    await show(0, [{}]);
    await untilRow('05:48 Zürich HB RE 17 4 on time');
    const drawn = await withBoard(
      (board, row) =>
        new Promise<string[]>((resolve) => {
          const flaps = board.shadowRoot!.querySelector('.status .flaps')!;
          const shown: string[] = [];
          new MutationObserver(() => {
            shown.push(flaps.textContent!.trimEnd());
            if (shown.at(-1) === '+99 min') resolve(shown);
          }).observe(flaps, { characterData: true, subtree: true });
          for (let n = 1; n < 100; n++) board.apply({ ...row, n, delay: n });
        }),
      train,
    );
    expect(drawn).toEqual(['+99 min']);
  });

  test('counts what it saw, what it missed and what came twice', async () => {
    await untilCount('updates seen –');
    await show(10, [{}]);
    await untilCount('updates seen 0 of 0');

    await apply([departure(11, { delay: 5 }), announcement(12, 1)]);
    await untilCount('updates seen 2 of 2');

    await apply([departure(16, { delay: 9 })]);
    await untilCount('updates seen 3 of 6 — 3 missed');

    // Older than the first snapshot: neither seen nor missed.
    await apply([departure(9), departure(10), departure(11)]);
    await untilCount('updates seen 3 of 6 — 3 missed 1 doubled');

    await apply([departure(13), departure(14), announcement(15, 2)]);
    await untilCount('updates seen 6 of 6 1 doubled');
    expect(await counts()).toEqual({ seen: 6, of: 6, doubled: 1 });
    await untilRow('05:48 Zürich HB RE 17 4 +9 min');

    // A snapshot heals the board; that something was missed remains true.
    await show(20, [{ status: 'boarding' }]);
    await untilCount('updates seen 6 of 10 — 4 missed 1 doubled');
    await untilRow('05:48 Zürich HB RE 17 4 boarding');
  });

  test('shows a gap between announcements, and keeps the last few', async () => {
    await show(0, [{}]);
    await apply([announcement(1, 1), announcement(5, 4)]);
    await show(6, [{}]);
    await apply([announcement(5, 4), announcement(8, 6)]);
    expect(await log()).toEqual([
      '6\ntext 6',
      '1 announcement missed',
      '4\ntext 4',
      '2 announcements missed',
      '1\ntext 1',
    ]);
    const numbers = Array.from({ length: 20 }, (_, i) => 7 + i);
    await apply(numbers.map((number) => announcement(number + 2, number)));
    expect(await log()).toEqual(
      numbers
        .map((number) => `${number}\ntext ${number}`)
        .slice(-8)
        .reverse(),
    );
  });

  test('starts again with another run', async () => {
    await show(3, [{}]);
    await apply([announcement(5, 4), announcement(5, 4)]);
    await show(1, [{ to: 'Győr' }], 'bbbbb');
    await untilCount('updates seen 0 of 0');
    await untilRow('05:48 Győr RE 17 4 on time');
    expect(await counts()).toEqual({ seen: 0, of: 0, doubled: 0 });

    await apply([announcement(2, 1, '„Grüezi“')]);
    await untilCount('updates seen 1 of 1');
    expect(await log()).toEqual([
      '1\n„Grüezi“',
      'the server was restarted',
      '4\ntext 4',
    ]);
  });

  test('follows a feed through 300 updates, row by row', async () => {
    const feed = createFeed({ rate: 'over' });
    const { n, departures, run } = feed.snapshot().data;
    await show(n, departures, run);
    await apply(Array.from({ length: 300 }, () => feed.next()));
    await untilCount('updates seen 300 of 300');

    const expected = feed.snapshot().data.departures.map((row) => {
      const late = row.delay > 0 ? `+${row.delay} min` : 'on time';
      const status = row.status === 'scheduled' ? late : row.status;
      return [row.due, row.to, row.train, row.platform, status];
    });
    feed.close();
    expect(
      await withBoard(({ shadowRoot }) =>
        [...shadowRoot!.querySelectorAll('tbody tr')].map((line) =>
          [...line.querySelectorAll('.unseen')].map((cell) => cell.textContent),
        ),
      ),
    ).toEqual(expected);
  });

  test('gives a train whose arrival was missed the row of one that has gone', async () => {
    const trains = ['S 1', 'S 2', 'S 3', 'S 4', 'S 5', 'S 6', 'S 7', 'S 8'];
    const gone = (name: string) => (name === 'S 3' ? 'departed' : 'boarding');
    await show(
      0,
      trains.map((name) => ({ train: name, status: gone(name) })),
    );
    await apply([departure(9)]);
    await untilRow('05:48 Zürich HB RE 17 4 on time');
    const third = page.getByRole('row').nth(3).getByRole('cell');
    expect(await third.nth(2).innerText()).toContain('RE 17');
  });

  test('fits 320 px and more, whatever the server says, and text stays text', async () => {
    const hostile = '<img src=x onerror="alert(1)">';
    await show(0, [
      {
        train: hostile,
        to: 'x'.repeat(500),
        due: '25:61:99',
        platform: '12a/b',
        delay: 123456789,
      },
    ]);
    await apply([announcement(1, 1, hostile + 'y'.repeat(500))]);
    await untilRow(
      `25:61:99 ${'x'.repeat(500)} ${hostile} 12a/b +123456789 min`,
    );
    expect((await log())[0]).toContain(hostile);
    expect(await page.locator('main img').count()).toBe(0);

    for (const width of [1280, 640, 390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      const tooWide = await withBoard(({ shadowRoot }) => {
        const right = (name: string) =>
          [...shadowRoot!.querySelectorAll(name)].map(
            (element) => element.getBoundingClientRect().right,
          );
        return {
          page: document.documentElement.scrollWidth - innerWidth,
          flaps: Math.max(...right('.flaps')) > right('.panel')[0]!,
        };
      });
      expect([width, tooWide]).toEqual([width, { page: 0, flaps: false }]);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  test('has nothing that axe objects to, light or dark', async () => {
    await show(0, [
      {},
      { train: 'S 1', delay: 5 },
      { train: 'S 2', status: 'boarding' },
      { train: 'S 3', status: 'departed' },
      { train: 'S 4', status: 'cancelled' },
    ]);
    await apply([announcement(1, 1), announcement(9, 7), announcement(9, 7)]);
    await untilCount('updates seen 2 of 9 — 7 missed 1 doubled');

    // axe leaves out what is hidden from a screen reader: the flaps.
    const faint = () =>
      withBoard(({ shadowRoot }) => {
        const canvas = new OffscreenCanvas(1, 1).getContext('2d')!;
        const luminance = (...layers: string[]) => {
          for (const layer of layers) {
            canvas.fillStyle = layer;
            canvas.fillRect(0, 0, 1, 1);
          }
          const [red, green, blue] = [
            ...canvas.getImageData(0, 0, 1, 1).data,
          ].map((value) => {
            const part = value / 255;
            return part <= 0.04045
              ? part / 12.92
              : ((part + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
        };
        return [...shadowRoot!.querySelectorAll('td .flaps > span')]
          .map((flap) => {
            const { color, backgroundColor } = getComputedStyle(flap);
            // The lighter half of a flap.
            const ground = luminance(backgroundColor, '#ffffff09');
            const ratio = (luminance(color) + 0.05) / (ground + 0.05);
            return { color, backgroundColor, ratio };
          })
          .filter(({ ratio }) => ratio < 4.5);
      });

    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await faint()).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await faint()).toEqual([]);
  });

  test('speaks politely: at most one sentence in five seconds', async () => {
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await show(0, [{}]);
    await withBoard(({ shadowRoot }) => {
      const voice = shadowRoot!.querySelector('[aria-live="polite"]')!;
      const spoken: string[] = [];
      Object.assign(globalThis, { spoken });
      new MutationObserver(() => spoken.push(voice.textContent!)).observe(
        voice,
        { childList: true },
      );
    });

    await apply([departure(1, { delay: 5 })]);
    for (let round = 0; round < 6; round++) {
      const numbers = Array.from(
        { length: 100 },
        (_, i) => round * 100 + i + 2,
      );
      await apply(numbers.map((n) => announcement(n, n)));
      await page.clock.runFor(2000);
    }
    await apply([departure(1000, { status: 'boarding' })]);
    await page.clock.runFor(8000);
    await apply([departure(1001, { status: 'departed' })]);

    expect(
      await page.evaluate(
        () => (globalThis as unknown as { spoken: string[] }).spoken,
      ),
    ).toEqual([
      'RE 17 to Zürich HB, 5 minutes late',
      '300 changes; text 301',
      '200 changes; text 501',
      '101 changes; RE 17 to Zürich HB, boarding on platform 4',
      'RE 17 to Zürich HB, departed',
    ]);
    expect(await page.locator('[aria-live]').count()).toBe(1);
  });
});
