/** A run that was saved without its secrets says what is gone, and where. */
import { describe, expect, test } from '@jest/globals';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { concat } from '@on-the-wire/wire/bytes.ts';
import { withoutSecrets } from '@on-the-wire/wire/masking/connection.ts';
import { hex } from '@on-the-wire/wire/text.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import type { CapturedConnection } from '@on-the-wire/wire/capture.ts';
import { bytes, text, type Step } from '@on-the-wire/wire/test/cuts.ts';
import { SavedRun } from '../saved/saved.ts';
import { isUnit } from '../source.ts';

function saved(
  steps: Step[],
  parts: Partial<CapturedConnection> = {},
): SavedRun {
  const connection: CapturedConnection = {
    id: 1,
    realPort: 5173,
    secure: false,
    start: 0,
    reads: steps.map(([direction, piece], i) => ({
      direction,
      time: i,
      bytes: piece,
    })),
    ends: [],
    comments: [],
    ...parts,
  };
  const connections = [withoutSecrets(connection)];
  return new SavedRun(readPcapng(writePcapng({ connections })));
}

const told = (run: SavedRun): string[] =>
  run.lines.filter(isUnit).map(({ summary, text: shown, problem }) => {
    if (summary.includes(gone)) expect(shown).toBeUndefined();
    return problem ? `${summary} ! ${problem}` : summary;
  });

const gone = 'replaced by asterisks when the run was saved';
const get: Step = ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')];

describe('A masked run says what was replaced:', () => {
  test('a compressed body', async () => {
    const body = gzipSync('{"token":"abc"}');
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
    const run = saved([get, ['down', concat([text(head), body])]]);
    const last = run.lines.filter(isUnit).at(-1)!;
    expect(last.summary).toBe(
      `body: ${body.length} bytes, compressed with gzip, ${gone}`,
    );
    const { fields } = run.details(last.n)!;
    expect(fields.map(({ label, meaning }) => [label, meaning])).toEqual([
      ['content', `${gone}: there was a secret in it, or it could not be read`],
    ]);
  });

  test('a compressed event stream, in its chunks, which frame it as they did', async () => {
    const plain = gzipSync('data: {"token":"abc"}\n\n');
    const size = plain.length.toString(16);
    const run = saved([
      get,
      [
        'down',
        concat([
          text(
            'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' +
              'Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n',
          ),
          text(`${size}\r\n`),
          plain,
          text('\r\n0\r\n\r\n'),
        ]),
      ],
    ]);
    expect(told(run).slice(2)).toEqual([
      `1 byte ${gone}`,
      `chunk: ${plain.length + size.length + 4} bytes, ${plain.length} of the event stream, ${gone}`,
      'last chunk: 5 bytes, the body is complete',
    ]);
    const chunk = run.lines
      .filter(isUnit)
      .find(({ kind }) => kind === 'http/1.1 chunk')!;
    const { fields } = run.details(chunk.n)!;
    expect(fields.map(({ label, value }) => [label, value])).toEqual([
      ['framing', hex(text(`${size}\r\n`), 16)],
      ['content', `${plain.length} bytes`],
      ['framing', '0d 0a'],
    ]);
  });

  test('a connection whose beginning was dropped', () => {
    const run = saved([['up', text('e: b\r\nCookie: a\r\n\r\n')]], {
      missing: { up: 9, down: 0 },
    });
    expect(told(run)).toEqual([`19 bytes ${gone}`]);
  });

  test('what follows something malformed, and a size that is none', () => {
    const run = saved([get, ['up', text('GET / HTTP/9\r\nCookie: a\r\n\r\n')]]);
    expect(told(run)).toEqual([
      'GET /: request line and headers, 27 bytes',
      `27 bytes ${gone}`,
    ]);
  });

  test('a compressed message, and a later one only if it needs it', () => {
    const head =
      'Connection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n';
    const [secret, needs, fresh] = [
      '{"token":"abcdefgh"}',
      '{"token is gone":1}',
      'Hello, hello, hello',
    ];
    const deflated = (value: string, dictionary = ''): Uint8Array =>
      deflateRawSync(value, {
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(dictionary && { dictionary: Buffer.from(dictionary) }),
      }).subarray(0, -4);
    const frames = [
      deflated(secret),
      deflated(needs, secret),
      deflated(fresh),
    ].map((payload) => concat([Uint8Array.of(0xc1, payload.length), payload]));
    const run = saved([
      ['up', text(`GET / HTTP/1.1\r\n${head}`)],
      ['down', text(`HTTP/1.1 101 Yes\r\n${head}`)],
      ['down', concat(frames)],
    ]);
    const [first, second, third] = frames.map(({ length }) => length);
    expect(told(run).slice(2)).toEqual([
      `text: ${first} bytes, ${first! - 2} of payload, ${gone}`,
      `text: ${second} bytes, ${second! - 2} of payload, ${gone}`,
      `text: ${third} bytes, ${third! - 2} of payload, 19 once inflated`,
    ]);
  });

  test('a header block that cannot be read, and those after it', () => {
    const preface = text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const run = saved([
      ['up', concat([preface, bytes('000000 04 00 00000000')])],
      // Entry 100 of the table is not there.
      ['up', bytes('000003 01 05 00000001 82 e4 84')],
      ['up', bytes('000002 01 05 00000003 82 84')],
    ]);
    expect(told(run).slice(2)).toEqual([
      `HEADERS, stream 1: 12 bytes, ends the stream, ${gone}`,
      `HEADERS, stream 3: 11 bytes, ends the stream, ${gone}`,
    ]);
  });

  test('but not asterisks that were sent, in a run that was not masked', () => {
    const connection: CapturedConnection = {
      id: 1,
      realPort: 1,
      secure: false,
      start: 0,
      reads: [{ direction: 'up', time: 0, bytes: text('****') }],
      ends: [],
      comments: [],
    };
    expect(told(new SavedRun({ connections: [connection] }))).toEqual([
      'bytes: 4 bytes, not decoded',
    ]);
  });
});
