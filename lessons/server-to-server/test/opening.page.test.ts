/** The first minute of the lesson, in a real browser. */
import { expect, test } from '@jest/globals';
import {
  MOST_MS,
  openLesson,
} from '@on-the-wire/course/shell/test/see-opening.ts';
import { parseFaults } from '@on-the-wire/tap/tap.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();

describeWithBrowser('the first minute of server-to-server', (browser) => {
  const open = async (size?: { width: number; height: number }) => {
    const opened = await openLesson(browser(), 'server-to-server', size);
    closing.push(opened.end);
    return opened;
  };

  test('shows what is missing of fifty announcements, and that nobody says so', async () => {
    const opened = await open();
    await opened.press();
    expect(await opened.sincePaint()).toBeLessThan(MOST_MS);
    expect(await opened.outOfView()).toEqual([]);

    const [link, response, spoken] = await opened.seen();
    expect(link!.code).toBe('reset: reset after 1 kB to the server');
    const notes = opened.running
      .log!.lines(0, 100_000)
      .filter(
        ({ kind, link: on }) => kind === 'fault' && on === 'operators-feed',
      );
    expect(notes.at(-1)!.summary).toBe(link!.code);
    expect(response!.code).toBe('POST /operators/announcements → 202');
    const [, heard, missing] =
      /^announced 50 · spoken (\d+) · missing (\d+) · twice 0$/.exec(
        spoken!.code,
      ) ?? [];
    expect(Number(heard) + Number(missing)).toBe(50);

    // Every frame that came whole through the cut was spoken, and no other.
    const frames = opened.running
      .log!.lines(0, 100_000)
      .filter(
        (line) =>
          line.link === 'operators-feed' &&
          line.kind === 'length-prefixed message' &&
          !('problem' in line),
      );
    expect(Number(heard)).toBe(frames.length);
    expect(Number(missing)).toBeGreaterThan(0);
  });

  test('mends what it has broken, and nothing else', async () => {
    const opened = await open();
    const { tap } = opened.running;
    tap.setFaults(parseFaults(['latency=1ms@browser-gateway']));
    await opened.press();
    expect(tap.faults.map(({ name }) => name)).toEqual(['latency']);
  });

  test('fits on a telephone', async () => {
    const opened = await open({ width: 390, height: 844 });
    await opened.pressAgain();
    expect(await opened.outOfView()).toEqual([]);
  });
});
