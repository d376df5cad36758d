import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { find } from '../find/find.ts';
import { SavedRun } from '../saved/saved.ts';
import type { RunReader } from '../source.ts';

const request =
  'GET /board HTTP/1.1\r\nHost: a\r\nX-Trace: order-77120\r\n\r\n';

/** A run of one exchange whose response has these headers and this body. */
function runOf(headers: string, body: Uint8Array): SavedRun {
  const head = `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`;
  const read = (direction: 'up' | 'down', time: number, bytes: Uint8Array) => ({
    direction,
    time,
    bytes,
  });
  const connection = {
    id: 1,
    realPort: 1,
    secure: false,
    start: 0,
    reads: [
      read('up', 1, Buffer.from(request)),
      read('down', 2, Buffer.concat([Buffer.from(head), body])),
    ],
    ends: [],
    comments: [],
  };
  return new SavedRun({ connections: [connection] });
}

const json = (bytes: Uint8Array, more = '') =>
  runOf(
    `Content-Type: application/json${more}\r\nContent-Length: ${bytes.length}`,
    bytes,
  );

/** What is found, by the kinds of the lines. */
async function found(run: RunReader, text: string) {
  const { hits, next } = await find(run, { text, from: 0, to: run.end });
  expect(next).toBe(run.end);
  return hits.map(({ n, excerpt }) => [run.line(n)!.kind, excerpt]);
}

describe('A search finds', () => {
  test('what stands in a line, in capital and small letters alike', async () => {
    const run = json(Buffer.from('{"to":"Zürich"}'));
    expect(await found(run, 'get /BOARD')).toEqual([
      ['http/1.1 request headers', undefined],
    ]);
    expect(await found(run, 'ZÜRICH')).toEqual([['body', undefined]]);
  });

  test('what stands deep in a body, and says what stands around it', async () => {
    const long = `{"a":"${'x'.repeat(60_000)}","order":"Göteborg-4711","z":1}`;
    const expected = `…xxxxxxxxxxxxx","order":"Göteborg-4711","z":1}`;
    for (const run of [
      json(Buffer.from(long)),
      json(gzipSync(long), '\r\nContent-Encoding: gzip'),
    ])
      expect(await found(run, 'göteborg-4711')).toEqual([['body', expected]]);
  });

  test('a header, and nothing where the text is nowhere', async () => {
    const run = json(Buffer.from('{}'));
    expect(await found(run, 'order-77120')).toEqual([
      ['http/1.1 request headers', expect.stringContaining('order-77120')],
    ]);
    expect(await found(run, 'order-77121')).toEqual([]);
  });

  test('an event, but not the chunk that carries it', async () => {
    const event = `data: {"pad":"${'x'.repeat(300)}","name":"tools/call"}\n\n`;
    const run = runOf(
      'Content-Type: text/event-stream\r\nTransfer-Encoding: chunked',
      Buffer.from(`${event.length.toString(16)}\r\n${event}\r\n`),
    );
    expect(await found(run, 'tools/call')).toEqual([
      ['event', expect.stringContaining('"name":"tools/call"')],
    ]);
  });
});

test('A control character in an excerpt is escaped', async () => {
  const run = json(
    Buffer.from(`{"pad":"${'x'.repeat(300)}"}\u001b[2J\nneedle`),
  );
  const { hits } = await find(run, { text: 'needle', from: 0, to: run.end });
  expect(hits[0]!.excerpt).toContain('\\u001b[2J\\nneedle');
});

test('A search of a long run takes turns, and goes on where it stopped', async () => {
  const run = json(Buffer.from('{}'));
  const last = run.end - 1;
  // As many lines as a live run keeps, each as slow as a large body.
  const reader: RunReader = {
    first: 10,
    end: 1_000,
    began: 0,
    decompressors: {},
    bytes: () => undefined,
    headerList: () => undefined,
    line: (n) => {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return { ...run.line(last)!, n, summary: `line ${n}` };
    },
    details: () => undefined,
    content: () => undefined,
  };
  let pauses = 0;
  const pause = async () => void (pauses += 1);
  const numbers: number[] = [];
  let batches = 0;
  for (let from = 0; from < 1_000; batches += 1) {
    const where = { text: 'line', from, to: 1_000 };
    const batch = await find(reader, where, undefined, pause);
    expect(batch.next).toBeGreaterThan(from);
    numbers.push(...batch.hits.map(({ n }) => n));
    from = batch.next;
  }
  expect(numbers).toEqual(Array.from({ length: 990 }, (_, at) => at + 10));
  expect(batches).toBeGreaterThan(2);
  expect(pauses).toBeGreaterThan(batches);
});

test('A search that is ended stops after its turn', async () => {
  const run = json(Buffer.from('{}'));
  const { next } = await find(
    run,
    { text: 'x', from: 0, to: run.end },
    AbortSignal.abort(),
  );
  expect(next).toBe(0);
});
