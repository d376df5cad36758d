/**
 * To what HTTP/2 forbids the lesson reacts, also behind a tap, as node:http2
 * does alone: RFC 9113, section by section.
 */
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import {
  tapBefore,
  type TappedServer,
} from '@on-the-wire/testing/behind-tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { errors, preface, types, type Frame, type Type } from '../frame.ts';
import { limits } from '../limits.ts';
import { ask, frameClient, get, nodeClient } from './clients.ts';
import { board, closeAll, start } from './start.ts';

let bare: Http2SecureServer;
let tap: TappedServer;
let served = 0;
let ports: Record<'alone' | 'lesson' | 'behind', number>;

beforeAll(async () => {
  const tls = await localCertificate();
  bare = createSecureServer({ ...tls, ...limits });
  bare.on('sessionError', () => {});
  bare.on('stream', (stream) => stream.on('error', () => {}));
  const { port, server } = await start();
  server.on('request', () => (served += 1));
  tap = await tapBefore(port, { tls });
  ports = { alone: (await listen(bare)).port, lesson: port, behind: tap.port };
});
afterAll(async () => {
  await tap.close();
  await closeAll();
  await new Promise((done) => bare.close(done));
});

const bytes = (...parts: (string | Uint8Array)[]) =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'string'
          ? Buffer.from(part.replaceAll(' ', ''), 'hex')
          : part,
      ),
    ),
  );

/** A frame whose length need not be that of its payload. */
function frame(
  type: Type | number,
  bits: number,
  stream: number,
  payload: string | Uint8Array = '',
): Uint8Array {
  const content = bytes(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = typeof type === 'number' ? type : types.indexOf(type);
  head[4] = bits;
  head.writeUInt32BE(stream, 5);
  return bytes(head, content);
}

const [END_STREAM, END_HEADERS, PADDED] = [1, 4, 8];
const WHOLE = END_STREAM | END_HEADERS;
/** A request that gets no response as long as a case takes. */
const waits = '/board?station=1&wait=5000';
const asks = (...more: [string, string][]) => get(waits, more);

const head = (stream: number, block: string | Uint8Array, flags = WHOLE) =>
  frame('HEADERS', flags, stream, block);

/** A field, HPACK without a table. */
function field(name: string, value: string): Uint8Array {
  const text = (of: string) => bytes(Uint8Array.of(of.length), Buffer.from(of));
  return bytes('00', text(name), text(value));
}
const GET = '82';
const HTTPS = '87';
const authority = field(':authority', 'board');
const path = field(':path', waits);

/** What comes of it, by section: `goes on`, or what ended stream or connection. */
type Outcome = string;

// Where the standard wants an error and it goes on, node:http2 is milder: what
// a client says of priorities it does not read any more, of a stream with a
// lower number it takes the frames for late ones, and a field that must not be
// it leaves out of the request.

const cases: Record<Outcome, [what: string, ...Uint8Array[]][]> = {
  'goes on': [
    ['4.1 a frame of an unknown type', frame(0x16, 0, 0, '00')],
    ['4.1 flags that nobody knows', frame('PING', 0x16, 0, '00'.repeat(8))],
    [
      '4.1 the reserved bit of a stream',
      frame('PING', 0, 0x8000_0000, '00'.repeat(8)),
    ],
    ['5.1.1 a stream with a lower number', head(5, asks()), head(3, asks())],
    [
      '5.3.1 a stream that depends on itself',
      frame('PRIORITY', 0, 1, '00000001 00'),
    ],
    ['6.3 PRIORITY on stream 0', frame('PRIORITY', 0, 0, '00000001 00')],
    [
      '6.5.2 a setting that nobody knows',
      frame('SETTINGS', 0, 0, '00ff 00000001'),
    ],
    ['8.2.1 a name with a space', head(1, asks(['x test', 'y']))],
    ['8.2.1 a value with LF', head(1, asks(['x', 'a\nb']))],
    ['8.2.1 a value that begins with a space', head(1, asks(['x', ' a']))],
    ['8.2.2 TE: trailers', head(1, asks(['te', 'trailers']))],
  ],
  'GOAWAY FRAME_SIZE_ERROR': [
    [
      '4.2 DATA larger than announced',
      head(1, asks(), END_HEADERS),
      bytes('004001 00 00 00000001'),
    ],
    ['4.2 HEADERS larger than announced', bytes('004001 01 05 00000001')],
    ['6.3 PRIORITY of 4 bytes', frame('PRIORITY', 0, 1, '00000000')],
    [
      '6.4 RST_STREAM of 3 bytes',
      head(1, asks()),
      frame('RST_STREAM', 0, 1, '000008'),
    ],
    ['6.5 SETTINGS of 3 bytes', frame('SETTINGS', 0, 0, '000300')],
    ['6.5 an ACK with settings', frame('SETTINGS', 1, 0, '0003 00000064')],
    ['6.7 PING of 6 bytes', frame('PING', 0, 0, '00'.repeat(6))],
    ['6.9 WINDOW_UPDATE of 3 bytes', frame('WINDOW_UPDATE', 0, 0, '000001')],
  ],
  'GOAWAY COMPRESSION_ERROR': [
    ['4.3 a header block that cannot be read', head(1, 'ff ff ff ff ff ff')],
  ],
  'GOAWAY PROTOCOL_ERROR': [
    [
      '4.3 a header block that another frame interrupts',
      head(1, asks(), END_STREAM),
      frame('PING', 0, 0, '00'.repeat(8)),
    ],
    [
      '4.3 a header block that another stream interrupts',
      head(1, asks(), END_STREAM),
      head(3, asks()),
    ],
    ['5.1 DATA on a stream that is idle', frame('DATA', 1, 1, '00')],
    [
      '5.1 RST_STREAM on one that is idle',
      frame('RST_STREAM', 0, 1, '00000008'),
    ],
    [
      '5.1 WINDOW_UPDATE on one that is idle',
      frame('WINDOW_UPDATE', 0, 1, '00000001'),
    ],
    ['5.1 CONTINUATION on one that is idle', frame('CONTINUATION', 4, 1, '82')],
    ['5.1.1 an even stream', head(2, asks())],
    [
      '5.5 an unknown frame within a header block',
      head(1, asks(), END_STREAM),
      frame(0x16, 0, 1, '00'),
    ],
    ['6.1 DATA on stream 0', frame('DATA', 0, 0, '00')],
    [
      '6.1 padding longer than DATA',
      head(1, asks(), END_HEADERS),
      frame('DATA', PADDED | 1, 1, '05 0000'),
    ],
    ['6.2 HEADERS on stream 0', head(0, asks())],
    ['6.2 padding longer than HEADERS', head(1, '7f 82', WHOLE | PADDED)],
    ['6.4 RST_STREAM on stream 0', frame('RST_STREAM', 0, 0, '00000008')],
    ['6.5 SETTINGS on a stream', frame('SETTINGS', 0, 1)],
    ['6.5.2 ENABLE_PUSH of 2', frame('SETTINGS', 0, 0, '0002 00000002')],
    [
      '6.5.2 frames that are too small',
      frame('SETTINGS', 0, 0, '0005 00003fff'),
    ],
    [
      '6.5.2 frames that are too large',
      frame('SETTINGS', 0, 0, '0005 01000000'),
    ],
    [
      '6.6 PUSH_PROMISE from a client',
      head(1, asks()),
      frame('PUSH_PROMISE', 4, 1, bytes('00000002', asks())),
    ],
    ['6.7 PING on a stream', frame('PING', 0, 1, '00'.repeat(8))],
    ['6.8 GOAWAY on a stream', frame('GOAWAY', 0, 1, '00000000 00000000')],
    ['6.9 WINDOW_UPDATE of nothing', frame('WINDOW_UPDATE', 0, 0, '00000000')],
    [
      '6.9 WINDOW_UPDATE of nothing, of a stream',
      head(1, asks(), END_HEADERS),
      frame('WINDOW_UPDATE', 0, 1, '00000000'),
    ],
    ['6.10 CONTINUATION on stream 0', frame('CONTINUATION', 4, 0, '82')],
    [
      '6.10 CONTINUATION after the end of a block',
      head(1, asks()),
      frame('CONTINUATION', 4, 1, '82'),
    ],
  ],
  'GOAWAY STREAM_CLOSED': [
    [
      '5.1 DATA after the end of a stream',
      head(1, asks()),
      frame('DATA', 1, 1, '00'),
    ],
    ['5.1 HEADERS after the end of a stream', head(1, asks()), head(1, asks())],
  ],
  'GOAWAY FLOW_CONTROL_ERROR': [
    ['6.5.2 a window beyond all', frame('SETTINGS', 0, 0, '0004 80000000')],
    [
      '6.9.1 a window of the connection beyond all',
      frame('WINDOW_UPDATE', 0, 0, '7fffffff'),
    ],
    [
      '6.9.1 a window of a stream beyond all',
      head(1, asks(), END_HEADERS),
      frame('WINDOW_UPDATE', 0, 1, '7fffffff'),
    ],
    [
      '6.9.2 a window beyond all, by SETTINGS',
      head(1, asks(), END_HEADERS),
      frame('WINDOW_UPDATE', 0, 1, '7fff0000'),
      frame('SETTINGS', 0, 0, '0004 7fffffff'),
    ],
  ],
  'GOAWAY INTERNAL_ERROR': [
    ['6.7 an ACK of no PING', frame('PING', 1, 0, '11'.repeat(8))],
    [
      '8.1.1 more DATA than Content-Length',
      head(1, asks(['content-length', '1']), END_HEADERS),
      frame('DATA', 0, 1, '00'),
      frame('DATA', 1, 1, '00'),
    ],
  ],
  'RST_STREAM PROTOCOL_ERROR': [
    [
      '8.1 a second header section without END_STREAM',
      head(1, asks(), END_HEADERS),
      head(1, field('x', 'y'), END_HEADERS),
    ],
    [
      '8.1.1 less DATA than Content-Length',
      head(1, asks(['content-length', '2']), END_HEADERS),
      frame('DATA', 1, 1, '00'),
    ],
    ['8.2.1 a name in upper case', head(1, asks(['X-Test', 'y']))],
    ['8.2.2 Connection', head(1, asks(['connection', 'keep-alive']))],
    [
      '8.2.2 Transfer-Encoding',
      head(1, asks(['transfer-encoding', 'chunked'])),
    ],
    ['8.2.2 TE: gzip', head(1, asks(['te', 'gzip']))],
    ['8.3 a pseudo-header that nobody knows', head(1, asks([':x', 'y']))],
    ['8.3 a pseudo-header of responses', head(1, asks([':status', '200']))],
    [
      '8.3 a pseudo-header among trailers',
      head(1, asks(), END_HEADERS),
      head(1, field(':method', 'GET')),
    ],
    [
      '8.3 a pseudo-header after a field',
      head(1, bytes(GET, HTTPS, authority, field('x', 'y'), path)),
    ],
    ['8.3.1 no :method', head(1, bytes(HTTPS, authority, path))],
    ['8.3.1 no :scheme', head(1, bytes(GET, authority, path))],
    ['8.3.1 no :path', head(1, bytes(GET, HTTPS, authority))],
    [
      '8.3.1 an empty :path',
      head(1, bytes(GET, HTTPS, authority, field(':path', ''))),
    ],
    ['8.3.1 :method twice', head(1, bytes(GET, asks()))],
    ['8.3.1 :path twice', head(1, bytes(GET, HTTPS, authority, path, path))],
  ],
};

const isOver = ({ type }: Frame) => type === 'GOAWAY' || type === 'RST_STREAM';

/** Sends all of a case, and says how it ended. */
async function outcomeOf(sent: Uint8Array[], port: number): Promise<Outcome> {
  const client = await frameClient(port);
  const ping = (name: string) => bytes(name.repeat(8));
  const isAnswer = (name: string) => (got: Frame) =>
    got.type === 'PING' && Buffer.compare(got.payload, ping(name)) === 0;
  // At once: whatever is still on its way to a server that closes resets the
  // connection, and its last words may be lost.
  client.socket.write(
    bytes(
      Buffer.from(preface),
      frame('SETTINGS', 0, 0),
      ...sent,
      frame('PING', 0, 0, ping('aa')),
    ),
  );
  // The acknowledgement of a PING overtakes a RST_STREAM in the queue.
  for (const name of ['aa', 'bb']) {
    await client.until((got) => isOver(got) || isAnswer(name)(got));
    if (client.frames.some(isOver)) break;
    client.socket.write(frame('PING', 0, 0, ping('bb')));
  }
  client.socket.destroy();
  const over = client.frames.find(isOver);
  if (!over) return 'goes on';
  const at = over.type === 'GOAWAY' ? 4 : 0;
  const code = Buffer.from(over.payload).readUInt32BE(at);
  return `${over.type} ${errors[code]}`;
}

describe('alone, in the lesson and behind a tap', () => {
  test.each(
    Object.entries(cases).flatMap(([outcome, all]) =>
      all.map(([what, ...sent]) => ({ what, sent, outcome })),
    ),
  )('$what', async ({ sent, outcome }) => {
    const outcomes = await Promise.all(
      Object.entries(ports).map(async ([who, port]) => [
        who,
        await outcomeOf(sent, port),
      ]),
    );
    const all = Object.keys(ports).map((who) => [who, outcome]);
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(all));
  });
});

test('behind a tap, too, whoever resets rapidly is cut off, and another goes on', async () => {
  const { session } = await nodeClient(ports.behind);
  const running = ask(session, board(1, 200));
  served = 0;
  const client = await frameClient(ports.behind);
  client.greet();
  const cancel = bytes('00000008');
  for (let id = 1; !client.socket.destroyed && id < 20_000;) {
    for (let i = 0; i < 50; i += 1, id += 2)
      client.socket.write(
        bytes(head(id, asks()), frame('RST_STREAM', 0, id, cancel)),
      );
    await new Promise(setImmediate);
  }
  await client.closed;
  expect(served).toBeGreaterThanOrEqual(limits.streamResetBurst);
  // As many as Node allows by itself.
  expect(served).toBeLessThan(1_000);
  expect((await running).headers[':status']).toBe(200);
  session.close();
});
