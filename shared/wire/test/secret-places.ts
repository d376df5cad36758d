/**
 * Traffic with a marker in the places where secrets are, made at random from a
 * seed, so that a case that failed fails again.
 */
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  constants,
  zstdCompressSync,
} from 'node:zlib';
import { concat } from '../bytes.ts';
import { HUFFMAN } from '../hpack/huffman.ts';
import { HpackTable, STATIC_SIZE } from '../hpack/table.ts';
import { PREFACE } from '../http2/decoder.ts';
import type { CapturedConnection } from '../capture.ts';
import type { Direction } from '../unit.ts';
import { text, type Step } from './cuts.ts';

export const MARKER = 'Zq7Xw9Kv2Jp4Lm8Ty';
/** What is no secret, and stays. */
export const VISIBLE = 'Visible';

/** Numbers as random as needed, the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, not including, `below`. */
  below(below: number): number {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  pick<Of>(of: readonly Of[]): Of {
    return of[this.below(of.length)]!;
  }

  once(in_: number): boolean {
    return this.below(in_) === 0;
  }

  /** The bytes in pieces, in order; at least one. */
  cut(bytes: Uint8Array, most = 4): Uint8Array[] {
    const places = Array.from({ length: this.below(most) }, () =>
      this.below(bytes.length + 1),
    ).toSorted((a, b) => a - b);
    const all = [0, ...places, bytes.length];
    return all
      .slice(1)
      .map((to, i) => bytes.subarray(all[i], to))
      .filter((piece, i) => piece.length > 0 || i === 0);
  }
}

/** What a connection is like, and what must be true of it when it is saved. */
export interface Made {
  steps: Step[];
  parts?: Partial<CapturedConnection>;
  /** All that is no secret stays as it is. */
  inPlace: boolean;
}

const percent = (value: string): string =>
  Array.from(
    value,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  ).join('');
const escaped = (value: string): string =>
  Array.from(
    value,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ).join('');

/** The marker as a program might write it. */
function marker(random: Random): string {
  return random.pick([
    MARKER,
    MARKER,
    percent(MARKER),
    btoa(`me:${MARKER}`),
    encodeURIComponent(`${MARKER}&=/ü`),
  ]);
}

const NAMES = [
  'password',
  'passWord',
  'new_password2',
  'user-pwd',
  'access_token',
  'accessToken',
  'refresh_token',
  'api_key',
  'apiKey',
  'clientSecret',
  'id_token',
  'ticket',
];

function json(random: Random, inner = 0): string {
  const name = random.pick([
    ...NAMES,
    'Authorization',
    'pass\\u0077ord',
    '\\u0074oken',
  ]);
  const value = random.pick([
    MARKER,
    escaped(MARKER),
    btoa(MARKER),
    `a\\"b\\\\${MARKER}`,
    `${MARKER}\\n${MARKER}`,
  ]);
  const held = random.pick([
    `"${value}"`,
    `"${value}"`,
    `["${value}", 5, null, "${value}"]`,
    `{"a":{"b":["${value}"]},"c":true}`,
  ]);
  const space = random.pick(['', ' ', '\n  ', '\r\n']);
  const whole = random.pick([
    `{"x":"${VISIBLE}","${name}"${space}:${space}${held}${space},"n":1}`,
    `[{"x":{"${name}":${held}}},${space}"${VISIBLE}"]`,
    `{"variables":{"input":{"${name}":${space}${held}}},"q":"${VISIBLE}"}`,
    `{"link":"https://me:${btoa(MARKER)}@h/?a=1","x":"${VISIBLE}"}`,
    `{"link":"https:\\/\\/h\\/?a=1\\u0026token=${MARKER}","x":"${VISIBLE}"}`,
  ]);
  if (inner > 1 || !random.once(4)) return whole;
  return `{"x":"${VISIBLE}","body":${JSON.stringify(json(random, inner + 1))}}`;
}

function form(random: Random): string {
  const name = random.pick([
    ...NAMES,
    'pass%77ord',
    'user%5Bpassword%5D',
    'user[token]',
    'key',
    'code',
    'sig',
  ]);
  const pair = random.pick([
    `${name}=${marker(random)}`,
    `${name}=${marker(random)}&${name}=${marker(random)}`,
    `next=${encodeURIComponent(`https://h/?a=1&${random.pick(NAMES)}=${MARKER}`)}`,
    `next=${encodeURIComponent(`https://me:${MARKER}@h/`)}`,
    `j=${encodeURIComponent(`{"password":"${MARKER}"}`)}`,
  ]);
  return random.pick([
    `x=${VISIBLE}&${pair}`,
    `${pair}&x=${VISIBLE}`,
    `a=1&${pair}&x=${VISIBLE}`,
  ]);
}

function address(random: Random): string {
  return random.pick([
    `https://h.example/${VISIBLE}?${form(random)}`,
    `https://me:${marker(random)}@h.example/${VISIBLE}`,
    `//${percent(MARKER)}@h.example/${VISIBLE}`,
  ]);
}

function lines(random: Random): string {
  const name = random.pick([...NAMES, 'Authorization', 'Cookie', 'X-Api-Key']);
  return random.pick([
    `${VISIBLE}\r\n${name}: ${marker(random)}\r\n${VISIBLE}\r\n`,
    `- ${name}: "${marker(random)}"\n${VISIBLE}\n`,
    `x ${name}=${marker(random)} ${VISIBLE}\n`,
    `x ${name}="a ${marker(random)}" ${VISIBLE}\n`,
    `see ${address(random)} \n${VISIBLE}\n`,
    `curl -H "Authorization: Bearer ${marker(random)}" ${VISIBLE}\n`,
    json(random),
  ]);
}

function parts(random: Random): string {
  const part = (name: string, value: string): string =>
    `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  return (
    part('x', VISIBLE) +
    part(
      random.pick([...NAMES, 'key']),
      `${marker(random)}\r\n${marker(random)}`,
    ) +
    part('j', json(random)) +
    '--edge--\r\n'
  );
}

function events(random: Random): string {
  const one = random.pick([
    `data: ${json(random).replaceAll(/\r?\n/g, ' ')}\n\n`,
    `event: a\ndata: ${json(random).replaceAll(/\r?\n/g, '\ndata: ')}\n\n`,
    `data: ${random.pick(NAMES)}=${marker(random)}\r\n\r\n`,
    `: ${address(random)}\n\n`,
  ]);
  return `id: 1\ndata: ${VISIBLE}\n\n${one}data: ${VISIBLE}\n\n`;
}

interface Body {
  type: string;
  bytes: Uint8Array;
  coding: string;
}

const CODINGS: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  'x-gzip': gzipSync,
  'Gzip, BR': (bytes) => brotliCompressSync(gzipSync(bytes)),
  'bare deflate': deflateRawSync,
  unknown: (bytes) => bytes.map((byte) => byte ^ 1),
};

/** @param coded it may be compressed */
function body(random: Random, coded = true): Body {
  const [type, value] = random.pick([
    () => ['application/json', json(random)],
    () => ['application/x-www-form-urlencoded', form(random)],
    () => ['multipart/form-data; boundary=edge', parts(random)],
    () => ['text/plain', lines(random)],
    () => ['text/html', `<a href="${address(random)}">${VISIBLE}</a>`],
    () => ['', json(random)],
    () => ['text/event-stream', events(random)],
  ])() as [string, string];
  const plain = text(value);
  if (!coded || random.once(2)) return { type, bytes: plain, coding: '' };
  const coding = random.pick(Object.keys(CODINGS));
  const name = coding === 'bare deflate' ? 'deflate' : coding;
  let bytes = new Uint8Array(CODINGS[coding]!(plain));
  // Nobody can take it off.
  if (random.once(6)) bytes[0]! ^= 0x44;
  if (random.once(6)) bytes = bytes.subarray(0, random.below(bytes.length));
  return { type, bytes, coding: name };
}

/** A header that holds the marker. */
function header(random: Random): [name: string, value: string] {
  const value = marker(random);
  return random.pick<[string, string]>([
    ['Cookie', `a=${value}; b=${value}`],
    ['cOOKIE', value],
    ['Set-Cookie', `id=${value}; Path=/`],
    ['Authorization', `Bearer ${value}`],
    ['AUTHORIZATION', `Basic ${btoa(`me:${MARKER}`)}`],
    ['Proxy-Authorization', `Digest a="${value}"`],
    ['X-Api-Key', value],
    ['api-key', value],
    ['x-goog-api-key', value],
    ['X-Auth-Token', value],
    ['X-CSRF-Token', value],
    ['x-amz-security-token', value],
    ['Referer', address(random)],
    ['Location', address(random)],
    ['Link', `<${address(random)}>; rel="next"`],
    ['X-Config', json(random).replaceAll(/[\r\n]/g, ' ')],
    ['Sec-WebSocket-Protocol', `graphql-ws, bearer.${value}`],
    ['Sec-WebSocket-Protocol', `access_token, ${value}, board.v1`],
    [
      'Sec-WebSocket-Protocol',
      `base64url.bearer.authorization.k8s.io.${btoa(MARKER).replaceAll('=', '')}, mqtt`,
    ],
    ['Sec-WebSocket-Protocol', `board.v1, ${MARKER}${MARKER}`],
  ]);
}

function target(random: Random): string {
  return random.pick([
    `/${VISIBLE}`,
    `/${VISIBLE}?${form(random)}`,
    `http://me:${marker(random)}@h.example/${VISIBLE}`,
    `/proxy/${encodeURIComponent(`https://me:${MARKER}@h/`)}`,
  ]);
}

const latin = (value: string): Uint8Array =>
  Uint8Array.from(value, (each) => each.charCodeAt(0));

function headerLine(random: Random): string {
  const [name, value] = header(random);
  return random.pick([
    `${name}: ${value}\r\n`,
    `${name}:${value}\r\n`,
    `${name} : ${value}\r\n`,
    `${name}: a\r\n ${value}\r\n`,
    `${name}: ${value}\n`,
  ]);
}

/** A message of HTTP/1.1, whole. */
function message(random: Random, start: string, more = ''): Uint8Array {
  const { type, bytes, coding } = body(random);
  const fields =
    (type && `Content-Type: ${type}\r\n`) +
    (coding && `Content-Encoding: ${coding}\r\n`) +
    more +
    headerLine(random) +
    `X-Other: ${VISIBLE}\r\n`;
  if (random.once(2))
    return concat([
      latin(`${start}\r\n${fields}Content-Length: ${bytes.length}\r\n\r\n`),
      bytes,
    ]);
  const chunks = random
    .cut(bytes)
    .filter(({ length }) => length > 0)
    .flatMap((piece) => [
      text(`${piece.length.toString(16)}${random.pick(['', ';a=b'])}\r\n`),
      piece,
      text('\r\n'),
    ]);
  const trailers = random.once(2) ? headerLine(random) : '';
  return concat([
    latin(`${start}\r\n${fields}Transfer-Encoding: chunked\r\n\r\n`),
    ...chunks,
    latin(`0\r\n${trailers}\r\n`),
  ]);
}

function http1(random: Random): Made {
  const steps: Step[] = [];
  for (let i = random.below(3); i >= 0; i--) {
    const start = `POST ${target(random)} HTTP/1.1`;
    steps.push(['up', message(random, start)]);
    if (random.once(4))
      steps.push([
        'down',
        latin(`HTTP/1.1 103 Early\r\n${headerLine(random)}\r\n`),
      ]);
    steps.push(['down', message(random, 'HTTP/1.1 200 OK')]);
  }
  return { steps, inPlace: false };
}

/** All in one form that can be masked in place. */
function plainHttp1(random: Random): Made {
  const one = body(random, false);
  const head =
    `Content-Type: ${one.type}\r\n` +
    headerLine(random) +
    `Content-Length: ${one.bytes.length}\r\n\r\n`;
  return {
    steps: [
      [
        'up',
        concat([latin(`PUT ${target(random)} HTTP/1.1\r\n${head}`), one.bytes]),
      ],
      ['down', concat([latin(`HTTP/1.1 200 OK\r\n${head}`), one.bytes])],
    ],
    inPlace: true,
  };
}

/** A frame of a WebSocket. */
function wsFrame(
  random: Random,
  first: number,
  payload: Uint8Array,
  isMasked: boolean,
): Uint8Array {
  const { length } = payload;
  const size = length < 126 ? [length] : [126, length >> 8, length & 255];
  size[0]! |= isMasked ? 0x80 : 0;
  if (!isMasked) return concat([Uint8Array.of(first, ...size), payload]);
  const key = Uint8Array.from({ length: 4 }, () => random.below(256));
  return concat([
    Uint8Array.of(first, ...size),
    key,
    payload.map((byte, i) => byte ^ key[i & 3]!),
  ]);
}

/** One direction of a WebSocket. */
function webSocketSide(
  random: Random,
  direction: Direction,
  deflate: 'no' | 'yes' | 'without context',
): Uint8Array {
  const isMasked = direction === 'up';
  const frames: Uint8Array[] = [];
  let dictionary = new Uint8Array(0);
  for (let i = random.below(5); i >= 0; i--) {
    const hasSecret = random.once(2);
    const plain = text(
      hasSecret ? lines(random) : `{"x":"${VISIBLE}","n":${random.below(9)}}`,
    );
    const isCompressed = deflate !== 'no' && !random.once(4);
    let payload: Uint8Array = plain;
    if (isCompressed) {
      const whole = deflateRawSync(plain, {
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(dictionary.length > 0 && { dictionary }),
      });
      payload = new Uint8Array(whole.subarray(0, -4));
      if (deflate === 'yes')
        dictionary = new Uint8Array(concat([dictionary, plain])).slice(-32_768);
    }
    const pieces = random.cut(payload);
    for (const [at, piece] of pieces.entries()) {
      const isLast = at === pieces.length - 1;
      const opcode = at === 0 ? 1 : 0;
      const rsv = at === 0 && isCompressed ? 0x40 : 0;
      frames.push(
        wsFrame(random, (isLast ? 0x80 : 0) | rsv | opcode, piece, isMasked),
      );
      if (random.once(5))
        frames.push(wsFrame(random, 0x89, text(`token=${MARKER}`), isMasked));
    }
  }
  if (random.once(3))
    frames.push(
      wsFrame(
        random,
        0x88,
        concat([Uint8Array.of(3, 232), text(`password: ${MARKER}`)]),
        isMasked,
      ),
    );
  return concat(frames);
}

const DEFLATE = {
  no: '',
  yes: 'permessage-deflate',
  'without context':
    'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
};

function webSocket(random: Random): Made {
  const deflate = random.pick(['no', 'yes', 'without context'] as const);
  const extensions = DEFLATE[deflate];
  const head =
    'Connection: Upgrade\r\nUpgrade: websocket\r\n' +
    (extensions && `Sec-WebSocket-Extensions: ${extensions}\r\n`);
  const up = webSocketSide(random, 'up', deflate);
  const down = webSocketSide(random, 'down', deflate);
  return {
    steps: [
      [
        'up',
        latin(
          `GET ${target(random)} HTTP/1.1\r\n${headerLine(random)}${head}\r\n`,
        ),
      ],
      ['down', latin(`HTTP/1.1 101 Yes\r\n${head}${headerLine(random)}\r\n`)],
      ['up', up],
      ['down', down],
    ],
    inPlace: deflate === 'no',
  };
}

/** HPACK, written in any of its forms. */
class Encoder {
  readonly #table = new HpackTable();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  block(fields: [name: string, value: string][]): Uint8Array {
    return concat(fields.map(([name, value]) => this.#field(name, value)));
  }

  #field(name: string, value: string): Uint8Array {
    const indices = Array.from(
      { length: STATIC_SIZE + this.#table.length },
      (_, i) => i + 1,
    );
    const whole = indices.find((at) => {
      const entry = this.#table.get(at);
      return entry?.[0] === name && entry[1] === value;
    });
    if (whole && !this.#random.once(4)) return integer(0x80, 7, whole);
    const named = indices.find((at) => this.#table.get(at)?.[0] === name) ?? 0;
    const index = this.#random.once(3) ? 0 : named;
    const [first, bits] = this.#random.pick([
      [0x40, 6],
      [0x40, 6],
      [0x00, 4],
      [0x10, 4],
    ] as const);
    if (first === 0x40) this.#table.add(name, value);
    return concat([
      integer(first, bits, index),
      ...(index === 0 ? [this.#string(name)] : []),
      this.#string(value),
    ]);
  }

  #string(value: string): Uint8Array {
    const plain = latin(value);
    const coded = huffman(plain);
    // As all who write it do: in the shorter form.
    if (coded.length < plain.length && !this.#random.once(3))
      return concat([integer(0x80, 7, coded.length), coded]);
    return concat([integer(0, 7, plain.length), plain]);
  }
}

function integer(first: number, bits: number, value: number): Uint8Array {
  const most = 2 ** bits - 1;
  if (value < most) return Uint8Array.of(first | value);
  const bytes = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128))
    bytes.push((rest & 127) | 128);
  return Uint8Array.from([...bytes, rest]);
}

const CODES: string[] = [];
{
  let code = 0;
  let next = 0;
  for (const [length, count] of HUFFMAN.counts.entries()) {
    for (let i = 0; i < count; i++, code++)
      CODES[HUFFMAN.symbols[next++]!] = code.toString(2).padStart(length, '0');
    code *= 2;
  }
}

function huffman(plain: Uint8Array): Uint8Array {
  const bits = Array.from(plain, (byte) => CODES[byte]!).join('');
  const bytes = (bits + '1111111').match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}

function h2Frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array,
): Uint8Array {
  const { length } = payload;
  return concat([
    Uint8Array.of(length >> 16, (length >> 8) & 255, length & 255, type, flags),
    Uint8Array.of(0, 0, 0, stream),
    payload,
  ]);
}

/** HEADERS, perhaps with CONTINUATIONs and padding. */
function headers(
  random: Random,
  encoder: Encoder,
  stream: number,
  fields: [string, string][],
  ends = false,
): Uint8Array {
  const pieces = random.cut(encoder.block(fields), 3);
  return concat(
    pieces.map((piece, i) => {
      const end = i === pieces.length - 1 ? 4 : 0;
      if (i > 0) return h2Frame(9, end, stream, piece);
      const flags = end | (ends ? 1 : 0);
      if (!random.once(3)) return h2Frame(1, flags, stream, piece);
      const padded = concat([Uint8Array.of(2), piece, Uint8Array.of(0, 0)]);
      return h2Frame(1, flags | 8, stream, padded);
    }),
  );
}

function data(
  random: Random,
  stream: number,
  bytes: Uint8Array,
  ends: boolean,
): Uint8Array {
  const pieces = random.cut(bytes, 5);
  return concat(
    pieces.map((piece, i) => {
      const flags = ends && i === pieces.length - 1 ? 1 : 0;
      if (!random.once(4)) return h2Frame(0, flags, stream, piece);
      const padded = concat([Uint8Array.of(1), piece, Uint8Array.of(0)]);
      return h2Frame(0, flags | 8, stream, padded);
    }),
  );
}

function lower([name, value]: [string, string]): [string, string] {
  return [name.toLowerCase(), value];
}

function http2(random: Random): Made {
  const up = new Encoder(random);
  const down = new Encoder(random);
  const settings = h2Frame(4, 0, 0, new Uint8Array(0));
  const steps: Step[] = [
    ['up', concat([text(PREFACE), settings])],
    ['down', settings],
  ];
  // The same again, so that it is in the table.
  const [same, other] = [lower(header(random)), lower(header(random))];
  for (let i = 0; i <= random.below(4); i++) {
    const stream = 2 * i + 1;
    if (random.once(4)) {
      const deflate = random.pick(['no', 'yes'] as const);
      const extension: [string, string][] = DEFLATE[deflate]
        ? [['sec-websocket-extensions', DEFLATE[deflate]]]
        : [];
      steps.push([
        'up',
        concat([
          headers(random, up, stream, [
            [':method', 'CONNECT'],
            [':protocol', 'websocket'],
            [':path', target(random)],
            same,
            ...extension,
          ]),
        ]),
      ]);
      steps.push([
        'down',
        concat([
          headers(random, down, stream, [
            [':status', '200'],
            other,
            ...extension,
          ]),
          data(random, stream, webSocketSide(random, 'down', deflate), false),
        ]),
      ]);
      steps.push([
        'up',
        data(random, stream, webSocketSide(random, 'up', deflate), false),
      ]);
      continue;
    }
    for (const direction of ['up', 'down'] as const) {
      const encoder = direction === 'up' ? up : down;
      const { type, bytes, coding } = body(random);
      const start: [string, string][] =
        direction === 'up'
          ? [
              [':method', 'POST'],
              [':scheme', 'https'],
              [':authority', `me:${MARKER}@h`],
              [':path', target(random)],
            ]
          : [[':status', '200']];
      const hasTrailers = random.once(3);
      steps.push([
        direction,
        concat([
          headers(random, encoder, stream, [
            ...start,
            same,
            lower(header(random)),
            ['content-type', type],
            ...(coding
              ? [['content-encoding', coding] as [string, string]]
              : []),
            ['x-other', VISIBLE],
          ]),
          data(random, stream, bytes, !hasTrailers),
          ...(hasTrailers
            ? [
                headers(
                  random,
                  encoder,
                  stream,
                  [other, ['x-t', VISIBLE]],
                  true,
                ),
              ]
            : []),
        ]),
      ]);
    }
  }
  steps.push([
    'down',
    h2Frame(7, 0, 0, concat([new Uint8Array(8), text(`token=${MARKER}`)])),
  ]);
  return { steps, inPlace: false };
}

function block(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? text(value) : value;
  return concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]);
}

function packet(first: number, ...inside: Uint8Array[]): Uint8Array {
  const all = concat(inside);
  return concat([Uint8Array.of(first), integer7(all.length), all]);
}

function integer7(value: number): Uint8Array {
  if (value < 128) return Uint8Array.of(value);
  return Uint8Array.of((value & 127) | 128, value >> 7);
}

function mqttSteps(random: Random): Step[] {
  const isFive = random.once(2);
  const properties = (...all: Uint8Array[]): Uint8Array[] => {
    if (!isFive) return [];
    const joined = concat(all);
    return [integer7(joined.length), joined];
  };
  const pair = (name: string, value: string): Uint8Array =>
    concat([Uint8Array.of(0x26), block(name), block(value)]);
  const secretPair = pair(random.pick(NAMES), marker(random));
  const connect = packet(
    0x10,
    block('MQTT'),
    Uint8Array.of(isFive ? 5 : 4, 0xc6, 0, 60),
    ...properties(
      Uint8Array.of(0x11, 0, 0, 0, 9),
      secretPair,
      concat([Uint8Array.of(0x15), block('SCRAM')]),
      concat([Uint8Array.of(0x16), block(MARKER)]),
      pair('x', VISIBLE),
    ),
    block(VISIBLE),
    ...properties(Uint8Array.of(0x18, 0, 0, 0, 1), secretPair),
    block('will'),
    block(json(random)),
    block(`me-${MARKER}`),
    block(MARKER),
  );
  const publish = packet(
    0x30,
    block(`${VISIBLE}/1`),
    ...properties(secretPair),
    text(json(random)),
  );
  const auth = packet(
    0xf0,
    Uint8Array.of(0),
    ...properties(concat([Uint8Array.of(0x16), block(MARKER)]), secretPair),
  );
  return [
    ['up', connect],
    [
      'down',
      isFive
        ? packet(0x20, Uint8Array.of(0, 0), ...properties(secretPair))
        : packet(0x20, Uint8Array.of(0, 0)),
    ],
    ...(isFive ? [['up', auth] as const, ['down', auth] as const] : []),
    ['up', publish],
    ['down', publish],
  ];
}

function mqtt(random: Random): Made {
  return { steps: mqttSteps(random), inPlace: true };
}

/** As browsers speak it: in binary messages that begin anywhere. */
function mqttInWebSocket(random: Random): Made {
  const head = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  const inside = mqttSteps(random).map(([direction, bytes]): Step => [
    direction,
    concat(
      random
        .cut(bytes, 9)
        .map((piece) => wsFrame(random, 0x82, piece, direction === 'up')),
    ),
  ]);
  return {
    steps: [
      [
        'up',
        latin(`GET / HTTP/1.1\r\n${head}Sec-WebSocket-Protocol: mqtt\r\n\r\n`),
      ],
      [
        'down',
        latin(
          `HTTP/1.1 101 Yes\r\n${head}Sec-WebSocket-Protocol: mqtt\r\n\r\n`,
        ),
      ],
      ...inside,
    ],
    inPlace: true,
  };
}

function delimited(random: Random): Made {
  const both = ['up', 'down', 'up'] as const;
  const kind = random.pick(['lines', 'length', 'unknown'] as const);
  const steps = both.map((direction): Step => {
    const value = text(`+ ${lines(random)}`);
    if (kind !== 'length') return [direction, concat([value, text('\n')])];
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, value.length);
    return [direction, concat([size, value])];
  });
  if (kind === 'lines')
    return { steps, parts: { protocol: { by: 'lines' } }, inPlace: true };
  if (kind === 'length')
    return {
      steps,
      parts: { protocol: { by: 'length', prefix: 4 } },
      inPlace: true,
    };
  return { steps, inPlace: true };
}

/** What is spoken through a proxy. */
function tunnel(random: Random): Made {
  const inner = random.pick([http1, webSocket, http2, mqtt, delimited])(random);
  const port = random.pick(['h:80', `me:${MARKER}@h:80`]);
  return {
    steps: [
      [
        'up',
        latin(
          `CONNECT ${port} HTTP/1.1\r\nHost: h\r\n${headerLine(random)}\r\n`,
        ),
      ],
      ['down', latin(`HTTP/1.1 200 OK\r\n${headerLine(random)}\r\n`)],
      ...(inner.parts ? [] : inner.steps),
    ],
    inPlace: false,
  };
}

/** All that can be made, by name. */
export const PROTOCOLS: Record<string, (random: Random) => Made> = {
  'HTTP/1.1': http1,
  'HTTP/1.1, nothing compressed': plainHttp1,
  WebSocket: webSocket,
  'HTTP/2': http2,
  MQTT: mqtt,
  'MQTT in a WebSocket': mqttInWebSocket,
  'lines, lengths, and what is not known': delimited,
  'a tunnel': tunnel,
};
