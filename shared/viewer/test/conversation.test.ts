import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { conversationOf } from '../conversation/conversation.ts';
import type { SavedRun } from '../saved/saved.ts';
import { connection, frame, runOf, runWith, type Step } from './made-run.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** All pages of the conversation of a line: way, name, text, note. */
function said(run: SavedRun, n = 1): string[][] {
  const told = [];
  let from = { line: 0, offset: 0 };
  for (;;) {
    const page = conversationOf(run, n, from)!;
    for (const { direction, what, text, note } of page.parts)
      told.push([direction ?? '', what, text, ...(note ? [note] : [])]);
    if (page.isEnd) return told;
    from = page.next;
  }
}

/** Only what the two sides said. */
const spoken = (run: SavedRun, n?: number) =>
  said(run, n).filter(([direction, , text]) => direction && text);

describe('the conversation of a connection', () => {
  test('has both sides in their order, and notes what happened to it', () => {
    const run = runOf(
      connection(1, 0, [
        [
          1,
          'up',
          `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`,
        ],
        [
          2,
          'down',
          'HTTP/1.1 200 OK\r\nX: \xfc\r\nContent-Length: 3\r\n\r\nZug',
        ],
        [3, 'up', { ends: 'fin' }],
      ]),
      connection(2, 1, [[2, 'up', GET]]),
    );
    expect(said(run).slice(0, 4)).toEqual([
      ['', 'opened, to port 3000', ''],
      ['up', 'headers', 'POST /a HTTP/1.1\nHost: a\nContent-Length: 3\n\n'],
      ['up', 'body', 'abc'],
      ['down', 'headers', 'HTTP/1.1 200 OK\nX: \xfc\nContent-Length: 3\n\n'],
    ]);
    expect(said(run)).toContainEqual([
      'up',
      'FIN: closed in this direction',
      '',
    ]);
    expect(said(run).flat().join()).not.toContain('GET');
  });

  test('joins the chunks of a body, also where a character is cut', () => {
    const run = runWith(
      [0, 'up', GET],
      [
        1,
        'down',
        'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nZ\xc3\r\n',
      ],
      [2, 'down', '2\r\n\xbcr\r\n0\r\nEtag: "a"\r\n\r\n'],
    );
    expect(spoken(run).slice(2)).toEqual([
      ['down', 'body, text/plain', 'Zür'],
      ['down', 'trailers', 'Etag: "a"\n\n'],
    ]);
  });

  test('decodes a compressed body at its end, and names its pieces', () => {
    const packed = gzipSync('{"packed":true}');
    const chunk = (bytes: Uint8Array) =>
      Buffer.concat([
        Buffer.from(`${bytes.length.toString(16)}\r\n`),
        bytes,
        Buffer.from('\r\n'),
      ]);
    const run = runWith(
      [0, 'up', GET],
      [
        1,
        'down',
        'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n',
      ],
      [2, 'down', chunk(packed.subarray(0, 9))],
      [3, 'down', chunk(packed.subarray(9))],
      [4, 'down', '0\r\n\r\n'],
    );
    expect(said(run).slice(3, 5)).toEqual([
      [
        'down',
        'part of the body',
        '',
        'compressed with gzip, as a part of the body',
      ],
      [
        'down',
        'body, application/json, 15 bytes without its gzip',
        '{"packed":true}',
      ],
    ]);
  });

  test('has the data of events, and not the chunks around them', () => {
    const run = runWith(
      [0, 'up', GET],
      [
        1,
        'down',
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
      ],
      [2, 'down', '16\r\nid: 7\ndata: a\ndata: b\n\r\n'],
      [3, 'down', '1\r\n\n\r\n'],
    );
    expect(spoken(run).slice(2, 3)).toEqual([['down', 'event 7', 'a\nb']]);
  });

  test('has WebSocket messages whole, and names what is no text', () => {
    const run = runWith(
      [
        0,
        'up',
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ],
      [
        1,
        'down',
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
      ],
      [2, 'down', '\x01\x02he\x80\x03llo'],
      [3, 'up', '\x81\x82\0\0\0\0hi'],
      [4, 'down', '\x82\x03\0\xff\0\x89\x01p'],
    );
    expect(said(run).slice(3, 7)).toEqual([
      ['down', 'message', 'hello'],
      ['up', 'message', 'hi'],
      ['down', 'message', '', '3 bytes, not text'],
      ['down', 'ping', 'p'],
    ]);
  });

  test('has bytes of an unknown protocol as text', () => {
    const run = runWith(
      [0, 'up', '*1\r\n$4\r\nPING\r\n'],
      [1, 'down', '+PONG\r\n'],
    );
    expect(spoken(run)).toEqual([
      ['up', 'bytes', '*1\n$4\nPING\n'],
      ['down', 'bytes', '+PONG\n'],
    ]);
  });

  test('escapes what would move a cursor or turn a line around', () => {
    const run = runWith([0, 'up', '+\x1b[2J\ta\r\n'], [1, 'down', '+\r\n']);
    expect(spoken(run)[0]).toEqual(['up', 'bytes', '+\\u001b[2J\ta\n']);
  });

  test('is the same text in pages as in one piece', () => {
    const long = 'Zürich\n'.repeat(30_000);
    const length = Buffer.byteLength(long);
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;
    const run = runWith(
      [0, 'up', GET],
      [1, 'down', Buffer.from(head + long)],
      [2, 'up', GET],
    );
    const first = conversationOf(run, 1)!;
    expect(first.isEnd).toBe(false);
    const told = spoken(run).filter(([, what]) => what === 'body');
    expect(told.length).toBeGreaterThan(2);
    expect(told.map(([, , text]) => text).join('')).toBe(long);
    expect(spoken(run).at(-1)![2]).toBe(GET.replaceAll('\r', ''));
  });

  test('looks at some thousand lines for a page, and goes on', () => {
    const many = Array.from({ length: 12_000 }, (_, i): Step => [i, 'up', GET]);
    const run = runOf(
      connection(1, 0, [[0, 'up', GET]]),
      connection(2, 0, many),
      connection(3, 12_001, [[12_002, 'up', GET]]),
    );
    const n = run.lines.findLast((line) => line.connection === 3)!.n;
    expect(conversationOf(run, n)).toMatchObject({ parts: [], isEnd: false });
    expect(spoken(run, n)).toEqual([
      ['up', 'headers', GET.replaceAll('\r', '')],
    ]);
  });
});

describe('the conversation of an HTTP/2 stream', () => {
  const [DATA, HEADERS] = [0, 1];
  const [ENDS, WHOLE] = [1, 4];
  const get = '\x82\x84\x86';
  const run = runWith(
    [0, 'up', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [1, 'up', frame(HEADERS, ENDS | WHOLE, 1, get)],
    [2, 'up', frame(HEADERS, ENDS | WHOLE, 3, get)],
    [3, 'down', frame(HEADERS, WHOLE, 1, '\x88\x5f\x0atext/plain')],
    [4, 'down', frame(DATA, 0, 1, 'one ')],
    [5, 'down', frame(HEADERS, ENDS | WHOLE, 3, '\x8d')],
    [6, 'down', frame(DATA, ENDS, 1, 'two')],
  );
  const onStream = (stream: number) =>
    run.lines.find((line) => 'layer' in line && line.stream === stream)!.n;

  test('has nothing of the other streams', () => {
    expect(spoken(run, onStream(1))).toEqual([
      ['up', 'headers', ':method: GET\n:path: /\n:scheme: http\n'],
      ['down', 'headers', ':status: 200\ncontent-type: text/plain\n'],
      ['down', 'body, text/plain', 'one two'],
    ]);
    expect(spoken(run, onStream(3))).toHaveLength(2);
  });

  test('names its stream in the conversation of the connection', () => {
    expect(spoken(run, 0).map(([, what]) => what)).toEqual([
      'headers, stream 1',
      'headers, stream 3',
      'headers, stream 1',
      'body, text/plain, stream 1',
      'headers, stream 3',
      'body, text/plain, stream 1',
    ]);
  });
});

test('a line that is not kept has no conversation', () => {
  expect(conversationOf(runWith([0, 'up', GET]), 99)).toBeUndefined();
});

describe('a conversation that is copied', () => {
  const secret = 'GET / HTTP/1.1\r\nHost: a\r\nCookie: id=7\r\n\r\n';
  const run = runOf(
    connection(1, 0, [[1, 'up', GET]]),
    connection(2, 2000, [
      [2012, 'up', secret],
      [2500, 'down', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ]),
  );
  const n = run.lines.findLast((line) => line.connection === 2)!.n;

  test('is one text, with the times of the run, and its secrets are asterisks', async () => {
    const opened = run.lines.find((line) => line.connection === 2)!;
    const text =
      `--- 2.000 s ${opened.summary}\n` +
      '--- 2.012 s → client to server, headers\n' +
      'GET / HTTP/1.1\nHost: a\nCookie: ****\n\n' +
      '--- 2.500 s ← server to client, headers\n' +
      'HTTP/1.1 204 No Content\n\n' +
      '--- 2.500 s still open when the run was saved\n';
    expect(await run.copy(n, 'conversation', false)).toBe(text);
    expect(await run.copy(opened.n, 'conversation', false)).toBe(text);
    expect(await run.copy(n, 'conversation', true)).toBe(
      text.replace('****', 'id=7'),
    );
  });

  test('is that of the chosen HTTP/2 stream alone', async () => {
    const get = '\x82\x84\x86';
    const streams = runWith(
      [0, 'up', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      [1, 'up', frame(1, 5, 1, get)],
      [2, 'up', frame(1, 5, 3, get)],
      [3, 'down', frame(1, 5, 1, '\x88')],
    );
    const first = streams.lines.find((line) => 'stream' in line)!;
    const text = await streams.copy(first.n, 'conversation', false);
    expect(text.match(/^---.*/gm)).toEqual([
      '--- 0.000 s opened, to port 3000',
      '--- 0.001 s → client to server, headers',
      '--- 0.003 s ← server to client, headers',
      '--- 0.003 s still open when the run was saved',
    ]);
  });

  test('of a line that is not kept is refused in a sentence', async () => {
    await expect(run.copy(99, 'conversation', false)).rejects.toThrow(
      'Line 99 is not, or no longer, kept.',
    );
  });
});
