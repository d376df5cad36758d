/**
 * What the side trip *Uploads* says of a cut, and of what is sent as the page
 * goes, in every engine.
 */
import { expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { closing, start } from './visit.ts';

describeInEngines('an upload that is cut', (browser, engine) => {
  /** The page, behind a tap; in the middle of its first request, a cut. */
  async function cutIn(way: 'again' | 'resume') {
    const lesson = await start();
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(lesson.origin);
    await page.locator('#if-cut').selectOption(way);
    await page.evaluate<void>(() => {
      document.getElementById('send')!.dataset['size'] = '3000000';
    });
    lesson.line.break('bandwidth=2MB/s');
    const method = way === 'again' ? 'PUT' : 'PATCH';
    let bytes = 0;
    let isCut = false;
    lesson.server.on('request', (request: IncomingMessage) => {
      if (request.method !== method) return;
      request.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (isCut || bytes < 1_000_000) return;
        isCut = true;
        lesson.line.cut();
        lesson.line.break();
      });
    });
    await page.locator('#send').click();
    const said = page.locator('#sent', { hasText: 'SHA-256' });
    await said.waitFor();
    const requests = lesson.exchanges
      .filter(({ url }) => url.startsWith('/recordings'))
      .map(({ method: name, headers }) => {
        const at = headers.indexOf('Upload-Offset');
        return { name, offset: at < 0 ? undefined : Number(headers[at + 1]) };
      });
    // What the server has counted, as the page shows it.
    const told = await page.locator('#in-all').textContent();
    const inAll = Number(told!.replaceAll(',', ''));
    return { requests, bytes, inAll, words: await said.textContent() };
  }

  test('is resumed from the offset that HEAD says', async () => {
    const { requests, bytes, inAll, words } = await cutIn('resume');
    expect(words).toMatch(/the same as here$/);
    // A browser may send the cut one once more by itself: it gets 409.
    const [post, first, ...rest] = requests;
    const repeated = rest.length > 2 ? rest.shift() : undefined;
    expect([post, first, rest[0]]).toEqual([
      { name: 'POST', offset: undefined },
      { name: 'PATCH', offset: 0 },
      { name: 'HEAD', offset: undefined },
    ]);
    expect(rest[1]!.offset).toBeGreaterThanOrEqual(1_000_000);
    if (repeated) expect(repeated).toEqual(first);
    if (engine === 'webkitgtk') expect(repeated).toBeUndefined();
    // What had arrived is not received once more; of the 409 one, the first
    // reads.
    expect(bytes - 3_000_000).toBeLessThan(repeated ? 1_000_000 : 1);
    expect(inAll).toBe(bytes);
  });

  test('is sent again from its first byte, if it is not resumable', async () => {
    const { bytes, inAll, words } = await cutIn('again');
    expect(words).toMatch(/the same as here$/);
    expect(inAll).toBeGreaterThanOrEqual(4_000_000);
    expect(inAll).toBe(bytes);
  });
});

describeInEngines('a page that sends as it goes', (browser) => {
  test('says after the reload what has arrived, and the next time nothing', async () => {
    const lesson = await start();
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(lesson.origin);
    await page.locator('#farewell-size').selectOption('32768');
    await page.locator('#leave').click();
    const left = (way: string, words = '') =>
      page.locator(`#left-${way}`, { hasText: words });
    const arrived = 'arrived, 32,768 bytes';
    await left('keepalive', arrived).waitFor();
    await left('beacon', arrived).waitFor();
    await page.reload();
    await page.locator('#state[data-state=open]').waitFor();
    expect(await left('keepalive').textContent()).toBe('–');
  });
});
