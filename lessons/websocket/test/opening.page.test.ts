/** The first minute of the lesson, in a real browser. */
import { expect, test } from '@jest/globals';
import {
  MOST_MS,
  openLesson,
} from '@on-the-wire/course/shell/test/see-opening.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();

describeWithBrowser('the first minute of websocket', (browser) => {
  const open = async (size?: { width: number; height: number }) => {
    const opened = await openLesson(browser(), 'websocket', size);
    closing.push(opened.end);
    return opened;
  };

  test('shows the nine bytes of a drag, and what a request costs in this run', async () => {
    const opened = await open();
    await opened.press();
    expect(await opened.sincePaint()).toBeLessThan(MOST_MS);
    expect(await opened.outOfView()).toEqual([]);

    const [drag, request] = await opened.seen();
    const { bytes, line } = drag!.unit!;
    expect(drag!.code).toBe(
      Buffer.from(bytes!)
        .toString('hex', 0)
        .replaceAll(/(..)(?=.)/g, '$1 '),
    );
    expect(line).toMatchObject({ kind: 'websocket binary', direction: 'up' });
    expect(drag!.about).toBe('9 bytes: 3 for the message itself.');
    const train = opened.page.frameLocator('iframe').locator('#train-1');
    // Putting it at 0 first takes a message, too.
    await train.evaluate(
      (each) =>
        new Promise<void>((there) => {
          const look = () =>
            (each as HTMLInputElement).value === '700'
              ? there()
              : requestAnimationFrame(look);
          look();
        }),
    );

    // Of all requests of the page and their responses the smallest.
    const { log } = opened.running;
    const sizes = new Map<string, Record<'up' | 'down', number>>();
    for (const each of log!.lines(0, 100_000)) {
      if (!('exchange' in each) || each.layer > 0) continue;
      if (!/^http\/1\.1 re.* headers$/.test(each.kind)) continue;
      const name = `${each.connection}/${each.exchange}`;
      const known = sizes.get(name) ?? { up: 0, down: 0 };
      // The handshake is no request that a drag could have been.
      if (each.summary.startsWith('101 ')) sizes.delete(name);
      else sizes.set(name, { ...known, [each.direction]: each.size });
    }
    const sums = [...sizes.values()]
      .filter(({ up, down }) => up > 0 && down > 0)
      .map(({ up, down }) => up + down);
    const least = Math.min(...sums);
    expect(request!.about).toContain(`${least} bytes without any body: `);
    expect(least).toBeGreaterThan(400);
  });

  test('moves a train again at the next press', async () => {
    const opened = await open();
    await opened.press();
    const [first] = await opened.seen();
    await opened.press();
    const [second] = await opened.seen();
    expect(second!.unit!.line.n).toBeGreaterThan(first!.unit!.line.n);
  });

  test('fits on a telephone', async () => {
    const opened = await open({ width: 390, height: 844 });
    await opened.pressAgain();
    expect(await opened.outOfView()).toEqual([]);
  });
});
