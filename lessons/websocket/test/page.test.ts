import { beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import {
  alone,
  countOf,
  listenTo,
  shows,
  showsOnce,
} from '@on-the-wire/testing/lesson-page.ts';
import { requestLate } from '@on-the-wire/testing/respond-late.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { WebSocket as ServersSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../frame.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

/** Starts the lesson behind a tap; its feed is moved by `next()` alone. */
async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close();
  const origins: string[] = [];
  const { server, close } = createServer({ feed, origins, ...options });
  const line = await listenBehindTap(server);
  origins.push(line.origin);
  closing.push(close, line.close);
  return { feed, line, origin: line.origin };
}

describeWithBrowser('the page', (browser) => {
  let page: Page;
  let other: Page;
  beforeAll(async () => {
    const context = await browser().newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
    const second = await browser().newContext({ reducedMotion: 'reduce' });
    other = await second.newPage();
  });
  const visit = async (origin: string, which = page) => {
    closing.push(() => which.goto('about:blank'));
    await which.goto(origin);
    // A page that lost the server reconnects at once: hardly any jitter.
    await which.evaluate(() => {
      Math.random = () => Number('0.0123456789');
    });
  };
  const has = (id: string, words: string | RegExp, which = page) =>
    shows(which, id, words);
  const lastId = (id: string, which = page) => has('last-id', alone(id), which);
  const state = (text: string) => has('state', alone(text));
  const press = (name: string, which = page) =>
    which.getByRole('button', { name }).click();

  test('shows the board and each update, and says nothing else', async () => {
    const { feed, origin } = await start();
    const { said, asked, stop } = listenTo(page);
    await visit(origin);
    await state('open');
    for (let n = 0; n < 20; n++) feed.next();
    await lastId(`${feed.run}-20`);
    expect(await countOf(page)).toEqual({ seen: 20, of: 20, doubled: 0 });
    stop();
    expect(said).toEqual([]);
    const own = asked.map((url) => url.replace(origin, ''));
    expect(own.sort()).toEqual([
      '/',
      '/board/colours.css',
      '/board/departures-board.ts',
      '/board/in-the-shell.ts',
      '/board/page.css',
      '/border.ts',
      '/connection.ts',
      '/incoming.ts',
      '/page.css',
      '/page.ts',
      '/permission.ts',
      '/tracks.ts',
    ]);
    expect(await page.locator('#protocol').textContent()).toBe('board.v1');
  });

  test('a train is moved only where its place has come', async () => {
    const { send } = ServersSocket.prototype;
    const held = Promise.withResolvers<() => void>();
    ServersSocket.prototype.send = function (
      this: ServersSocket,
      ...said: unknown[]
    ) {
      const go = () => Reflect.apply(send, this, said);
      if (typeof said[0] === 'string') go();
      else held.resolve(go); // the first; the next is sent after it
    };
    const { origin } = await start();
    try {
      await visit(origin);
      await state('open');
      const release = await held.promise;
      expect(await page.locator('#tracks :enabled').count()).toBe(0);
      ServersSocket.prototype.send = send;
      release();
    } finally {
      ServersSocket.prototype.send = send;
    }
    const train = page.locator('#train-1:enabled');
    await train.press('End');
    await page.locator('#train-6:enabled').waitFor();
    expect(await train.inputValue()).toBe('1000');
  });

  test('two pages move the same train', async () => {
    const { origin } = await start();
    await visit(origin);
    await visit(origin, other);
    await state('open');
    const here = page.getByLabel('Track 3');
    const there = other.getByLabel('Track 3');
    await page.locator('#train-3:enabled').waitFor();
    await here.scrollIntoViewIfNeeded();
    const box = (await here.boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + 30, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, y, { steps: 20 });
    await page.mouse.up();
    const value = await here.inputValue();
    expect(Math.abs(Number(value) - 500)).toBeLessThan(60);
    await expectValue(there, value);
    // And by keyboard, from the other side.
    await there.press('End');
    await expectValue(here, '1000');
    // Two hands on one train: what is held is not pulled away.
    await page.mouse.move(box.x + box.width - 40, y);
    await page.mouse.down();
    const held = await here.inputValue();
    await there.press('Home');
    await other.getByLabel('Track 4').press('End');
    await expectValue(page.getByLabel('Track 4'), '1000');
    expect(await here.inputValue()).toBe(held);
    await page.mouse.up();
  });

  test('reconnects by itself after cuts, and misses nothing', async () => {
    const { feed, line } = await start();
    await visit(line.origin);
    await lastId(`${feed.run}-0`);
    for (let n = 1; n <= 3; n++) {
      line.cut();
      feed.next();
      await lastId(`${feed.run}-${n}`);
    }
    line.break('down:reset=after:900B');
    const struck = line.injected('reset');
    for (let n = 0; n < 12; n++) feed.next();
    await struck;
    line.break();
    await lastId(`${feed.run}-15`);
    expect(await countOf(page)).toEqual({ seen: 15, of: 15, doubled: 0 });
    await has('closed', '1006');
  });

  test('closes and opens again without missing an update', async () => {
    const { feed, origin } = await start();
    await visit(origin);
    await lastId(`${feed.run}-0`);
    await press('Close');
    await state('closed');
    await has('closed', '1000 the page has enough');
    expect(await page.locator('#report').isDisabled()).toBe(true);
    for (let n = 0; n < 4; n++) feed.next();
    await press('Open again');
    await lastId(`${feed.run}-4`);
    expect(await countOf(page)).toEqual({ seen: 4, of: 4, doubled: 0 });
  });

  test('is healed by a snapshot after a restart, which says 1001', async () => {
    const feed = createFeed({ rate: 'night' });
    feed.close();
    const origins: string[] = [];
    const first = createServer({ feed, origins });
    const { port, origin } = await listen(first.server, await freePort());
    origins.push(origin);
    closing.push(first.close);
    await visit(origin);
    await lastId(`${feed.run}-0`);
    await first.close();
    const words = '1001 the server is going away';
    await page.locator('#log > .waiting', { hasText: words }).waitFor();
    const anew = createFeed({ rate: 'night' });
    anew.close();
    const second = createServer({ feed: anew, origins });
    closing.push(second.close);
    await listen(second.server, port);
    await lastId(`${anew.run}-0`);
    expect(await countOf(page)).toEqual({ seen: 0, of: 0, doubled: 0 });
  });

  test('a refused handshake is a 1006 without a reason', async () => {
    const { origin } = await start();
    const stranger = createHttpServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
    });
    const { origin: elsewhere } = await listen(stranger);
    closing.push(async () => {
      stranger.closeAllConnections();
      await new Promise((done) => stranger.close(done));
    });
    await visit(elsewhere);
    const { said, stop } = listenTo(page);
    const told = await page.evaluate(
      (url) =>
        new Promise((done) => {
          const socket = new WebSocket(url, 'board.v1');
          const events: object[] = [];
          socket.onerror = (event) => events.push({ type: event.type });
          socket.onclose = ({ code, reason, wasClean }) =>
            done([...events, { code, reason, wasClean }]);
        }),
      `${origin.replace('http', 'ws')}/track`,
    );
    expect(told).toEqual([
      { type: 'error' },
      { code: 1006, reason: '', wasClean: false },
    ]);
    // The status is for the reader of the console, not for the page.
    stop();
    expect(String(said)).toContain('Unexpected response code: 403');
  });

  test.each([
    ['without a code', undefined, 1005],
    ['with one', 1000, 1000],
  ])('closed %s, it gets %s back as %i', async (_how, code, told) => {
    const { origin } = await start();
    await visit(origin);
    const close = await page.evaluate(
      ([url, given]) =>
        new Promise((done) => {
          const socket = new WebSocket(url!, 'board.v1');
          socket.onopen = () => socket.close(given);
          socket.onclose = (event) =>
            done({ code: event.code, wasClean: event.wasClean });
        }),
      [`${origin.replace('http', 'ws')}/track`, code] as const,
    );
    expect(close).toEqual({ code: told, wasClean: true });
  });

  test('a handshake of another site carries no cookie but SameSite=None', async () => {
    const server = createHttpServer((_request, response) => {
      response.setHeader('Set-Cookie', [
        'without=1',
        'lax=1; SameSite=Lax',
        'strict=1; SameSite=Strict',
        'none=1; SameSite=None; Secure',
      ]);
      response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
    });
    const elsewhere = createHttpServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
    });
    const { port } = await listen(server);
    const there = await listen(elsewhere);
    const context = await browser().newContext();
    const own = await context.newPage();
    closing.push(async () => {
      await context.close();
      for (const each of [server, elsewhere]) {
        each.closeAllConnections();
        await new Promise((done) => each.close(done));
      }
    });
    /** The cookies of the handshake that a page of this origin sends. */
    const cookiesFrom = async (origin: string) => {
      const handshake = once(server, 'upgrade');
      await own.goto(origin);
      await own.evaluate(
        (url) => new WebSocket(url).url,
        `ws://127.0.0.1:${port}/`,
      );
      const [request, socket] = (await handshake) as [IncomingMessage, Duplex];
      socket.destroy();
      return request.headers.cookie?.split('; ') ?? [];
    };
    const all = ['without=1', 'lax=1', 'strict=1', 'none=1'];
    expect(await cookiesFrom(`http://127.0.0.1:${port}`)).toEqual(all);
    // Another origin, but the same site: its port does not count.
    expect(await cookiesFrom(there.origin)).toEqual(all);
    // Another site. Whether the last one goes along is a setting of browsers:
    // whether they allow third-party cookies.
    const crossSite = await cookiesFrom(`http://localhost:${there.port}`);
    expect([[], ['none=1']]).toContainEqual(crossSite);
  });

  test('notices a silence by a heartbeat of its own', async () => {
    const { feed, line } = await start();
    const own = await browser().newPage();
    closing.push(() => own.close());
    const failed: string[] = [];
    own.on('pageerror', (error) => failed.push(String(error)));
    // On its own the clock would go on, and further on a busy machine.
    await own.clock.install({ time: 0 });
    await own.clock.pauseAt(1_000);
    await own.goto(line.origin);
    await lastId(`${feed.run}-0`, own);
    // As long as something comes, it goes on and on, with a heartbeat every 10 s.
    await own.clock.runFor(10_100);
    for (let n = 0; n < 3; n++) {
      await lastId(feed.next().id, own);
      await own.clock.runFor(10_000);
    }
    await lastId(feed.next().id, own);
    expect(await own.locator('#opened').textContent()).toBe('1');
    // The responses to its heartbeats are no news.
    expect(failed).toEqual([]);
    line.break('silence');
    await own.clock.runFor(10_000);
    await own.locator('#state', { hasText: 'open' }).waitFor();
    await own.clock.runFor(5_000);
    await has('closed', 'nothing for 5 s', own);
    line.break();
    const { id } = feed.next();
    await own.clock.runFor(1_000);
    await lastId(id, own);
  });

  test('shows what waits to be sent', async () => {
    const { origin, line } = await start();
    await visit(origin);
    await state('open');
    // Only a number of a thousand and more has a comma. The page gives up on a
    // silent connection after 15 s, and then nothing waits any more.
    const shown = showsOnce(page, 'buffered', ',');
    line.break('silence');
    // More than the system takes at once, although it is never read: up to
    // 32 MiB for the receiver and 4 MiB for the sender.
    await page.evaluate(() => {
      const { send } = WebSocket.prototype;
      const flood = new Uint8Array(4_000_000);
      WebSocket.prototype.send = function () {
        WebSocket.prototype.send = send;
        for (let n = 0; n < 16; n++) this.send(flood);
      };
    });
    await page.getByLabel('Track 1').press('End');
    await shown;
  });

  test('staff report and announce; others are told why not', async () => {
    const { feed, origin } = await start();
    await page.context().clearCookies();
    await visit(origin);
    await visit(origin, other);
    await state('open');
    await press('Report the next');
    await has('result', 'Only staff may do this: sign in first.');
    await press('Sign in as staff');
    await has('role', 'staff');
    await press('Report the next');
    await lastId(`${feed.run}-1`, other);
    const words = '<b>Gleis 7</b> & „Zürich“';
    await page.getByRole('textbox').fill(words);
    await press('Announce');
    await other.getByText(words).first().waitFor();
    expect(await page.getByRole('textbox').inputValue()).toBe('');
  });

  test('reports a train only once the board has come', async () => {
    const { send } = ServersSocket.prototype;
    const held = Promise.withResolvers<() => void>();
    ServersSocket.prototype.send = function (
      this: ServersSocket,
      ...said: unknown[]
    ) {
      const go = () => Reflect.apply(send, this, said);
      if (String(said[0]).includes('"kind":"snapshot"')) held.resolve(go);
      else go();
    };
    const { origin } = await start();
    try {
      await visit(origin);
      await state('open');
      const release = await held.promise;
      const report = page.getByRole('button', { name: 'Report the next' });
      expect(await report.isDisabled()).toBe(true);
      ServersSocket.prototype.send = send;
      release();
    } finally {
      ServersSocket.prototype.send = send;
    }
    await page.locator('#report:enabled').waitFor();
  });

  test('keeps a rate that the server is still being told', async () => {
    const { feed, origin } = await start();
    await page.context().clearCookies();
    await visit(origin);
    await has('role', 'a passenger');
    const late = await requestLate(page, '**/rate');
    const rush = page.getByLabel('rush hour');
    await rush.check({ force: true });
    await late.asked;
    // It opens another connection, which says the rate that there was.
    await press('Sign in as staff');
    await has('role', 'staff');
    expect(await rush.isChecked()).toBe(true);
    await late.release();
    expect(feed.rate).toBe('rush');
  });

  test('a ticket is good once: before it reconnects it gets another', async () => {
    const { feed, line } = await start({ valid: 600_000 });
    await page.context().clearCookies();
    await visit(line.origin);
    await lastId(`${feed.run}-0`);
    await has('role', 'a passenger');
    await press('Come in with a ticket');
    await has('role', 'staff');
    await press('Report the next');
    await has('result', 'Sent: {"kind":"delay"');
    await lastId(`${feed.run}-1`);
    const { asked, stop } = listenTo(page);
    line.cut();
    await has('opened', '3');
    await has('role', 'staff');
    stop();
    expect(asked).toEqual([`${line.origin}/ticket`]);
    // Closed by hand, it forgets that it came in so.
    await press('Close');
    await state('closed');
    await press('Open again');
    await has('role', 'a passenger');
  });

  test.each(['light', 'dark'] as const)(
    'is accessible, and fits a phone: %s',
    async (colorScheme) => {
      const { feed, origin } = await start();
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 390, height: 844 });
      await visit(origin);
      await lastId(`${feed.run}-0`);
      expect(await accessibilityViolations(page)).toEqual([]);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      expect(wide).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1280, height: 800 });
    },
  );

  test('Chromium understands our frames, and we understand its', async () => {
    // An echo made of nothing but frame.ts.
    const server = createHttpServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
    });
    server.on('upgrade', (request, socket) => {
      const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
      const accept = createHash('sha1')
        .update(request.headers['sec-websocket-key'] + fixed)
        .digest('base64');
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
          `Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      let rest = new Uint8Array();
      socket.on('data', (piece: Buffer) => {
        rest = Uint8Array.from(Buffer.concat([rest, piece]));
        for (;;) {
          const read = decodeFrame(rest);
          if (!read) return;
          rest = rest.slice(read.end);
          const { final, opcode, payload } = read.frame;
          socket.write(encodeFrame({ final, opcode, payload }));
        }
      });
      closing.push(async () => socket.destroy());
    });
    const { origin } = await listen(server);
    closing.push(async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
    await visit(origin);
    const wrong = await page.evaluate(
      async (url) => {
        const socket = new WebSocket(url);
        socket.binaryType = 'arraybuffer';
        await new Promise((done) => (socket.onopen = done));
        const problems: string[] = [];
        // Where the length is written in another way, and anywhere.
        const sizes = [0, 1, 125, 126, 65_535, 65_536, 300_000];
        for (let n = 0; n < 20; n++)
          sizes.push(Math.floor(2 ** (Math.random() * 16)));
        for (const [n, size] of sizes
          .flatMap((each) => [each, each])
          .entries()) {
          const bytes = crypto.getRandomValues(
            new Uint8Array(Math.min(size, 65_536)),
          );
          const text = Array.from(
            { length: size },
            (_, i) => ['a', 'ü', '€', '🚆'][(i * 7 + n) % 4],
          ).join('');
          const isText = n % 2 === 0;
          const heard = new Promise<MessageEvent>(
            (done) => (socket.onmessage = done),
          );
          socket.send(isText ? text : bytes);
          const { data } = await heard;
          const same = isText
            ? data === text
            : String(new Uint8Array(data as ArrayBuffer)) === String(bytes);
          if (!same) problems.push(`${isText ? 'text' : 'bytes'} of ${size}`);
        }
        const closed = new Promise<CloseEvent>(
          (done) => (socket.onclose = done),
        );
        socket.close(4321, 'genug');
        const { code, reason, wasClean } = await closed;
        return [...problems, `${code} ${reason} ${wasClean}`];
      },
      origin.replace('http', 'ws'),
    );
    expect(wrong).toEqual(['4321 genug true']);
  });
});

/** Waits until a slider stands where it should. */
async function expectValue(
  slider: ReturnType<Page['getByLabel']>,
  value: string,
) {
  const handle = (await slider.elementHandle())!;
  await slider
    .page()
    .waitForFunction(([each, is]) => (each as HTMLInputElement).value === is, [
      handle,
      value,
    ] as const);
}
