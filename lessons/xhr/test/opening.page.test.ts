/** The first minute of the lesson, in a real browser. */
import { expect, test } from '@jest/globals';
import {
  MOST_MS,
  openLesson,
} from '@on-the-wire/course/shell/test/see-opening.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();

describeWithBrowser('the first minute of xhr', (browser) => {
  const open = async (size?: { width: number; height: number }) => {
    const opened = await openLesson(browser(), 'xhr', size);
    closing.push(opened.end);
    return opened;
  };

  test('shows the same board twice: 200 in the page, 304 on the wire', async () => {
    const opened = await open();
    await opened.press();
    expect(await opened.sincePaint()).toBeLessThan(3 * MOST_MS);
    expect(await opened.outOfView()).toEqual([]);

    const [first, second, page] = await opened.seen();
    const firstLine = (bytes: Uint8Array | undefined) =>
      new TextDecoder().decode(bytes).split('\r\n')[0];
    expect(first!.code).toBe('HTTP/1.1 200 OK');
    expect(firstLine(first!.unit!.bytes)).toBe(first!.code);
    expect(second!.code).toBe('HTTP/1.1 304 Not Modified');
    expect(firstLine(second!.unit!.bytes)).toBe(second!.code);
    // All there is of it: a 304 has no body.
    expect(second!.about).toBe(`${second!.unit!.line.size} bytes`);
    const sizeOfFirst = Number(
      /^([\d,]+) bytes$/.exec(first!.about)?.[1]?.replace(',', ''),
    );
    expect(sizeOfFirst).toBeGreaterThan(first!.unit!.line.size + 100);

    expect(page!.code).toBe('load, status 200');
    const log = opened.page.frameLocator('iframe').first().locator('#log');
    expect(await log.locator('li').first().innerText()).toContain(page!.code);
    expect(await log.innerText()).not.toContain('304');
  });

  test('fits on a telephone', async () => {
    const opened = await open({ width: 390, height: 844 });
    await opened.press();
    expect(await opened.outOfView()).toEqual([]);
  });
});
