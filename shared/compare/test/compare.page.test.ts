import { expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/lesson/board/feed.ts';
import { parseFaults } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { measureTurn, type Conditions } from '../measure.ts';
import { pageOfComparison } from '../report/page-of-comparison.ts';
import { transports, type Transport } from '../transports/transports.ts';
import { madeUpComparison } from './comparison.ts';

const conditions: Conditions = {
  updates: 4,
  every: 20,
  seed: 'test',
  faults: [],
  recover: false,
};
/** What a server says of itself now and then would be counted, too. */
const silent = { comment: 600_000, heartbeat: 600_000, ping: 600_000 };
const transport = (id: string, over?: Transport['over']) => {
  const found = transports.find(
    (each) => each.id === id && (!over || each.over === over),
  )!;
  return { ...found, options: { ...silent, ...found.options } };
};

/** The updates that a turn tells: a run's name has always five characters. */
function toldUpdates() {
  const feed = createFeed({ seed: 'test' });
  feed.close();
  feed.next();
  return Array.from({ length: conditions.updates }, () => feed.next());
}
const bytes = (text: string) => Buffer.byteLength(text);
const sum = (numbers: number[]) => numbers.reduce((one, two) => one + two, 0);
/** RFC 9112, 7.1: size in hexadecimal, and two ends of lines. */
const chunk = (size: number) => size.toString(16).length + 2 + size + 2;
/** RFC 9113, 4.1: nine bytes. */
const FRAME_HEADER = 9;
/** RFC 9113, 6.9. */
const WINDOW_UPDATE = FRAME_HEADER + 4;
/** RFC 6455, 5.2: a server's frame. */
const frame = (size: number) => (size < 126 ? 2 : 4) + size;

describeWithBrowser('a turn, in a real page behind a tap', (browser) => {
  test.each([
    ['streamed', (json: string) => chunk(bytes(`${json}\n`))],
    ['websocket', (json: string) => frame(bytes(json))],
  ] as const)('%s: each update has exactly its frame', async (id, size) => {
    const turn = await measureTurn(transport(id), browser(), conditions);
    const expected = toldUpdates().map((each) => size(JSON.stringify(each)));
    expect(turn.traffic).toMatchObject({
      up: 0,
      down: sum(expected),
      roundTrips: 0,
      connections: 1,
    });
    expect(turn.delivery).toMatchObject({ lost: 0, doubled: 0 });
    expect(turn.delivery.times).toHaveLength(4);
  });

  test('sse: fields and chunks, to the byte; after a reset it has lost nothing', async () => {
    const recovering = { ...conditions, recover: true };
    const turn = await measureTurn(transport('sse'), browser(), recovering);
    const events = toldUpdates().map(({ id, kind, data }) => {
      const json = JSON.stringify(data);
      return bytes(`event: ${kind}\nid: ${id}\ndata: ${json}\n\n`);
    });
    const payload = toldUpdates().map(({ data }) =>
      bytes(JSON.stringify(data)),
    );
    expect(turn.traffic).toMatchObject({
      up: 0,
      down: sum(events.map(chunk)),
      payload: sum(payload),
    });
    expect(turn.cut).toMatchObject({ lost: 0, doubled: 0 });
    // It waits as long as `retry` said, and not longer than it must.
    expect(turn.cut!.ms).toBeGreaterThan(1_900);
    expect(turn.restart!.ms).toBeGreaterThan(0);
  });

  test.each([
    ['streamed', (json: string) => bytes(`${json}\n`)],
    ['websocket', (json: string) => frame(bytes(json))],
  ] as const)(
    '%s over HTTP/2: a DATA frame for each read',
    async (id, size) => {
      const wanted = transport(id, 'HTTP/2');
      const turn = await measureTurn(wanted, browser(), conditions);
      const told = toldUpdates().map((each) => size(JSON.stringify(each)));
      // What the gateway reads at once, it sends at once: a read is no message.
      const frames = told.map((_, at) => (at + 1) * FRAME_HEADER);
      expect(frames).toContain(turn.traffic.down - sum(told));
      expect(turn.traffic).toMatchObject({ connections: 1 });
      // Chromium makes room again for what it has read, after five seconds too:
      // on a busy machine within the turn.
      expect(turn.traffic.up % WINDOW_UPDATE).toBe(0);
      expect(turn.delivery).toMatchObject({ lost: 0, doubled: 0 });
    },
  );

  test('websocket over HTTP/2: after a reset it reconnects over HTTP/1.1', async () => {
    const wanted = transport('websocket', 'HTTP/2');
    const recovering = { ...conditions, recover: true };
    const turn = await measureTurn(wanted, browser(), recovering);
    expect(turn.cut).toMatchObject({ lost: 0, doubled: 0 });
    expect(turn.restart!.ms).toBeGreaterThan(0);
  });

  test('mqtt: each update published and acknowledged; cut, none is lost', async () => {
    const recovering = { ...conditions, recover: true };
    const turn = await measureTurn(transport('mqtt'), browser(), recovering);
    const expected = toldUpdates().map((each) => {
      const rest =
        2 + bytes('station/updates') + 2 + bytes(JSON.stringify(each));
      // MQTT, 2.2.3: seven bits of the length in each byte.
      return 1 + (rest < 128 ? 1 : 2) + rest;
    });
    expect(turn.traffic).toMatchObject({
      up: 4 * conditions.updates, // PUBACK, section 3.4
      down: sum(expected),
      connections: 1,
    });
    expect(turn.delivery).toMatchObject({ lost: 0, doubled: 0 });
    expect(turn.cut).toMatchObject({ lost: 0, doubled: 0 });
  });

  test('mqtt: who is back too late for all of it hears of it by the next', async () => {
    const faults = parseFaults(['latency=300ms']);
    const turn = await measureTurn(transport('mqtt'), browser(), {
      ...conditions,
      faults,
      recover: true,
    });
    expect(turn.cut).toMatchObject({ lost: 0, doubled: 0 });
    expect(turn.cut!.ms).toBeGreaterThan(500);
  });

  test('websocket, compressed: fewer bytes than their text', async () => {
    const id = 'websocket-deflate';
    const turn = await measureTurn(transport(id), browser(), conditions);
    const plain = toldUpdates().map((each) => bytes(JSON.stringify(each)));
    expect(turn.traffic.down).toBeLessThan(sum(plain) / 2);
    expect(turn.delivery).toMatchObject({ lost: 0, doubled: 0 });
  });

  test('long polling: a request for each response, and nothing lost', async () => {
    const turn = await measureTurn(
      transport('long-polling'),
      browser(),
      conditions,
    );
    expect(turn.traffic.roundTrips).toBeGreaterThan(0);
    expect(turn.traffic.roundTrips).toBeLessThanOrEqual(4);
    expect(turn.traffic.up).toBeGreaterThan(turn.traffic.roundTrips * 200);
    expect(turn.delivery).toMatchObject({ lost: 0, doubled: 0 });
  });

  test('polling: the board is right, and each update lost', async () => {
    const turn = await measureTurn(transport('polling'), browser(), conditions);
    expect(turn.delivery).toMatchObject({ lost: 4, doubled: 0 });
    expect(turn.delivery.times).toHaveLength(4);
  });
});

describeWithBrowser('the page of a comparison', (browser) => {
  test('stands alone, runs nothing, and is accessible: light and dark', async () => {
    const page = await browser().newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('dialog', (dialog) => said.push(dialog.message()));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setContent(await pageOfComparison(madeUpComparison()));
      expect(await page.locator('figure.plot svg').count()).toBeGreaterThan(3);
      expect(await page.locator('.failed').textContent()).toBe(
        'WebSocket, HTTP/1.1: not measured. It said <script>alert(1)</script>.',
      );
      expect(await page.getByRole('row').count()).toBe(4 + 4);
      expect(await accessibilityViolations(page)).toEqual([]);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await geometryFaults(page)).toEqual([]);
      }
    }
    expect(said).toEqual([]);
    await page.close();
  });
});
