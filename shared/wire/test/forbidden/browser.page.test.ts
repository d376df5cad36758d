/** What Chromium refuses of a server, the wire names as well. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Step } from '../cuts.ts';
import { latin1Bytes } from './case.ts';
import { answerTo, HANDSHAKES, OFFERED } from './handshake-cases.ts';
import { RESPONSES } from './http1-cases.ts';
import { judge, problemsOf } from './judge.ts';

// The wire knows no other room: so this is the browser of jest's environment.
const { workersBrowser } = globalThis as unknown as {
  workersBrowser: {
    missing(engine: 'chromium'): string | undefined;
    open(engine: 'chromium'): Promise<Browser>;
  };
};
const missing = workersBrowser.missing('chromium');
if (missing)
  console.warn(`The comparison with Chromium is skipped: ${missing}.`);

const PAGE =
  'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<!doctype html>';

(missing ? describe.skip : describe)('Chromium refuses nothing else', () => {
  let page: Page;
  let server: Server;
  /** What each path got last: a browser may retry. */
  const seen = new Map<string, Step[]>();

  beforeAll(async () => {
    server = createServer((socket) => {
      // A browser that refuses the response may reset the connection.
      socket.on('error', () => undefined);
      socket.once('data', (piece: Buffer) => {
        const request = piece.toString('latin1');
        const path = request.split(' ', 2)[1]!;
        const [, kind, number] = path.split('/');
        const cases = kind === 'socket' ? HANDSHAKES : RESPONSES;
        const one = cases[Number(number)];
        const sent =
          one === undefined || number === undefined
            ? PAGE
            : answerTo(request, one.sent);
        const bytes = latin1Bytes(sent);
        seen.set(path, [
          ['up', Uint8Array.from(piece)],
          ['down', bytes],
        ]);
        socket.write(bytes);
        // A close frame, so that a WebSocket that is open ends as well.
        socket.end(Uint8Array.from(kind === 'socket' ? [0x88, 0] : []));
      });
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
    server?.close();
  });

  test('of a response', async () => {
    const methods = RESPONSES.map(({ method }) => method ?? 'GET');
    const refused = await page.evaluate(async (list) => {
      const told: (string | undefined)[] = [];
      for (const [number, method] of list.entries()) {
        const got = await fetch(`/response/${number}`, {
          method,
          cache: 'no-store',
          redirect: 'manual',
        })
          .then(async (response) => await response.arrayBuffer())
          .then(
            () => undefined,
            (error: unknown) => String(error),
          );
        told.push(got);
      }
      return told;
    }, methods);
    for (const [number, one] of RESPONSES.entries()) {
      const steps = seen.get(`/response/${number}`)!;
      judge(one, problemsOf(steps), refused[number] ?? undefined);
    }
    expect(refused.filter(Boolean).length).toBeGreaterThan(8);
  });

  test('of a handshake', async () => {
    const refused = await page.evaluate(
      async ([count, offered]) => {
        const told: (string | undefined)[] = [];
        for (let number = 0; number < count; number++) {
          const url = `ws://${location.host}/socket/${number}`;
          const socket = new WebSocket(url, [...offered]);
          const got = await new Promise<string | undefined>((resolve) => {
            socket.addEventListener('open', () => resolve(undefined));
            socket.addEventListener('error', () => resolve('refused'));
          });
          told.push(got);
        }
        return told;
      },
      [HANDSHAKES.length, OFFERED] as const,
    );
    for (const [number, one] of HANDSHAKES.entries()) {
      const problems = problemsOf(seen.get(`/socket/${number}`)!);
      judge(one, problems, refused[number] ?? undefined);
    }
    expect(refused.filter(Boolean).length).toBeGreaterThan(5);
  });
});
