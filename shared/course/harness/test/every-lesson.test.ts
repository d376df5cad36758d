/**
 * What every lesson that speaks HTTP/1.1 stands, alone and behind a tap:
 * requests that are too large, clients that are slow, and many at once.
 */
import type { Server } from 'node:http';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lesson, LessonModule } from '@on-the-wire/lesson/lesson.ts';
import {
  listenBehindTap,
  type TappedServer,
} from '@on-the-wire/testing/behind-tap.ts';
import { rawClient, type RawClient } from '@on-the-wire/system/raw-client.ts';
import { randomCases } from '@on-the-wire/wire/test/random-cases.ts';
import { findLessons } from '../lessons.ts';
import { freePort } from '@on-the-wire/system/ports.ts';

// HTTP/2 has limits of its own: lessons/http2/test/limits.test.ts.
const lessons = findLessons().filter(({ manifest }) => !manifest.tls);

/** A request to `/`, without the blank line at its end. */
const get = (...more: string[]) =>
  ['GET / HTTP/1.1', 'Host: a', ...more, ''].join('\r\n');

/** The status code of a response; 0 where the connection was cut without one. */
async function statusOf(port: number, bytes: string): Promise<number> {
  const client = await rawClient(port);
  client.send(bytes);
  const head = await client.until('\r\n').catch(() => client.received);
  client.socket.destroy();
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
}

describe.each(lessons.map(({ name, folder }) => [name, folder] as const))(
  '%s',
  (_name, folder) => {
    let lesson: Lesson;
    let tap: TappedServer;
    let ports: number[];

    beforeAll(async () => {
      const file = pathToFileURL(`${folder}/server.ts`).href;
      const { createServer } = (await import(file)) as LessonModule;
      // Of several processes this is one, and the others are not there.
      const nobody = `127.0.0.1:${await freePort()}`;
      lesson = createServer({
        station: `http://${nobody}`,
        operators: `http://${nobody}`,
        broker: `mqtt://${nobody}`,
      });
      tap = await listenBehindTap(lesson.server);
      const { port } = lesson.server.address() as { port: number };
      ports = [port, tap.port];
    });
    afterAll(async () => {
      await tap.close();
      await lesson.close();
    });

    const long = (size: number) => get(`X-Long: ${'x'.repeat(size)}`);
    const many = Array.from({ length: 2_000 }, (_, i) => `X-${i}: yes`);
    test.each([
      ['a field of 8,000 bytes', long(8_000), [200]],
      ['a field of 16,000 bytes', long(16_000), [200]],
      ['a field of 16,500 bytes', long(16_500), [431]],
      ['2,000 fields', get(...many), [431]],
      // What comes after the response resets the connection, and the response may
      // be lost by that.
      [
        'a path of 60,000 bytes',
        get().replace('/', `/${'x'.repeat(60_000)}`),
        [431, 0],
      ],
      ['a field of 70,000 bytes', long(70_000), [431, 0]],
      ['a field of 300,000 bytes', long(300_000), [431, 0]],
    ])('answers %s', async (_what, request, statuses) => {
      for (const port of ports)
        expect(statuses).toContain(await statusOf(port, `${request}\r\n`));
    });

    test('is there for others, however many are slow', async () => {
      const slow: [what: string, bytes: string][] = [
        ['half a request', get('X-Slow: and')],
        [
          'half a body',
          'POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12',
        ],
        ['an answer that is not read', `${get()}\r\n`.repeat(50)],
      ];
      for (const port of ports) {
        const clients: RawClient[] = [];
        for (const [, bytes] of slow)
          for (let i = 0; i < 20; i++) {
            const client = await rawClient(port);
            client.socket.pause();
            client.send(bytes);
            clients.push(client);
          }
        expect(await statusOf(port, `${get()}\r\n`)).toBe(200);
        for (const client of clients) client.socket.destroy();
        await Promise.all(clients.map(({ closed }) => closed));
      }
      // As Node has it by itself: in ms, until it says 408 and closes.
      const { headersTimeout, requestTimeout } = lesson.server as Server;
      expect([headersTimeout, requestTimeout]).toEqual([60_000, 300_000]);
    });

    test('answers everybody, however many come at once', async () => {
      const count = randomCases(500);
      const clients = await Promise.all(
        Array.from({ length: count }, () => rawClient(tap.port)),
      );
      for (const { socket } of clients) socket.write(`${get()}\r\n`);
      const heads = await Promise.all(
        clients.map((client) => client.until('\r\n')),
      );
      expect(new Set(heads)).toEqual(new Set(['HTTP/1.1 200 OK\r\n']));
      // The server itself closes whoever has been idle for five seconds.
      for (const { socket, closed } of clients) {
        socket.destroy();
        await closed;
      }
    });
  },
);
