/** A saved run shows every line of its file, and is decoded in turns. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CapturedConnection } from '@on-the-wire/wire/capture.ts';
import {
  openPcapng,
  type CaptureFile,
} from '@on-the-wire/wire/pcapng/capture-file.ts';
import { writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { text } from '@on-the-wire/wire/test/cuts.ts';
import { SavedRun } from '../saved/saved.ts';
import { isUnit, type Lines } from '../source.ts';

const START = Date.UTC(2013, 9, 21);

/** No two messages are alike. */
function connection(id: number, requests: number): CapturedConnection {
  const reads = Array.from({ length: requests }, (_, i) => [
    {
      direction: 'up' as const,
      time: START + i,
      bytes: text(`GET /${id}/${i} HTTP/1.1\r\nHost: a\r\n\r\n`),
    },
    {
      direction: 'down' as const,
      time: START + i + 0.5,
      bytes: text(
        `HTTP/1.1 200 OK\r\nContent-Length: ${String(i).length}\r\n\r\n${i}`,
      ),
    },
  ]).flat();
  const end = { time: START + requests, how: 'fin' as const };
  return {
    id,
    realPort: 80,
    secure: false,
    start: START,
    reads,
    ends: [
      { direction: 'up', ...end },
      { direction: 'down', ...end },
    ],
    comments: [],
  };
}

describe('A run of 150,000 lines', () => {
  const [CONNECTIONS, REQUESTS] = [5, 10_000];
  let file: CaptureFile;
  beforeAll(() => {
    const connections = Array.from({ length: CONNECTIONS }, (_, i) =>
      connection(i + 1, REQUESTS),
    );
    file = openPcapng(writePcapng({ connections }));
  });

  test('shows all of them, the first and the last', () => {
    const run = new SavedRun(file);
    expect(run.end).toBe(CONNECTIONS * (3 * REQUESTS + 3));
    expect(run.line(0)).toMatchObject({ n: 0, kind: 'open', connection: 1 });
    const units = CONNECTIONS * 3 * REQUESTS;
    expect(run.line(units + CONNECTIONS - 1)).toMatchObject({
      kind: 'body',
      connection: CONNECTIONS,
      summary: 'body: 4 bytes',
    });
    expect(run.line(run.end)).toBeUndefined();
    expect(run.counts).toMatchObject({
      connections: CONNECTIONS,
      roundTrips: CONNECTIONS * REQUESTS,
      problems: 0,
    });
    const request = run.details(
      CONNECTIONS * 3 * 9_999 + CONNECTIONS, // the last of the first connection
    )!;
    expect(Buffer.from(request.bytes!).toString()).toBe(
      'GET /1/9999 HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    expect(request.reads).toMatchObject([{ time: 9_999 }]);
  });

  test('is decoded in turns, and its lines come as in one', () => {
    const whole = new SavedRun(file);
    const run = new SavedRun(file, undefined, { inTurns: true });
    const batches: Lines[] = [];
    run.follow((lines) => batches.push(lines));
    expect(run.end).toBe(0);
    let turns = 0;
    for (let isDone = false; !isDone; turns += 1) {
      isDone = run.decode(5);
      expect(run.share === 1).toBe(isDone);
      expect(batches.at(-1)!.share).toBe(run.share);
    }
    expect(turns).toBeGreaterThan(3);
    const shares = batches.map(({ share }) => share!);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    const lines = batches.flatMap(({ lines: some }) => some);
    expect(lines.length).toBe(whole.end);
    for (const n of [0, 5, 77_777, whole.end - 1]) {
      const line = whole.line(n)!;
      const names = Object.keys(line) as (keyof typeof line)[];
      expect(names.map((name) => lines[n]![name])).toEqual(Object.values(line));
    }
    expect(run.counts).toEqual(whole.counts);
  });

  test('hands on what is there to those who come later', () => {
    const run = new SavedRun(file, undefined, { inTurns: true });
    run.decode(5);
    const seen: number[] = [];
    run.follow(({ lines }) => seen.push(lines.length));
    expect(seen).toEqual([run.end]);
  });
});

describe('A connection that was open when the run was saved', () => {
  const reads = [
    {
      direction: 'up' as const,
      time: START + 1,
      bytes: text('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
    },
    {
      direction: 'down' as const,
      time: START + 2,
      bytes: text(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n9\r\nda',
      ),
    },
  ];
  const open = { ...connection(1, 0), reads, ends: [] };
  const told = (parts: Partial<CapturedConnection>) =>
    new SavedRun({
      connections: [{ ...open, ...parts }, connection(2, 3)],
    }).lines.filter(({ connection: id }) => id === 1);

  test('is said to be open in the last line, and nothing to be malformed', () => {
    const lines = told({});
    expect(lines.at(-1)).toMatchObject({
      kind: 'label',
      time: 3,
      summary: 'still open when the run was saved',
    });
    const units = lines.filter(isUnit);
    expect(units.map(({ problem }) => problem)).toEqual(
      units.map(() => undefined),
    );
    expect(units.at(-1)).toMatchObject({
      kind: 'bytes',
      time: 2,
      summary: '5 bytes so far, still open when the run was saved',
    });
  });

  test('may have said all in one direction', () => {
    const ends = [{ direction: 'up', time: START + 2, how: 'fin' } as const];
    const notes = told({ ends }).filter((line) => !isUnit(line));
    expect(notes.map(({ summary, direction }) => [summary, direction])).toEqual(
      [
        ['opened, to port 80', undefined],
        ['FIN: closed in this direction', 'up'],
        ['still open when the run was saved', 'down'],
      ],
    );
  });

  test('is not open after a reset, whoever sent it', () => {
    const ends = [{ direction: 'up', time: START + 2, how: 'rst' } as const];
    const lines = told({ ends });
    expect(lines.at(-1)).toMatchObject({ kind: 'end' });
    expect(lines.at(-2)).toMatchObject({
      kind: 'malformed',
      problem: expect.stringContaining('the connection ended'),
    });
  });
});
