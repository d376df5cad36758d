import { beforeAll, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { pipeline } from 'node:stream';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { tapBefore } from '@on-the-wire/testing/behind-tap.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import {
  alone,
  countOf,
  listenTo,
  shows,
} from '@on-the-wire/testing/lesson-page.ts';
import { requestLate } from '@on-the-wire/testing/respond-late.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer as createBroker } from '../broker.ts';
import { createServer as createGateway } from '../server.ts';
import { closing, timeoutMs, startOperators, startStation } from './acts.ts';
import { freePort } from './free-port.ts';

/** All processes, in this one; the gateways can be stopped and started. */
async function start() {
  const broker = createBroker();
  closing.push(broker.close);
  const { port } = await listen(broker.server);
  const url = `mqtt://127.0.0.1:${port}`;
  const station = await startStation({ broker: url }, []);
  const feed = station.others!['feed']!;
  const { port: feedPort } = await listen(feed);
  const operators = await startOperators({
    station: station.origin,
    feed: `tcp://127.0.0.1:${feedPort}`,
  });
  const ports = [await freePort(), await freePort()];
  const gateways = ports.map((at) => `http://127.0.0.1:${at}`);
  const startGateway = async (at: number) => {
    const gateway = createGateway({
      station: station.origin,
      operators: operators.origin,
      broker: url,
      gateways,
      timeoutMs,
    });
    closing.push(gateway.close);
    await listen(gateway.server, ports[at]);
    return gateway;
  };
  const first = await startGateway(0);
  await startGateway(1);
  // Both have heard of the board.
  for (const origin of gateways)
    for (;;) {
      const { id } = await (await fetch(`${origin}/status`)).json();
      if (id !== '--1') break;
      await new Promise((turn) => setTimeout(turn, 10));
    }
  return { station, operators, gateways, first, broker };
}

describeWithBrowser('the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    const context = await browser().newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
  });
  const visit = async (origin: string) => {
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
    await page.locator('#state[data-state=open]').waitFor();
  };
  const lastId = (id: string) => shows(page, 'last-id', alone(id));
  const tally = (text: string) => shows(page, 'tally', text);

  test('shows board and cards, and says nothing on the console', async () => {
    const { station, gateways } = await start();
    const { said, stop } = listenTo(page);
    await visit(gateways[0]!);
    for (let i = 0; i < 10; i++) station.feed.next();
    await lastId(`${station.feed.run}-10`);
    expect(await countOf(page)).toEqual({ seen: 10, of: 10, doubled: 0 });
    const says = page.locator('main .cards .says', { hasText: 'responds' });
    await says.nth(4).waitFor();
    expect(said).toEqual([]);
    stop();
  });

  test('takes nothing from an event that is not JSON', async () => {
    const { station, gateways, first } = await start();
    const streams: ServerResponse[] = [];
    first.server.on('request', ({ url }, response) => {
      if (url.startsWith('/events')) streams.push(response);
    });
    const { said, stop } = listenTo(page);
    await visit(gateways[0]!);
    await lastId(`${station.feed.run}-0`);
    // What becomes of half an update in a browser that keeps it.
    const half = 'data: {"n":7,"train":"RE: new stream\n\n';
    streams[0]!.write(`event: heartbeat\n${half}`);
    streams[0]!.write(`event: departure\nid: ${station.feed.run}-7\n${half}`);
    station.feed.next();
    await lastId(`${station.feed.run}-1`);
    expect(await countOf(page)).toEqual({ seen: 1, of: 1, doubled: 0 });
    expect(said).toEqual([]);
    stop();
  });

  test('asks nobody while nothing happens, and again when something does', async () => {
    const { station, operators, gateways } = await start();
    const { clock } = page;
    await clock.install();
    /** Seconds of the page, in each of which responses have time to come. */
    const pass = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        await clock.runFor(1_000);
        await page.evaluate(
          (all) => Promise.all(all.map((one) => fetch(`${one}/station/board`))),
          gateways,
        );
      }
    };
    await visit(gateways[0]!);
    const says = page.locator('main .cards .says', { hasText: 'responds' });
    while ((await says.count()) < 5) await pass(1);
    await pass(10);
    const { asked, stop } = listenTo(page);
    const questions = () => asked.filter((url) => url.endsWith('/status'));
    for (let i = 1; i <= 20; i++) {
      station.feed.next();
      await lastId(`${station.feed.run}-${i}`);
      await pass(1);
    }
    expect(questions()).toEqual([]);

    const gone = page.locator('main .cards [data-gone]', {
      hasText: 'operators',
    });
    await operators.close();
    await page.getByRole('button', { name: 'Announce once' }).click();
    await page.locator('#response', { hasText: '502' }).waitFor();
    while ((await gone.count()) === 0) await pass(1);
    // Then only the one that is away is asked, every four seconds at most. On a machine
    // that has much else to do, more than twenty go by in the page.
    await pass(10);
    const now = () => page.evaluate(() => Date.now());
    const began = await now();
    asked.length = 0;
    await pass(20);
    stop();
    const most = Math.ceil(((await now()) - began) / 4_000) + 1;
    expect(new Set(questions())).toEqual(
      new Set([`${gateways[0]}/operators/status`]),
    );
    expect(questions().length).toBeLessThanOrEqual(most);
    await clock.resume();
  });

  test('hears with each heartbeat how its gateway is', async () => {
    const { gateways, broker } = await start();
    const { clock } = page;
    await clock.install();
    await visit(gateways[0]!);
    const reached = page.locator('#gateway-broker', { hasText: /^connected/ });
    await reached.waitFor();
    // From here on no timer of the page runs: it cannot look by itself.
    await clock.pauseAt(Date.now() + 60_000);
    await broker.close();
    await page.locator('#gateway-broker', { hasText: 'not' }).waitFor();
    await clock.resume();
  });

  test.each(['raw socket', 'HTTP', 'webhook'])(
    'has 50 announcements spoken by %s',
    async (way) => {
      const { gateways } = await start();
      await visit(gateways[0]!);
      await page.getByLabel(way, { exact: true }).check({ force: true });
      await page.getByRole('button', { name: 'Announce 50' }).click();
      await tally('announced 50 · spoken 50 · missing 0 · twice 0');
      await page.locator('#response', { hasText: '202' }).waitFor();
    },
  );

  test('keeps a rate that the station is still being told', async () => {
    const { station, gateways } = await start();
    await visit(gateways[0]!);
    await page.locator('[name=rate]:checked').waitFor({ state: 'attached' });
    const late = await requestLate(page, '**/rate');
    const rush = page.getByLabel('rush hour');
    await rush.check({ force: true });
    await late.asked;
    // Then it asks all of them how they are, and the station for its rate.
    const status = page.waitForResponse('**/station/status');
    await page.getByRole('button', { name: 'Announce once' }).click();
    await (await status).finished();
    await tally('announced 1 · spoken 1');
    expect(await rush.isChecked()).toBe(true);
    await late.release();
    expect(station.feed.rate).toBe('rush');
  });

  test('counts from 0 when a way is chosen, also the same again', async () => {
    const { gateways } = await start();
    await visit(gateways[0]!);
    for (const way of ['raw socket', 'raw socket', 'HTTP']) {
      await page.getByLabel(way, { exact: true }).click({ force: true });
      await tally('announced 0 · spoken 0');
      await page.getByRole('button', { name: 'Announce once' }).click();
      await tally('announced 1 · spoken 1 · missing 0');
    }
  });

  test('goes on at the other gateway when one dies, without a gap', async () => {
    const { station, gateways, first } = await start();
    await visit(gateways[0]!);
    for (let i = 0; i < 5; i++) station.feed.next();
    await lastId(`${station.feed.run}-5`);
    await first.close();
    for (let i = 0; i < 5; i++) station.feed.next();
    await page.locator('#gateway', { hasText: gateways[1]! }).waitFor();
    await lastId(`${station.feed.run}-10`);
    expect(await countOf(page)).toEqual({ seen: 10, of: 10, doubled: 0 });
    // What it asks for goes there as well.
    await page.getByRole('button', { name: 'Announce once' }).click();
    await tally('announced 1 · spoken 1');
    await page
      .locator('main .cards [data-gone]', { hasText: /^\s*gateway\s/ })
      .waitFor();
  });

  test('begins where it was served from, by a name that no gateway knows', async () => {
    const { station, gateways } = await start();
    // As a proxy that somebody has put before the first gateway.
    const target = Number(new URL(gateways[0]!).port);
    const proxy = createTcpServer((client) => {
      const upstream = connect(target, '127.0.0.1');
      pipeline(client, upstream, client, () => {});
    });
    const { origin } = await listen(proxy);
    const { said, asked, stop } = listenTo(page);
    closing.push(() => proxy.close());
    await visit(origin);
    station.feed.next();
    await lastId(`${station.feed.run}-1`);
    await shows(page, 'gateway', origin);
    await page.getByRole('button', { name: 'Announce once' }).click();
    await tally('announced 1 · spoken 1');
    await page
      .locator('main .cards [data-gone]', { hasText: /^\s*gateway2\s/ })
      .waitFor();
    expect(await page.locator('#log').textContent()).not.toContain('moving');
    // Nobody has told the other one of this origin, so it may not be read.
    const other = /^Access to fetch at|net::ERR_FAILED/;
    stop();
    expect(asked.filter((url) => url.startsWith(gateways[0]!))).toEqual([]);
    expect(said.filter((line) => !other.test(line))).toEqual([]);
  });

  test('knows the other gateway, though the first took two seconds to say so', async () => {
    const { gateways } = await start();
    const faults = ['latency=900ms'];
    const { port } = new URL(gateways[0]!);
    const tap = await tapBefore(Number(port), { faults });
    closing.push(tap.close);
    await visit(tap.origin);
    tap.break('down');
    await page.locator('#gateway', { hasText: gateways[1]! }).waitFor();
  });

  test('knows by its port which gateway it is called by, at localhost', async () => {
    const { gateways } = await start();
    const url = gateways[1]!.replace('127.0.0.1', 'localhost');
    await visit(url);
    await shows(page, 'gateway', url);
  });

  test('opens again after a 502, with its id', async () => {
    const { station, gateways } = await start();
    await visit(gateways[0]!);
    await page.getByLabel(/passed through/).check({ force: true });
    await page.locator('#state[data-state=open]').waitFor();
    station.feed.next();
    await lastId(`${station.feed.run}-1`);
    station.tap.break('down');
    await page.locator('#state[data-state=waiting]').waitFor();
    for (let i = 0; i < 5; i++) station.feed.next();
    station.tap.break();
    await lastId(`${station.feed.run}-6`);
    expect(await countOf(page)).toEqual({ seen: 6, of: 6, doubled: 0 });
  });

  test('says which side failed', async () => {
    const { operators, gateways } = await start();
    await visit(gateways[0]!);
    await operators.close();
    await page.getByRole('button', { name: 'Announce once' }).click();
    await page
      .locator('#response', {
        hasText: '502 The operators refused the connection.',
      })
      .waitFor();
  });

  test('is accessible, light and dark, at 1280 and at 390 px', async () => {
    const { gateways } = await start();
    await visit(gateways[0]!);
    await page
      .locator('main .cards .says', { hasText: 'responds' })
      .nth(4)
      .waitFor();
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      expect(await accessibilityViolations(page)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth > innerWidth,
      );
      expect([width, overflow]).toEqual([width, false]);
    }
  });
});
