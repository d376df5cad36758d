/** The first minute: one press, and the reader's own connection is cut. */
import { expect, test } from '@jest/globals';
import {
  MOST_MS,
  openLesson,
  type Opened,
} from '@on-the-wire/course/shell/test/see-opening.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

/** All bytes of a direction that were recorded of a connection. */
function recorded({ running }: Opened, connection: number): string {
  const parts: Buffer[] = [];
  for (const { direction, bytes } of running.tap.recording.reads(connection))
    if (direction === 'down') parts.push(Buffer.from(bytes));
  return Buffer.concat(parts).toString('latin1');
}

describeWithBrowser('the first minute of sse', (browser) => {
  const open = async (size?: { width: number; height: number }) => {
    const opened = await openLesson(browser(), 'sse', size);
    closing.push(opened.end);
    return opened;
  };

  test('begins with one sentence and one button', async () => {
    const { page } = await open();
    const shown = await page.evaluate(() => {
      const { bottom } = document
        .querySelector('#shell-tutorial')!
        .getBoundingClientRect();
      const parts = '#shell-tutorial :is(p, li, h2, td, button, pre, h1)';
      return [...document.querySelectorAll(parts)]
        .filter(
          (part) =>
            part.checkVisibility() && part.getBoundingClientRect().top < bottom,
        )
        .map((part) => part.textContent.trim());
    });
    expect(new Set(shown)).toEqual(
      new Set([
        'Server-Sent Events',
        'One connection keeps the departures board up to date.',
        'Cut this connection',
      ]),
    );
  });

  test('shows in one view what was cut, what the browser did, and that nothing was lost', async () => {
    const opened = await open();
    let took = await opened.press();
    expect(await opened.sincePaint()).toBeLessThan(MOST_MS);
    expect(await opened.outOfView()).toEqual([]);

    const [event, request, board] = await opened.seen();
    const { line, bytes } = event!.unit!;
    expect(event!.code).toBe(`${text(bytes)}⚡`);
    expect(event!.code).toMatch(/\ndata: \{"n":\d+,.*[\p{L}\d]{2}⚡$/u);
    const all = recorded(opened, line.connection);
    const response = all.slice(all.lastIndexOf('HTTP/1.1 200 OK'));
    expect(response.endsWith(text(bytes).slice(-8))).toBe(true);

    // The same event, whole, on the connection that the browser opened.
    const again = board!.unit!;
    expect(text(again.bytes).startsWith(text(bytes))).toBe(true);
    expect(again.line.connection).not.toBe(line.connection);
    expect(event!.about).toBe(
      `Stopped at byte ${response.length.toLocaleString('en')} of the response, after ${line.size} of the event’s ${again.line.size} bytes.`,
    );

    const lines = text(request!.unit!.bytes).split('\r\n');
    const named = lines.find((each) => each.startsWith('Last-Event-ID: '))!;
    expect(request!.code).toBe(`GET /events HTTP/1.1\n${named}`);
    expect(request!.about).toMatch(/^\d\.\d s later$/);
    expect(board!.code).toMatch(/^updates seen (\d+) of \1$/);
    expect(await opened.page.locator('.opening .after').innerText()).toBe(
      'You have just cut your own connection, and nothing was lost. Why?',
    );

    // Alone it takes some five seconds; what others do on this machine may
    // slow it down.
    for (let more = 0; more < 9 && took > 5_000; more += 1)
      took = await opened.press();
    expect(took).toBeLessThan(10_000);
  });

  test('says on the wire what was done', async () => {
    const opened = await open();
    await opened.press();
    const [event] = await opened.seen();
    const { connection, n } = event!.unit!.line;
    // What came of other connections may stand between.
    const before = opened.running
      .log!.lines(0, n)
      .findLast((each) => each.n < n && each.connection === connection);
    expect(before).toMatchObject({
      kind: 'fault',
      summary: expect.stringMatching(
        /^cut: cut by hand within an event: \d+ of the \d+ bytes/,
      ),
    });
  });

  test('keeps what was shown, leads to its units, and can be repeated', async () => {
    const opened = await open();
    const { page } = opened;
    await opened.press();
    expect(await page.locator('.opening .press').innerText()).toBe('Again');
    expect(
      await page
        .locator('.opening .press')
        .evaluate((button) => button === document.activeElement),
    ).toBe(true);
    const said = await page.locator('#shell-said').innerText();
    expect(said).toContain('The event that stopped: Stopped at byte ');
    expect(said).toContain('The board: updates seen ');
    expect(said).toContain('nothing was lost. Why?');

    const first = await opened.seen();
    await page.reload();
    await page.locator('.opening .after').waitFor();
    expect((await opened.seen()).map(({ code }) => code)).toEqual(
      first.map(({ code }) => code),
    );

    const link = page.locator('.opening .shown a').first();
    await link.press('Enter');
    await page.locator('.wire .unit').waitFor();
    expect(
      await page.locator('.wire .line[aria-selected=true]').innerText(),
    ).toContain('unfinished event');

    await opened.press();
    const second = await opened.seen();
    expect(second[0]!.unit!.line.n).toBeGreaterThan(first[0]!.unit!.line.n);
    await page.locator('.opening .after a').press('Enter');
    await page.waitForURL('**/#step-1');
  });

  test('is not in the way of a reader who comes back, and can be opened again', async () => {
    const opened = await open();
    const { page } = opened;
    // Its own page has come, so the shell's is complete, too.
    const state = page.frameLocator('iframe').locator('#state');
    await state.filter({ hasText: 'open' }).waitFor();
    await page.keyboard.press('n');
    await page.locator('#shell-here', { hasText: 'One response' }).waitFor();
    const top = () =>
      page.locator('#shell-tutorial').evaluate(({ scrollTop }) => scrollTop);
    const before = await top();
    expect(before).toBeGreaterThan(500);
    await page.goto('about:blank');
    await page.goto(opened.running.shellUrl!);
    await page.locator('.opening .press').waitFor();
    await page.waitForFunction(
      () => document.querySelector('#shell-tutorial')!.scrollTop > 500,
    );

    await page.locator('#shell-contents-button').click();
    const first = page.locator('#shell-contents a').first();
    expect(await first.innerText()).toBe('The first minute');
    await first.click();
    await page.waitForFunction(
      () => document.querySelector('#shell-tutorial')!.scrollTop < 120,
    );
    await page.locator('.opening .press').click({ trial: true });
    expect(await top()).toBeLessThan(120);
  });

  test('fits on a telephone, and pleases axe', async () => {
    const opened = await open({ width: 390, height: 844 });
    await opened.pressAgain();
    expect(await opened.outOfView()).toEqual([]);
    expect(await accessibilityViolations(opened.page)).toEqual([]);
  });
});
