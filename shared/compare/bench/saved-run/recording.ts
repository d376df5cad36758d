/** A recording of many requests that differ, as a tap saves it. */
import type { CapturedConnection } from '@on-the-wire/wire/capture.ts';
import { writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';

const CONNECTIONS = 32;
const START = Date.UTC(2026, 10, 28, 12);
const EVERY = 0.05; // ms between two requests
const TOOK = 0.4; // ms from a request to its response

/**
 * As in `bench tap`, but every message has another path, date and length: what
 * is alike could be remembered.
 *
 * @param requests how many there are; each is about 480 bytes of the file
 */
export function recordingOfRequests(requests: number): Uint8Array {
  const connections = Array.from(
    { length: CONNECTIONS },
    (_, i): CapturedConnection => ({
      id: i + 1,
      realPort: 3000,
      secure: false,
      start: START + i,
      reads: [],
      ends: (['up', 'down'] as const).map((direction) => ({
        direction,
        time: START + CONNECTIONS + (requests + 1) * EVERY + TOOK,
        how: 'fin',
      })),
      comments: [],
    }),
  );
  for (let n = 0; n < requests; n++) {
    const on = n % CONNECTIONS;
    const time = START + CONNECTIONS + n * EVERY;
    const { reads } = connections[on]!;
    reads.push(
      { direction: 'up', time, bytes: Buffer.from(requestOf(on, n)) },
      {
        direction: 'down',
        time: time + TOOK,
        bytes: Buffer.from(responseOf(n, time)),
      },
    );
  }
  return writePcapng({ connections });
}

function requestOf(connection: number, n: number): string {
  return (
    `GET /small/${connection}/${n} HTTP/1.1\r\nHost: 127.0.0.1:4400\r\n` +
    'Accept: */*\r\nUser-Agent: bench\r\n\r\n'
  );
}

function responseOf(n: number, time: number): string {
  const body = `departure ${n} ${'x'.repeat(100 + (n % 60))}\n`;
  const date = new Date(time + n * 1_000).toUTCString();
  return (
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ${date}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
