/** A model's answer in the page: how it comes, how it ends, who is told. */
import { beforeAll, expect, test } from '@jest/globals';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import {
  describeInEngines,
  describeWithBrowser,
} from '@on-the-wire/testing/describe-with-browser.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

/**
 * What a test does with a request about an answer, in place of the lesson, to
 * which `pass` hands it on.
 */
type Reply = (
  request: IncomingMessage,
  response: ServerResponse,
  pass: () => void,
) => void;

/**
 * The lesson behind a tap, its board standing still. A test may put replies of
 * its own before it: each takes one request about an answer.
 */
async function start({ pace = 5, replies = [] as Reply[] } = {}) {
  const feed = createFeed({ rate: 'night', seed: 'answers' });
  feed.close();
  const lesson = createServer({ feed, pace });
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    const { method, url = '', headers } = request;
    const isAnswer = /^\/(?:v1|answers)\//.test(url);
    if (isAnswer)
      asked.push([method, url, headers['last-event-id']].join(' ').trim());
    const reply = isAnswer ? replies.shift() : undefined;
    const pass = () => lesson.server.emit('request', request, response);
    if (reply) reply(request, response, pass);
    else pass();
  });
  const tap = await listenBehindTap(server);
  closing.push(lesson.close, () => server.closeAllConnections(), tap.close);
  closing.push(() => void server.close());
  /** All that the model has said, as the server has it. */
  const said = async (id: string) => {
    const response = await fetch(`${tap.origin}/answers/${id}`);
    const text = await response.text();
    return [...text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)]
      .map(([, token]) => JSON.parse(token!) as string)
      .join('');
  };
  return { asked, said, replies, ...tap };
}

const chunk = (n: number, content: string, reason: string | null = null) =>
  `id: k3x9a-${n}\n` +
  `data: ${JSON.stringify({
    id: 'k3x9a',
    choices: [{ index: 0, delta: { content }, finish_reason: reason }],
  })}\n\n`;
const stream = { 'Content-Type': 'text/event-stream' };

/** Sends an answer in order, to its end or to some place before it. */
const sends =
  (...texts: string[]): Reply =>
  (_request, response) => {
    response.writeHead(200, stream).end(texts.join(''));
  };

/** Sends so much, and resets the connection when the page shows the text. */
const isCutAfter =
  (bytes: Buffer, until: () => Promise<unknown>): Reply =>
  (_request, response) => {
    response.writeHead(200, stream).write(bytes);
    void until().then(() => response.socket!.resetAndDestroy());
  };

/** The lesson's own, but nothing comes after some fifteen tokens. */
const fallsSilent: Reply = (_request, response, pass) => {
  const write = response.write.bind(response);
  let left = 15;
  response.write = ((text: string) =>
    (left -= 1) < 0 || write(text)) as typeof response.write;
  response.end = () => response;
  pass();
};

/** Everything that the status says from now on, as a screen reader hears it. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const told = document.getElementById('told')!;
    const heard: string[] = ((window as never)['heard'] = [] as never);
    new MutationObserver(() => heard.push(told.textContent)).observe(told, {
      childList: true,
    });
  });
const heard = (page: Page) =>
  page.evaluate(() => (window as never)['heard'] as string[]);

const asked1 = 'Asked. The first token takes longest.';
const begun = 'The answer has begun.';
const cut = 'The answer was cut: resuming.';
const goesOn = 'The answer goes on.';
const complete = 'The answer is complete.';
const POST = 'POST /v1/chat/completions';

describeWithBrowser('an answer in the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });
  const visit = async (origin: string) => {
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
    await page.evaluate(() => (Math.random = () => 0.01)); // short waits
    await listen(page);
  };
  const ask = () => page.getByRole('button', { name: 'Ask' }).click();
  const told = (text: string) =>
    page.locator('#told', { hasText: text }).waitFor();
  const shows = (text: string) =>
    page.locator('#answer', { hasText: text }).waitFor();
  const text = (id = 'answer') => page.locator(`#${id}`).textContent();

  test('comes token by token; a screen reader hears its beginning and its end', async () => {
    const { origin, asked, said, ...tap } = await start({ pace: 10 });
    await visit(origin);
    // A few tokens a second, until the test has looked.
    tap.break('down:bandwidth=500B/s');
    await ask();
    await told(begun);
    expect(await page.locator('#answer').getAttribute('aria-busy')).toBe(
      'true',
    );
    expect((await text())!.length).toBeLessThan(100);
    tap.break();
    await told(complete);
    expect(await page.locator('#answer').getAttribute('aria-busy')).toBe(
      'false',
    );
    expect(await heard(page)).toEqual([asked1, begun, complete]);
    const id = (await text('answer-id'))!.slice(0, 5);
    expect(await text()).toBe(await said(id));
    expect(await text()).toMatch(/^The .*\n.*Have a good journey!$/s);
    expect(await text('last-read')).toBe('done: true');
    expect(asked[0]).toBe(POST);
    // What is live in this part of the page: the status, and nothing else.
    const live = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          'section[aria-labelledby=model] :is(output, [role=status], ' +
            '[role=log], [role=alert], [aria-live])',
        ),
      ].map(({ id: name }) => name),
    );
    expect(live).toEqual(['told']);
    expect(await page.getByRole('status').locator('#answer').count()).toBe(0);
  });

  test('that is cut within an event, and within a character, goes on whole', async () => {
    const bytes = Buffer.from(
      chunk(1, 'The ') + chunk(2, 'Züric') + chunk(3, 'h'),
    );
    const second = bytes.indexOf('ü') + 1; // the first of its two bytes
    const { origin, asked } = await start({
      replies: [
        isCutAfter(bytes.subarray(0, second), () => shows('The ')),
        isCutAfter(bytes.subarray(bytes.indexOf('id: k3x9a-2'), -3), () =>
          shows('The Züric'),
        ),
        sends(chunk(3, 'h'), chunk(4, '', 'stop'), 'data: [DONE]\n\n'),
      ],
    });
    await visit(origin);
    await ask();
    await told(complete);
    expect(await text()).toBe('The Zürich');
    expect(asked).toEqual([
      POST,
      'GET /answers/k3x9a k3x9a-1',
      'GET /answers/k3x9a k3x9a-2',
    ]);
    expect(await text('requests')).toBe('3');
    expect(await heard(page)).toEqual([
      asked1,
      begun,
      cut,
      goesOn,
      cut, // then the rest comes at once, with its end
      complete,
    ]);
  });

  test('of which half a character comes, and then the rest, is whole', async () => {
    const bytes = Buffer.from(
      chunk(1, 'The ') + chunk(2, 'Zürich') + chunk(3, '', 'stop'),
    );
    const second = bytes.indexOf('ü') + 1; // of its two bytes
    const { origin } = await start({
      replies: [
        (_request, response) => {
          response.writeHead(200, stream).write(bytes.subarray(0, second));
          void shows('The ').then(() => response.end(bytes.subarray(second)));
        },
      ],
    });
    await visit(origin);
    await ask();
    await told(complete);
    expect(await text()).toBe('The Zürich');
    expect(await text('requests')).toBe('1');
  });

  test('whose body ends in order is not complete without its reason', async () => {
    const { origin, asked } = await start({
      replies: [
        sends(chunk(1, 'The ')),
        // What comes next is only the end of what was half.
        sends(': resumed\n\n', chunk(2, 'end'), chunk(3, '', 'stop')),
      ],
    });
    await visit(origin);
    await ask();
    await told(complete);
    expect(await text()).toBe('The end');
    expect(asked).toEqual([POST, 'GET /answers/k3x9a k3x9a-1']);
  });

  test('that fails after the 200 says so, though its body ended in order', async () => {
    const { origin, asked } = await start();
    await visit(origin);
    await page.getByLabel('Question').fill('Overload, please.');
    await page.getByLabel('Question').press('Enter');
    await told('The answer failed: The model is overloaded.');
    expect(await text('last-read')).toBe('done: true');
    expect(asked).toEqual([POST]);
    expect((await text())!.length).toBeGreaterThan(20);
  });

  test('that nobody knows any more fails with the sentence of the server', async () => {
    const { origin } = await start({ replies: [sends(chunk(1, 'The '))] });
    await visit(origin);
    await ask();
    await told('The answer failed: This answer is not known here.');
    expect(await text()).toBe('The ');
    await page.locator('#ask:enabled').waitFor();
  });

  test('that is refused is not asked for once more', async () => {
    const { origin, asked } = await start({
      replies: [(_, response) => response.writeHead(429).end('Later.')],
    });
    await visit(origin);
    await ask();
    await told('The answer failed: Later.');
    expect(asked).toEqual([POST]);
  });

  test('whose server stays away is given up, and goes on when one wants it', async () => {
    const away: Reply = (_, response) => response.writeHead(502).end();
    const { origin, asked, replies } = await start({
      replies: [
        sends(chunk(1, 'The ')),
        ...Array.from({ length: 5 }, () => away),
      ],
    });
    await visit(origin);
    await ask();
    await told('The answer is cut, and 6 attempts brought no more.');
    expect(asked).toHaveLength(6);
    await page.locator('#ask:enabled').waitFor();
    replies.push(sends(chunk(2, 'end'), chunk(3, '', 'stop')));
    await page.getByRole('button', { name: 'Go on' }).click();
    await told(complete);
    expect(await text()).toBe('The end');
    expect(asked.at(-1)).toBe('GET /answers/k3x9a k3x9a-1');
    expect(await page.getByRole('button', { name: 'Go on' }).count()).toBe(0);
  });

  test('whose connection falls silent counts as cut', async () => {
    const { origin, asked } = await start({
      replies: [
        (_, response) =>
          response.writeHead(200, stream).write(chunk(1, 'The ')),
        sends(chunk(2, 'end'), chunk(3, '', 'stop')),
      ],
    });
    const own = await browser().newPage();
    closing.push(() => own.close());
    // On its own the clock would go on, and further on a busy machine.
    await own.clock.install({ time: 0 });
    await own.clock.pauseAt(1_000);
    await own.goto(origin);
    await own.getByRole('button', { name: 'Ask' }).click();
    await own.locator('#answer', { hasText: 'The ' }).waitFor();
    await own.clock.fastForward(14_000);
    expect(asked).toHaveLength(1);
    await own.clock.fastForward(1_500);
    await own.locator('#told', { hasText: cut }).waitFor();
    await own.clock.fastForward(1_000);
    await own.locator('#told', { hasText: complete }).waitFor();
    expect(await own.locator('#answer').textContent()).toBe('The end');
  });

  test('is not ended by the failure of a stop before it', async () => {
    const { origin, replies } = await start();
    const held = Promise.withResolvers<void>();
    await visit(origin);
    await page.route('**/answers/*', async (route) => {
      await held.promise;
      await route.abort();
    });
    for (const word of ['One ', 'Two '])
      replies.push((_request, response) =>
        response.writeHead(200, stream).write(chunk(1, word)),
      );
    await ask();
    await shows('One ');
    const stopping = page.waitForRequest('**/answers/*');
    await page.getByRole('button', { name: 'Stop' }).click();
    await stopping;
    await ask();
    await shows('Two ');
    const failed = page.waitForEvent('requestfailed');
    held.resolve();
    await failed;
    await page.evaluate(async () => (await fetch('/')).text());
    expect(await text('told')).toBe(begun);
    await page.unroute('**/answers/*');
  });

  test('comes whole through a network that cuts each write into pieces', async () => {
    const { origin, said, ...tap } = await start();
    await visit(origin);
    tap.break('slicer=pieces:8,gap:1ms');
    await ask();
    await told(complete);
    const id = (await text('answer-id'))!.slice(0, 5);
    expect(await text()).toBe(await said(id));
    expect(await text('requests')).toBe('1');
  });

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('is accessible, %s, at %d px', async (colorScheme, width) => {
    const { origin } = await start();
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await visit(origin);
    for (const question of ['Which trains leave next?', 'overload']) {
      await page.getByLabel('Question').fill(question);
      await page.locator('#ask:enabled').waitFor();
      await ask();
      await told(question === 'overload' ? 'failed' : complete);
      expect(await accessibilityViolations(page)).toEqual([]);
    }
    expect(
      await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      ),
    ).toBeLessThanOrEqual(0);
  });
});

describeInEngines('an answer', (browser) => {
  const open = async (origin: string) => {
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(origin);
    return page;
  };

  test('is cut, the page is loaded again, and no token is lost or doubled', async () => {
    // It is not whole before the cut, nor before the page is loaded again,
    // however often the page has given up its silence by then.
    const { origin, asked, said, replies, ...tap } = await start({
      replies: Array.from({ length: 8 }, () => fallsSilent),
    });
    const page = await open(origin);
    await listen(page as never);
    await page.locator('#ask').click();
    const answer = (text: RegExp) =>
      page.locator('#answer', { hasText: text }).waitFor();
    await answer(/The [^]{20}/);
    tap.cut();
    // The first of the two may stand there for some milliseconds only.
    await page.waitForFunction(
      (wanted) =>
        ((window as never)['heard'] as string[]).join().includes(wanted),
      [cut, goesOn].join(),
    );
    await answer(/The [^]{60}/);
    replies.length = 0;
    await page.reload();
    await page.locator('#told', { hasText: complete }).waitFor();
    const id = (await page.locator('#answer-id').textContent())!.slice(0, 5);
    expect(await page.locator('#answer').textContent()).toBe(await said(id));
    const [first, ...others] = asked;
    expect(first).toBe(POST);
    expect(others.length).toBeGreaterThanOrEqual(2);
    for (const each of others.slice(0, -1))
      expect(each).toMatch(new RegExp(`^GET /answers/${id} ${id}-\\d+$`));
  });

  test('is stopped, and the server stops, too', async () => {
    const { origin, asked } = await start({ pace: 250 }); // some 30 s
    const page = await open(origin);
    await page.locator('#ask').click();
    await page.locator('#answer', { hasText: 'The ' }).waitFor();
    await page.locator('#stop').click();
    await page
      .locator('#told', { hasText: 'The answer was stopped.' })
      .waitFor();
    const id = (await page.locator('#answer-id').textContent())!.slice(0, 5);
    const response = await fetch(`${origin}/answers/${id}`);
    const text = await response.text(); // to the end, which comes at once
    expect(text).toContain('"code":"cancelled"');
    expect(text).not.toContain('Have ');
    // The page says that it was stopped before the server knows.
    expect(asked.toSorted()).toEqual([
      `DELETE /answers/${id}`,
      `GET /answers/${id}`,
      POST,
    ]);
    // Loaded again, the page shows what came, and asks for nothing.
    await page.reload();
    await page.locator('#answer', { hasText: 'The ' }).waitFor();
    expect(asked).toHaveLength(3);
  });
});
