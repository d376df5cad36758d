/** The first minute of the lesson, in a real browser. */
import { expect, test } from '@jest/globals';
import {
  MOST_MS,
  openLesson,
} from '@on-the-wire/course/shell/test/see-opening.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();

describeWithBrowser('the first minute of http2', (browser) => {
  const open = async (size?: { width: number; height: number }) => {
    const opened = await openLesson(browser(), 'http2', size);
    closing.push(opened.end);
    return opened;
  };

  test('shows what a hundred boards took, both ways', async () => {
    const opened = await open();
    await opened.press();
    expect(await opened.sincePaint()).toBeLessThan(MOST_MS);
    expect(await opened.outOfView()).toEqual([]);

    const [http1, h2] = await opened.seen();
    const page = opened.page.frameLocator('iframe');
    expect(http1!.code).toMatch(/^[\d,]+ ms, 6 connections, \d+ kB, \d+ late$/);
    expect(h2!.code).toMatch(/^[\d,]+ ms, 1 connection, \d+ kB, \d+ late$/);
    const shown = (id: string) => page.locator(`#${id}`).innerText();
    for (const [name, { code }] of [
      ['http1', http1!],
      ['h2', h2!],
    ] as const)
      expect(
        `${await shown(`${name}-counts`)} ${await shown(`${name}-late`)}`,
      ).toBe(code);

    // The last of the hundred requests, as each of them was sent.
    expect(new TextDecoder().decode(http1!.unit!.bytes)).toMatch(
      /^GET \/board\?station=99&wait=50 HTTP\/1\.1\r\n/,
    );
    expect(http1!.about).toBe(http1!.unit!.line.summary);
    expect(h2!.unit!.line).toMatchObject({ kind: 'http/2 HEADERS' });
    expect(h2!.about).toBe(h2!.unit!.line.summary);
  });

  test('fits on a telephone', async () => {
    const opened = await open({ width: 390, height: 844 });
    await opened.pressAgain();
    expect(await opened.outOfView()).toEqual([]);
  });
});
