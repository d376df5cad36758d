/** Compared with another program: Chromium's EventSource gets the same events. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { pageEvent } from '../event-stream/block.ts';
import { eventStreamDecoder } from '../event-stream/decoder.ts';
import { bytesOf } from '../unit.ts';
import { decode, oneWay, text } from './cuts.ts';
import { eventStreamVectors } from './vectors/event-stream.ts';

// The wire knows no other room: so this is the browser of jest's environment.
const { workersBrowser } = globalThis as unknown as {
  workersBrowser: {
    missing(engine: 'chromium'): string | undefined;
    open(engine: 'chromium'): Promise<Browser>;
  };
};
const missing = workersBrowser.missing('chromium');
if (missing)
  console.warn(`The comparison with EventSource is skipped: ${missing}.`);

/** Lines made of the parts that matter, with every end, many times. */
function randomStream(seed: number): string {
  let state = seed;
  const next = (most: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(state / 65_536) % most;
  };
  const of = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const names = [
    'data',
    'data',
    'data',
    'id',
    'event',
    'x',
    '',
    'dat',
    'data ',
  ];
  const values = ['', ' ', 'a', ' b', '  c', ':', 'update', 'ü', '\0', '7'];
  // Chromium overlooks a line end directly after a byte order mark, which the
  // standard does not: so a field comes first.
  let stream = of(['', '\ufeffdata: first\n']);
  for (let line = 0; line < 60; line++) {
    const kind = next(4);
    if (kind === 0) stream += of(['\n', '\r\n', '\r', '\n\n']);
    else
      stream += `${of(names)}${of(['', ':'])}${of(values)}${of(['\n', '\r\n', '\r'])}`;
  }
  return stream;
}

const streams = [
  ...eventStreamVectors.map(({ title, steps }) => [title, steps[0]![1]]),
  ...Array.from({ length: 40 }, (_, i) => [
    `random ${i}`,
    text(randomStream(i)),
  ]),
] as [string, Uint8Array][];

const types = ['message', 'update', 'a', 'b', 'c', 'ü', ':', '7', ' c', '\0'];

(missing ? describe.skip : describe)('EventSource gets the same events', () => {
  let page: Page;
  let server: Server;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const number = Number(request.url?.slice(1));
      const stream = streams[number]?.[1];
      if (!stream) {
        response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
        return;
      }
      response.setHeader('Content-Type', 'text/event-stream');
      // In two reads, cut somewhere: so the page meets cuts as well.
      const cut = number % (stream.length + 1);
      response.write(stream.subarray(0, cut), () =>
        response.end(stream.subarray(cut)),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await workersBrowser.open('chromium');
    page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/page`);
  });

  afterAll(async () => {
    await page?.context().close();
    server?.closeAllConnections();
    server?.close();
  });

  test('of every vector, and of random lines', async () => {
    const inPage = await page.evaluate(
      async ([count, listened]) => {
        const read = async (number: number) => {
          const events: object[] = [];
          const source = new EventSource(`/${number}`);
          for (const type of listened)
            source.addEventListener(type, ({ data, lastEventId }) =>
              events.push({ type, data, lastEventId }),
            );
          // The end of the stream is an error: it would connect again.
          await new Promise((ended) => source.addEventListener('error', ended));
          source.close();
          return events;
        };
        const all: object[][] = [];
        for (let number = 0; number < count; number++)
          all.push(await read(number));
        return all;
      },
      [streams.length, types] as const,
    );
    let events = 0;
    for (const [number, [title, stream]] of streams.entries()) {
      const ours = decode(oneWay(eventStreamDecoder), [['down', stream]])
        .map((unit) => pageEvent(unit, bytesOf(unit, stream)))
        .filter((event) => event !== undefined && types.includes(event.type));
      expect({ title, events: inPage[number] }).toEqual({
        title,
        events: ours,
      });
      events += ours.length;
    }
    expect(events).toBeGreaterThan(200);
  });
});
