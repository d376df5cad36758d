import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { runLesson } from '@on-the-wire/course/harness/run-lesson.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closeAll, start } from './start.ts';

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
  await closeAll();
});

describeWithBrowser('the page in the frame of the shell', (browser) => {
  test('can do all that it can in a tab of its own', async () => {
    const nowhere = new PassThrough().resume();
    const { shellUrl, stop } = await runLesson(findLesson('http2'), {
      port: await freeAdjacentPorts(3),
      terminal: { stdout: nowhere, stderr: nowhere },
    });
    ending.push(stop);
    const page = await browser().newPage();
    ending.push(() => page.close());
    await page.goto(shellUrl!);
    const frame = page.frameLocator('iframe');
    await frame.getByText('This page came over h2.').waitFor();
    const shows = (id: string, text: string | RegExp) =>
      frame.locator(`#${id}`, { hasText: text }).waitFor();
    const press = (name: string) =>
      frame.getByRole('button', { name, exact: true }).click();
    await shows('state', 'open');

    for (const id of ['load', 'twelve-h2', 'dictate-h2', 'goaway'])
      expect(await frame.locator(`#${id}`).isEnabled()).toBe(true);
    const report = 'Report the next train 5 minutes late';
    await press(report);
    await shows('response', '→ 401');
    await press('Sign in as staff');
    await shows('response', '→ 204');
    await shows('state', 'open');
    await press(report);
    // Trains come and go meanwhile: 200, or a train that has just left.
    await shows('response', /^POST \/delays .* → \d/);
    expect(await frame.locator('#response').innerText()).toMatch(
      /→ (?:200|4(?!01)\d\d) /,
    );
    await press('Let the server close the connection');
    await shows('response', 'PUT /goaway → 204');
  });

  test('knows its protocol where a browser tells only of its files', async () => {
    const { port } = await start();
    const page = await browser().newPage();
    ending.push(() => page.close());
    // As in a frame of another origin in Firefox and WebKit.
    await page.addInitScript(() => {
      const { prototype } = PerformanceNavigationTiming;
      Object.defineProperty(prototype, 'nextHopProtocol', { value: '' });
    });
    await page.goto(`https://127.0.0.1:${port}/`);
    await page.getByText('This page came over h2.').waitFor();
    for (const id of ['load', 'twelve-h2', 'dictate-h2', 'goaway'])
      expect(await page.locator(`#${id}`).isEnabled()).toBe(true);
  });
});

/** What a page's fetch is given. */
interface Init {
  method: string;
  mode?: 'no-cors';
  body: string;
}

describeWithBrowser('a page of another site', (browser) => {
  let page: Page;
  let lesson: Awaited<ReturnType<typeof start>>;
  let stranger: string;

  beforeEach(async () => {
    lesson = await start();
    const site = createHttpServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><link rel="icon" href="data:,">
<form method="post" enctype="text/plain" action="https://127.0.0.1:${lesson.port}/delays">
<input name='{"train":"S 5","minutes":5,"' value='":1}'>
<button>Win a prize</button></form>`);
    });
    const { port } = await listen(site);
    stranger = `http://stranger.example:${port}/`;
    page = await browser().newPage();
    ending.push(
      async () => site.close(),
      () => page.close(),
    );
    // Its reader has signed in, in a tab of its own.
    await page.goto(`https://127.0.0.1:${lesson.port}/`);
    await page.getByRole('button', { name: 'Sign in as staff' }).click();
    await page.locator('#response', { hasText: '→ 204' }).waitFor();
    await page.goto(stranger);
  });

  /** The next request for a path, and the status it got. */
  async function next(path: string, event: 'request' | 'connect' = 'request') {
    for (;;) {
      const [request, response] = (await once(lesson.server, event)) as [
        Http2ServerRequest,
        Http2ServerResponse,
      ];
      if (request.url !== path) continue;
      if (!response.writableFinished) await once(response, 'finish');
      return { request, status: response.statusCode };
    }
  }

  test('cannot report by a form, although the cookie goes along', async () => {
    const reported = next('/delays');
    await page.getByRole('button').click();
    const { request, status } = await reported;
    expect(request.headers).toMatchObject({
      cookie: expect.stringMatching(/^staff=/),
      'content-type': 'text/plain',
      'sec-fetch-site': 'cross-site',
    });
    expect(status).toBe(401);
    await page.getByText('Only staff may report').waitFor();
    expect(lesson.feed.snapshot().id).toBe(`${lesson.feed.run}-0`);
  });

  test('cannot report, sign in or change the rate by fetch', async () => {
    const send = (path: string, init: Init) =>
      page.evaluate(
        ([url, given]) =>
          fetch(url, { ...given, credentials: 'include' }).then(
            () => 'sent',
            (error) => `${error}`,
          ),
        [`https://127.0.0.1:${lesson.port}${path}`, init] as const,
      );
    const post: Init = { method: 'POST', mode: 'no-cors', body: '{}' };

    // Below another site's page there is another jar, and nothing is in it.
    const reported = next('/delays');
    expect(await send('/delays', post)).toBe('sent');
    const { request, status } = await reported;
    expect(request.headers.cookie).toBeUndefined();
    expect(status).toBe(401);

    // Nor can it put something in.
    const signed = next('/sign-in');
    expect(await send('/sign-in', post)).toBe('sent');
    expect((await signed).status).toBe(403);
    const again = next('/delays');
    await send('/delays', post);
    expect((await again).request.headers.cookie).toBeUndefined();

    // What a form cannot send is not sent: the server must allow it first.
    const asked = next('/rate');
    const rate = { method: 'PUT', body: '{"rate":"rush"}' };
    expect(await send('/rate', rate)).toBe('TypeError: Failed to fetch');
    expect((await asked).request.method).toBe('OPTIONS');
    expect(lesson.feed.rate).toBe('night');
  });
});
