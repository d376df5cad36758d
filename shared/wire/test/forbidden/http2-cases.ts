/**
 * What HTTP/2 forbids, frame by frame: a table of our own, after the sections
 * of RFC 9113 and what h2spec looks at. Every case comes after the preface and
 * SETTINGS of both sides.
 */
import { bytes, text, type Step } from '../cuts.ts';
import { down, up } from '../vectors/http2-frames.ts';

export interface Http2Case {
  title: string;
  steps: Step[];
  section?: string;
  says?: string;
  /** Words of wire/left-out.md: somebody refuses it, and we say nothing. */
  leftOut?: string;
}

/** `name: value`, written out without Huffman code, not to be remembered. */
export function field(name: string, value: string): Uint8Array {
  const of = (one: string): Uint8Array => {
    const raw = Uint8Array.from(Buffer.from(one, 'latin1'));
    return bytes(Uint8Array.of(raw.length), raw);
  };
  return bytes('00', of(name), of(value));
}

export function fields(...list: [name: string, value: string][]): Uint8Array {
  return bytes(...list.map(([name, value]) => field(name, value)));
}

const GET = '828684 410161';
const POST = '838684 410161';
const OK = '88';

/** END_HEADERS, and END_STREAM as well. */
const OPEN = '01 04';
const WHOLE = '01 05';

const get = up(`${WHOLE} 1`, GET);
const post = up(`${OPEN} 1`, POST);

function forbidden(
  section: string,
  cases: [title: string, says: string, ...steps: Step[]][],
): Http2Case[] {
  return cases.map(([title, says, ...steps]) => ({
    title,
    says,
    steps,
    section,
  }));
}

function allowed(cases: [title: string, ...steps: Step[]][]): Http2Case[] {
  return cases.map(([title, ...steps]) => ({ title, steps }));
}

const withField = (name: string, value: string): Step =>
  up(`${WHOLE} 1`, GET, field(name, value));
const request = (...list: [string, string][]): Step =>
  up(`${WHOLE} 1`, fields(...list));
const setting = (id: string, value: string): Step => up('04 00 0', id, value);

const METHOD: [string, string] = [':method', 'GET'];
const SCHEME: [string, string] = [':scheme', 'http'];
const PATH: [string, string] = [':path', '/'];
const AUTHORITY: [string, string] = [':authority', 'a'];

const K = '00'.repeat(16_000);

/** What a client sends. */
export const CLIENT: Http2Case[] = [
  ...allowed([
    ['a request', get],
    ['a request with a body', post, up('00 01 1', text('hi'))],
    [
      'a body of the length that it says',
      up(`${OPEN} 1`, POST, field('content-length', '2')),
      up('00 01 1', text('hi')),
    ],
    [
      'padding is not counted',
      up(`${OPEN} 1`, POST, field('content-length', '2')),
      up('00 09 1', '03', text('hi'), '000000'),
    ],
    [
      'trailers',
      post,
      up('00 00 1', text('hi')),
      up(`${WHOLE} 1`, field('digest', 'x')),
    ],
    [
      'host in place of :authority',
      request(METHOD, SCHEME, PATH, ['host', 'a']),
    ],
    ['te: trailers', withField('te', 'trailers')],
    ['an empty value', withField('x', '')],
    ['a value that is not ASCII', withField('x', 'caf\xe9')],
    [
      'OPTIONS *',
      request([':method', 'OPTIONS'], SCHEME, [':path', '*'], AUTHORITY),
    ],
    ['PING', up('06 00 0', '0102030405060708')],
    ['streams that are left out', get, up(`${WHOLE} 7`, GET)],
    ['PRIORITY of a stream that is not open', up('02 00 9', '00000003 0f')],
    ['WINDOW_UPDATE after END_STREAM', get, up('08 00 1', '00000001')],
    ['RST_STREAM after END_STREAM', get, up('03 00 1', '00000008')],
    ['a setting that nobody knows', setting('00ff', '00000007')],
    ['a frame that nobody knows', up('2a ff 0', 'c0ffee')],
    [
      'a header section in three frames',
      up('01 01 1', '8286'),
      up('09 00 1', '84'),
      up('09 04 1', '410161'),
    ],
    ['the largest window', up('08 00 0', '7fff0000')],
    [
      'DATA of no bytes after the window is used up',
      post,
      ...[1, 2, 3, 4].map(() => up('00 00 1', K)),
      up('00 00 1', '00'.repeat(1_535)),
      up('00 01 1'),
    ],
  ]),
  ...allowed([
    [
      'host and :authority in other letters',
      request(METHOD, SCHEME, PATH, [':authority', 'A'], ['host', 'a']),
    ],
    ['PRIORITY_UPDATE', get, up('10 00 0', '00000001', text('u=3'))],
    ['GOAWAY that names a promised stream', up('07 00 0', '00000002 00000000')],
  ]),
  ...forbidden('RFC 9110 5.3', [
    [
      'host twice',
      'expected host once',
      request(METHOD, SCHEME, PATH, ['host', 'a'], ['host', 'a']),
    ],
  ]),
  ...forbidden('RFC 9110 9.1', [
    [
      'a method of two words',
      'expected a :method that is one word, found "GE T"',
      request([':method', 'GE T'], SCHEME, PATH, AUTHORITY),
    ],
  ]),
  ...forbidden('RFC 9113 8.3.1', [
    [
      'a space in :authority',
      'expected a name or an address in :authority',
      request(METHOD, SCHEME, PATH, [':authority', 'a b']),
    ],
    [
      'a path in host',
      'expected a name or an address in host',
      request(METHOD, SCHEME, PATH, ['host', 'a/b']),
    ],
    [
      'a space in :path',
      'expected a :path of visible ASCII characters without "#", found 0x20',
      request(METHOD, SCHEME, [':path', '/a b'], AUTHORITY),
    ],
    [
      'a fragment in :path',
      'found 0x23 ("#")',
      request(METHOD, SCHEME, [':path', '/#a'], AUTHORITY),
    ],
    [
      'a scheme that begins with a digit',
      'expected a :scheme of letters and digits, found "1http"',
      request(METHOD, [':scheme', '1http'], PATH, AUTHORITY),
    ],
    [
      'an empty scheme',
      'expected a :scheme of letters and digits, found ""',
      request(METHOD, [':scheme', ''], PATH, AUTHORITY),
    ],
  ]),
  ...forbidden('RFC 8441 3', [
    [
      'ENABLE_CONNECT_PROTOCOL taken back',
      'expected ENABLE_CONNECT_PROTOCOL to stay 1',
      setting('0008', '00000001'),
      setting('0008', '00000000'),
    ],
  ]),
  ...forbidden('RFC 9218 2.1', [
    [
      'NO_RFC7540_PRIORITIES changed',
      'expected NO_RFC7540_PRIORITIES to stay as it was, 0, found 1',
      setting('0009', '00000001'),
    ],
  ]),
  ...forbidden('RFC 9218 7.1', [
    [
      'PRIORITY_UPDATE that is too short',
      'expected at least 4 bytes',
      up('10 00 0', '0000'),
    ],
    [
      'PRIORITY_UPDATE on a stream',
      'expected PRIORITY_UPDATE on stream 0',
      get,
      up('10 00 1', '00000001'),
    ],
    [
      'PRIORITY_UPDATE for stream 0',
      'expected PRIORITY_UPDATE for a stream',
      up('10 00 0', '00000000'),
    ],
  ]),
  ...forbidden('RFC 9113 6.8', [
    [
      'GOAWAY that names a stream of its own',
      'expected a stream that the other side opens as the last one, found 1',
      get,
      up('07 00 0', '00000001 00000000'),
    ],
  ]),
  ...forbidden('RFC 9113 4.2', [
    [
      'a frame that is too large',
      'expected at most 16,384 bytes of payload, found 16,385',
      post,
      up('00 00 1', '00'.repeat(16_385)),
    ],
  ]),
  ...forbidden('RFC 9113 5.1', [
    [
      'DATA on a stream that is not open',
      'expected DATA on a stream that was opened, found stream 1',
      up('00 01 1', text('hi')),
    ],
    [
      'RST_STREAM on a stream that is not open',
      'expected RST_STREAM on a stream that was opened',
      up('03 00 1', '00000008'),
    ],
    [
      'WINDOW_UPDATE on a stream that is not open',
      'expected WINDOW_UPDATE on a stream that was opened',
      up('08 00 1', '00000001'),
    ],
    [
      'DATA after END_STREAM',
      'expected no DATA on stream 1, as this side has ended it',
      get,
      up('00 01 1', text('hi')),
    ],
    [
      'HEADERS after END_STREAM',
      'expected no HEADERS on stream 1, as this side has ended it',
      get,
      up(`${WHOLE} 1`, GET),
    ],
    [
      'DATA after RST_STREAM',
      'expected no DATA on stream 1, as this side has ended it',
      post,
      up('03 00 1', '00000008'),
      up('00 01 1', text('hi')),
    ],
    [
      'HEADERS after RST_STREAM',
      'expected no HEADERS on stream 1, as this side has ended it',
      post,
      up('03 00 1', '00000008'),
      up(`${WHOLE} 1`, GET),
    ],
  ]),
  ...forbidden('RFC 9113 5.1.1', [
    [
      'an even stream',
      'expected an odd stream, as a client opens, found 2',
      up(`${WHOLE} 2`, GET),
    ],
    [
      'a stream below the last one',
      'expected a stream above 5, found 3',
      up(`${WHOLE} 5`, GET),
      up(`${WHOLE} 3`, GET),
    ],
  ]),
  ...forbidden('RFC 7540 5.3.1', [
    [
      'HEADERS that depend on themselves',
      'found 1 on itself',
      up('01 25 1', '00000001 0f', GET),
    ],
    [
      'PRIORITY that depends on itself',
      'found 3 on itself',
      up('02 00 3', '00000003 0f'),
    ],
  ]),
  ...forbidden('RFC 9113 6.1', [
    [
      'DATA on stream 0',
      'expected DATA on a stream',
      up('00 01 0', text('hi')),
    ],
    [
      'padding that is longer than the frame',
      'expected padding shorter than the frame',
      post,
      up('00 09 1', '05', text('hi')),
    ],
    [
      'padding of HEADERS that is longer than the frame',
      'expected room for padding',
      up('01 0d 1', 'ff', GET),
    ],
  ]),
  ...forbidden('RFC 9113 6.2', [
    [
      'HEADERS on stream 0',
      'expected HEADERS on a stream',
      up(`${WHOLE} 0`, GET),
    ],
  ]),
  ...forbidden('RFC 9113 6.10', [
    [
      'another frame within a header section',
      'expected CONTINUATION of stream 1, found PING',
      up('01 01 1', '8286'),
      up('06 00 0', '0102030405060708'),
    ],
    [
      'HEADERS of another stream within a header section',
      'expected CONTINUATION of stream 1, found HEADERS',
      up('01 01 1', '8286'),
      up(`${WHOLE} 3`, GET),
    ],
    [
      'CONTINUATION of another stream',
      'found CONTINUATION of stream 3',
      up('01 01 1', '8286'),
      up('09 04 3', '84'),
    ],
    [
      'CONTINUATION of nothing',
      'expected CONTINUATION only after',
      get,
      up('09 04 1', '84'),
    ],
    [
      'CONTINUATION on stream 0',
      'found CONTINUATION of stream 0',
      up('01 01 1', '8286'),
      up('09 04 0', '84'),
    ],
  ]),
  ...forbidden('RFC 9113 6.3', [
    [
      'PRIORITY on stream 0',
      'expected PRIORITY on a stream',
      up('02 00 0', '00000001 0f'),
    ],
    [
      'PRIORITY of another size',
      'expected 5 bytes of payload',
      up('02 00 1', '00000001'),
    ],
  ]),
  ...forbidden('RFC 9113 6.4', [
    [
      'RST_STREAM on stream 0',
      'expected RST_STREAM on a stream',
      up('03 00 0', '00000008'),
    ],
    [
      'RST_STREAM of another size',
      'expected 4 bytes of payload',
      post,
      up('03 00 1', '000008'),
    ],
  ]),
  ...forbidden('RFC 9113 6.5', [
    ['SETTINGS on a stream', 'expected SETTINGS on stream 0', up('04 00 1')],
    [
      'SETTINGS of another size',
      'expected 6 bytes of payload for each setting',
      up('04 00 0', '0001'),
    ],
    [
      'an acknowledgement with a payload',
      'expected no payload in an acknowledgement',
      up('04 01 0', '0003 00000064'),
    ],
  ]),
  ...forbidden('RFC 9113 6.5.2', [
    [
      'ENABLE_PUSH of 2',
      'expected 0 or 1 for ENABLE_PUSH, found 2',
      setting('0002', '00000002'),
    ],
    [
      'a window that is too large',
      'INITIAL_WINDOW_SIZE of at most 2,147,483,647, found 2,147,483,648',
      setting('0004', '80000000'),
    ],
    [
      'a frame size that is too small',
      'expected a MAX_FRAME_SIZE from 16,384',
      setting('0005', '00003fff'),
    ],
    [
      'a frame size that is too large',
      'found 16,777,216',
      setting('0005', '01000000'),
    ],
  ]),
  ...forbidden('RFC 9113 6.5.3', [
    [
      'an acknowledgement of nothing',
      'expected SETTINGS that this acknowledges',
      up('04 01 0'),
      up('04 01 0'),
    ],
  ]),
  ...forbidden('RFC 8441 3', [
    [
      'ENABLE_CONNECT_PROTOCOL of 2',
      'expected 0 or 1 for ENABLE_CONNECT_PROTOCOL',
      setting('0008', '00000002'),
    ],
    [
      ':protocol that the server has not allowed',
      'only after SETTINGS with ENABLE_CONNECT_PROTOCOL',
      request(
        [':method', 'CONNECT'],
        [':protocol', 'websocket'],
        SCHEME,
        PATH,
        AUTHORITY,
      ),
    ],
  ]),
  ...forbidden('RFC 9218 2.1', [
    [
      'NO_RFC7540_PRIORITIES of 2',
      'expected 0 or 1 for NO_RFC7540_PRIORITIES',
      setting('0009', '00000002'),
    ],
  ]),
  ...forbidden('RFC 9113 6.7', [
    [
      'PING on a stream',
      'expected PING on stream 0',
      up('06 00 1', '0102030405060708'),
    ],
    [
      'PING of another size',
      'expected 8 bytes of payload',
      up('06 00 0', '01'),
    ],
    [
      'an answer to no PING',
      'expected a PING that this answers',
      up('06 01 0', '0102030405060708'),
    ],
  ]),
  ...forbidden('RFC 9113 6.8', [
    [
      'GOAWAY on a stream',
      'expected GOAWAY on stream 0',
      up('07 00 1', '00000000 00000000'),
    ],
    [
      'GOAWAY that is too short',
      'expected at least 8 bytes',
      up('07 00 0', '00000000'),
    ],
    [
      'GOAWAY with a higher last stream',
      'expected a last stream of at most 0',
      up('07 00 0', '00000000 00000000'),
      up('07 00 0', '00000002 00000000'),
    ],
  ]),
  ...forbidden('RFC 9113 6.9', [
    [
      'WINDOW_UPDATE of 0',
      'expected an increment of at least 1',
      up('08 00 0', '00000000'),
    ],
    [
      'WINDOW_UPDATE of 0 on a stream',
      'expected an increment of at least 1',
      post,
      up('08 00 1', '00000000'),
    ],
    [
      'WINDOW_UPDATE of another size',
      'expected 4 bytes of payload',
      up('08 00 0', '000001'),
    ],
  ]),
  ...forbidden('RFC 9113 6.9.1', [
    [
      'a window of the connection that is too wide',
      'expected a window of at most 2,147,483,647',
      up('08 00 0', '7fffffff'),
      up('08 00 0', '7fffffff'),
    ],
    [
      'a window of a stream that is too wide',
      'expected a window of at most 2,147,483,647',
      post,
      up('08 00 1', '7fffffff'),
      up('08 00 1', '7fffffff'),
    ],
    [
      'more data than the window allows',
      'expected at most 1,535 bytes, as the window allows, found 16,000',
      post,
      ...[1, 2, 3, 4, 5].map(() => up('00 00 1', K)),
    ],
  ]),
  ...forbidden('RFC 9113 6.9.2', [
    [
      'a setting that makes a window too wide',
      'expected no window above 2,147,483,647',
      up(`${OPEN} 1`, POST),
      up('08 00 1', '00000002'),
      setting('0004', '7fffffff'),
    ],
  ]),
  ...forbidden('RFC 9113 8.1', [
    [
      'a second header section without END_STREAM',
      'expected END_STREAM on the second header section of stream 1',
      post,
      up(`${OPEN} 1`, field('x', 'y')),
    ],
    [
      'a pseudo-header in trailers',
      'expected no pseudo-header in trailers, found ":method"',
      post,
      up(`${WHOLE} 1`, field(':method', 'GET')),
    ],
  ]),
  ...forbidden('RFC 9113 8.1.1', [
    [
      'less DATA than content-length says',
      'expected 5 bytes of DATA, as content-length says, found 2',
      up(`${OPEN} 1`, POST, field('content-length', '5')),
      up('00 01 1', text('hi')),
    ],
    [
      'more DATA than content-length says',
      'expected 1 byte of DATA, as content-length says, found 2',
      up(`${OPEN} 1`, POST, field('content-length', '1')),
      up('00 01 1', text('hi')),
    ],
    [
      'DATA in two frames, and another length',
      'expected 3 bytes of DATA',
      up(`${OPEN} 1`, POST, field('content-length', '3')),
      up('00 00 1', text('hi')),
      up('00 01 1', text('hi')),
    ],
    [
      'a content-length, and no DATA',
      'expected 5 bytes of DATA, as content-length says, found 0',
      up(`${WHOLE} 1`, POST, field('content-length', '5')),
    ],
    [
      'a content-length that is none',
      'expected a content-length of digits, found "x"',
      withField('content-length', 'x'),
    ],
    [
      'two content-lengths',
      'expected content-length once',
      up(
        `${WHOLE} 1`,
        GET,
        fields(['content-length', '0'], ['content-length', '0']),
      ),
    ],
  ]),
  ...forbidden('RFC 9113 8.2.1', [
    [
      'capital letters in a name',
      'expected a field name in small letters, found "X-A"',
      withField('X-A', 'b'),
    ],
    [
      'a space in a name',
      'expected a field name in letters, digits and -, found "x a"',
      withField('x a', 'b'),
    ],
    ['no name', 'expected a name for each field', withField('', 'b')],
    ['a colon within a name', 'found "x:a"', withField('x:a', 'b')],
    [
      'NUL in a value',
      'expected no control character in x, found 0x00',
      withField('x', 'a\0b'),
    ],
    ['CR LF in a value', 'found 0x0d (CR)', withField('x', 'a\r\nb')],
    ['LF in a value', 'found 0x0a (LF)', withField('x', 'a\nb')],
    [
      'a space before a value',
      'expected no space around the value of x',
      withField('x', ' a'),
    ],
    [
      'a tab after a value',
      'expected no space around the value of x',
      withField('x', 'a\t'),
    ],
  ]),
  ...forbidden('RFC 9110 5.5', [
    ['a control character in a value', 'found 0x01', withField('x', 'a\x01b')],
  ]),
  ...forbidden('RFC 9113 8.2.2', [
    ...[
      'connection',
      'keep-alive',
      'proxy-connection',
      'transfer-encoding',
      'upgrade',
    ].map((name): [string, string, Step] => [
      name,
      `expected no field of the connection, found ${name}`,
      withField(name, 'x'),
    ]),
    [
      'te: gzip',
      'expected no te but "trailers", found "gzip"',
      withField('te', 'gzip'),
    ],
  ]),
  ...forbidden('RFC 9113 8.3', [
    [
      'an unknown pseudo-header',
      'expected a pseudo-header of a request, found ":test"',
      request(METHOD, SCHEME, PATH, AUTHORITY, [':test', 'x']),
    ],
    [
      ':status in a request',
      'expected a pseudo-header of a request, found ":status"',
      request(METHOD, SCHEME, PATH, AUTHORITY, [':status', '200']),
    ],
    [
      'a pseudo-header after a field',
      'expected :path before all other fields',
      request(METHOD, SCHEME, AUTHORITY, ['x', 'y'], PATH),
    ],
    [
      'two of a pseudo-header',
      'expected :method once',
      request(METHOD, METHOD, SCHEME, PATH, AUTHORITY),
    ],
  ]),
  ...forbidden('RFC 9113 8.3.1', [
    [
      'no :method',
      'expected :method in a request',
      request(SCHEME, PATH, AUTHORITY),
    ],
    [
      'no :scheme',
      'expected :scheme in a request',
      request(METHOD, PATH, AUTHORITY),
    ],
    [
      'no :path',
      'expected :path in a request',
      request(METHOD, SCHEME, AUTHORITY),
    ],
    [
      'an empty :path',
      'expected a :path, found an empty one',
      request(METHOD, SCHEME, [':path', ''], AUTHORITY),
    ],
    [
      'a :path without "/"',
      'expected a :path that begins with "/", found "a"',
      request(METHOD, SCHEME, [':path', 'a'], AUTHORITY),
    ],
    [
      'neither :authority nor host',
      'found neither',
      request(METHOD, SCHEME, PATH),
    ],
    [
      'a user in :authority',
      'expected :authority without a user',
      request(METHOD, SCHEME, PATH, [':authority', 'u@a']),
    ],
    [
      'host and :authority that differ',
      'found "b"',
      request(METHOD, SCHEME, PATH, AUTHORITY, ['host', 'b']),
    ],
  ]),
  ...forbidden('RFC 9113 8.5', [
    [
      ':path with CONNECT',
      'expected no :path with CONNECT',
      request([':method', 'CONNECT'], PATH, AUTHORITY),
    ],
    [
      'no :authority with CONNECT',
      'expected :authority with CONNECT',
      request([':method', 'CONNECT']),
    ],
  ]),
  ...forbidden('RFC 8441 4', [
    [
      ':protocol without CONNECT',
      'expected :protocol only with CONNECT',
      request(METHOD, SCHEME, PATH, AUTHORITY, [':protocol', 'x']),
    ],
  ]),
  ...forbidden('RFC 9113 8.4', [
    [
      'PUSH_PROMISE from a client',
      'expected no PUSH_PROMISE from a client',
      get,
      up('05 04 1', '00000002', GET),
    ],
  ]),
  ...forbidden('RFC 7541 2.3.3', [
    [
      'an index that no table has',
      'expected an index from 1 to 62, found 63',
      up(`${WHOLE} 1`, GET, 'bf'),
    ],
    ['index 0', 'found 0', up(`${WHOLE} 1`, GET, '80')],
  ]),
  ...forbidden('RFC 7541 5.2', [
    [
      'padding of a Huffman-coded string',
      'expected at most 7 bits of padding',
      up(`${WHOLE} 1`, GET, '00 82 1fff 00'),
    ],
    [
      'the end-of-string symbol',
      'expected no end-of-string symbol',
      up(`${WHOLE} 1`, GET, '00 84 ffffffff 00'),
    ],
  ]),
  ...forbidden('RFC 7541 4.2', [
    [
      'a change of the table size after a field',
      'before all fields',
      up(`${WHOLE} 1`, GET, '20'),
    ],
  ]),
  ...forbidden('RFC 7541 6.3', [
    [
      'a table that is larger than allowed',
      'expected a table of at most 4,096 bytes',
      up(`${WHOLE} 1`, '3f e2 1f', GET),
    ],
  ]),
];

const response = (...list: [string, string][]): Step =>
  down(`${WHOLE} 1`, fields(...list));
const STATUS: [string, string] = [':status', '200'];

/** What a server sends to GET on stream 1. */
export const SERVER: Http2Case[] = [
  ...allowed([
    ['a response', down(`${WHOLE} 1`, OK)],
    [
      'a response with a body',
      down(`${OPEN} 1`, OK, field('content-length', '2')),
      down('00 01 1', text('hi')),
    ],
    [
      'an interim response',
      down(`${OPEN} 1`, field(':status', '103')),
      down(`${WHOLE} 1`, OK),
    ],
    [
      'trailers',
      down(`${OPEN} 1`, OK),
      down('00 00 1', text('hi')),
      down(`${WHOLE} 1`, field('digest', 'x')),
    ],
    [
      'a 304 with a length',
      response([':status', '304'], ['content-length', '5']),
    ],
    [
      'RST_STREAM after a response',
      down(`${OPEN} 1`, OK),
      down('03 00 1', '00000000'),
    ],
  ]),
  ...forbidden('RFC 9110 8.6', [
    [
      'content-length with 204',
      'expected no content-length in a 204',
      down(`${WHOLE} 1`, fields([':status', '204'], ['content-length', '5'])),
    ],
    [
      'content-length with 103',
      'expected no content-length in a 103',
      down(`${OPEN} 1`, fields([':status', '103'], ['content-length', '5'])),
    ],
  ]),
  ...forbidden('RFC 9218 7.1', [
    [
      'PRIORITY_UPDATE',
      'expected no PRIORITY_UPDATE from a server',
      down('10 00 0', '00000001'),
    ],
  ]),
  ...forbidden('RFC 7838 4', [
    [
      'ALTSVC without an origin on stream 0',
      'expected ALTSVC with an origin on stream 0',
      down('0a 00 0', '0000', text('a')),
    ],
    [
      'ALTSVC with an origin on a stream',
      'expected ALTSVC without an origin on a stream',
      down('0a 00 1', '0001', text('ab')),
    ],
  ]),
  ...forbidden('RFC 9113 6.8', [
    [
      'GOAWAY with a stream of its own',
      'expected a stream that the other side opens as the last one, found 2',
      down('07 00 0', '00000002 00000000'),
    ],
  ]),
  ...forbidden('RFC 9113 5.1', [
    [
      'a response that nobody asked for',
      'expected HEADERS on a stream that was opened, found stream 5',
      down(`${WHOLE} 5`, OK),
    ],
    [
      'a response on an even stream',
      'expected HEADERS on a stream that was promised, found stream 2',
      down(`${WHOLE} 2`, OK),
    ],
    [
      'DATA after END_STREAM',
      'expected no DATA on stream 1',
      down(`${WHOLE} 1`, OK),
      down('00 01 1', text('hi')),
    ],
  ]),
  ...forbidden('RFC 9113 8.1', [
    [
      'DATA before HEADERS',
      'expected HEADERS before DATA on stream 1',
      down('00 01 1', text('hi')),
    ],
    [
      'DATA after an interim response',
      'expected HEADERS before DATA on stream 1',
      down(`${OPEN} 1`, field(':status', '103')),
      down('00 01 1', text('hi')),
    ],
    [
      'an interim response that ends the stream',
      'expected another header section after 103',
      response([':status', '103']),
    ],
    [
      'a second response',
      'expected END_STREAM on the second header section',
      down(`${OPEN} 1`, OK),
      down(`${OPEN} 1`, OK),
    ],
    [
      ':status in trailers',
      'expected no pseudo-header in trailers',
      down(`${OPEN} 1`, OK),
      down(`${WHOLE} 1`, OK),
    ],
  ]),
  ...forbidden('RFC 9113 8.1.1', [
    [
      'less DATA than content-length says',
      'expected 5 bytes of DATA',
      down(`${OPEN} 1`, OK, field('content-length', '5')),
      down('00 01 1', text('hi')),
    ],
    [
      'more DATA than content-length says',
      'expected 1 byte of DATA',
      down(`${OPEN} 1`, OK, field('content-length', '1')),
      down('00 01 1', text('hi')),
    ],
  ]),
  ...forbidden('RFC 9110 15.3.5', [
    [
      'DATA after 204',
      'expected no DATA after 204',
      down(`${OPEN} 1`, '89'),
      down('00 01 1', text('hi')),
    ],
  ]),
  ...forbidden('RFC 9110 15.4.5', [
    [
      'DATA after 304',
      'expected no DATA after 304',
      down(`${OPEN} 1`, '8b'),
      down('00 01 1', text('hi')),
    ],
  ]),
  ...forbidden('RFC 9113 8.2.1', [
    [
      'capital letters in a name',
      'in small letters',
      response(STATUS, ['X-A', 'b']),
    ],
    ['CR LF in a value', 'found 0x0d (CR)', response(STATUS, ['x', 'a\r\nb'])],
  ]),
  ...forbidden('RFC 9113 8.2.2', [
    [
      'proxy-connection',
      'found proxy-connection',
      response(STATUS, ['proxy-connection', 'keep-alive']),
    ],
    [
      'transfer-encoding',
      'found transfer-encoding',
      response(STATUS, ['transfer-encoding', 'chunked']),
    ],
  ]),
  ...forbidden('RFC 9113 8.3', [
    [
      ':path in a response',
      'expected a pseudo-header of a response, found ":path"',
      response(STATUS, PATH),
    ],
    ['two of :status', 'expected :status once', response(STATUS, STATUS)],
    [
      ':status after a field',
      'expected :status before all other fields',
      response(['x', 'y'], STATUS),
    ],
  ]),
  ...forbidden('RFC 9113 8.3.2', [
    ['no :status', 'expected :status in a response', response(['x', 'y'])],
    [
      'a :status of two digits',
      'expected a :status of three digits, found "20"',
      response([':status', '20']),
    ],
  ]),
  ...forbidden('RFC 9113 8.6', [
    ['a 101', 'expected no 101', response([':status', '101'])],
  ]),
  ...forbidden('RFC 9113 5.1.1', [
    [
      'an odd promised stream',
      'expected an even promised stream above 0, found 3',
      down('05 04 1', '00000003', GET),
    ],
  ]),
  ...forbidden('RFC 9113 6.5.2', [
    [
      'ENABLE_PUSH from a server',
      'expected no ENABLE_PUSH of 1 from a server',
      down('04 00 0', '0002 00000001'),
    ],
  ]),
  ...forbidden('RFC 9113 6.9', [
    [
      'WINDOW_UPDATE of 0',
      'expected an increment of at least 1',
      down('08 00 0', '00000000'),
    ],
  ]),
  ...forbidden('RFC 9113 6.8', [
    [
      'GOAWAY with a higher last stream',
      'expected a last stream of at most 1',
      down('07 00 0', '00000001 00000000'),
      down('07 00 0', '00000003 00000000'),
    ],
  ]),
];
