/**
 * What a client may send, and what it may not: RFC 6455, section by section,
 * with what an echo must send in return.
 */
import { deflateRawSync } from 'node:zlib';
import { encodeFrame, opcodes } from '../frame.ts';

/** Bytes of a client, and the frames that it gets, each in words. */
export interface EchoCase {
  what: string;
  sent: Uint8Array;
  /** `text “a”`, `pong “”`, `close 1002`; binary in hexadecimal digits. */
  gets: string[];
  /** Whether it breaks a rule of the standard, which the wire must name. */
  isWrong: boolean;
  /** What the client offers in its handshake. */
  offers: string;
}

type Payload = string | Uint8Array;

const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const bytesOf = (payload: Payload) =>
  typeof payload === 'string' ? new Uint8Array(Buffer.from(payload)) : payload;

/**
 * A client's frame.
 *
 * @param reserved the three bits after the first, as a number: RSV1 is 4
 */
function frame(
  opcode: number,
  payload: Payload = '',
  { final = true, reserved = 0 } = {},
): Uint8Array {
  const bytes = encodeFrame({ final, opcode, payload: bytesOf(payload), mask });
  bytes[0]! |= reserved << 4;
  return bytes;
}

const part = { final: false };
const text = (payload: Payload, more = {}) =>
  frame(opcodes.text, payload, more);
const binary = (payload: Payload, more = {}) =>
  frame(opcodes.binary, payload, more);
const more = (payload: Payload, options = {}) =>
  frame(opcodes.continuation, payload, options);
const ping = (payload: Payload = '', options = {}) =>
  frame(opcodes.ping, payload, options);
const pong = (payload: Payload = '', options = {}) =>
  frame(opcodes.pong, payload, options);

function close(code?: number, reason: Payload = ''): Uint8Array {
  if (code === undefined) return frame(opcodes.close, reason);
  const payload = [code >> 8, code & 0xff, ...bytesOf(reason)];
  return frame(opcodes.close, Uint8Array.from(payload));
}

/** What is asked after what must have ended the connection. */
export const stillThere = 'still there?';

const bye = 'close 1000';
const broken = 'close 1002';

/** Frames that get others in return, before the client closes. */
function fine(
  what: string,
  frames: Uint8Array[],
  gets: string[],
  offers = '',
): EchoCase {
  const sent = Buffer.concat([...frames, close(1000)]);
  return { what, sent, gets: [...gets, bye], isWrong: false, offers };
}

/** Frames that break a rule, and the connection with it. */
function wrong(
  what: string,
  frames: Uint8Array[],
  gets: string[] = [broken],
  offers = '',
): EchoCase {
  // An echo that accepts them returns this, and the test need not wait long.
  const sent = Buffer.concat([...frames, ping(stillThere)]);
  return { what, sent, gets, isWrong: true, offers };
}

/** Frames that end the connection, as they may. */
function ends(what: string, frames: Uint8Array[], gets: string[]): EchoCase {
  const sent = Buffer.concat(frames);
  return { what, sent, gets, isWrong: false, offers: '' };
}

const lengths = [0, 1, 125, 126, 127, 65_535, 65_536];

const sizes = lengths.flatMap((length) => {
  const letters = '*'.repeat(length);
  const bytes = new Uint8Array(length).fill(0xfe);
  return [
    fine(`a text of ${length} bytes`, [text(letters)], [`text “${letters}”`]),
    fine(
      `${length} bytes of binary`,
      [binary(bytes)],
      [`binary ${'fe'.repeat(length)}`],
    ),
  ];
});

const pings = [
  ...['', 'there?', 'x'.repeat(125)].map((payload) =>
    fine(`ping “${payload}”`, [ping(payload)], [`pong “${payload}”`]),
  ),
  fine('ten pings', Array<Uint8Array>(10).fill(ping('1')), [
    ...Array<string>(10).fill('pong “1”'),
  ]),
  fine('a pong that nobody asked for', [pong('x'), ping('y')], ['pong “y”']),
  wrong('a ping of 126 bytes', [ping('x'.repeat(126))]),
  wrong('a pong of 126 bytes', [pong('x'.repeat(126))]),
];

const reserved = [1, 2, 3, 4, 5, 6, 7].flatMap((bits) => {
  const set = { reserved: bits };
  return [
    wrong(`RSV ${bits} of a text`, [text('a', set)]),
    wrong(
      `RSV ${bits} after a text`,
      [text('a'), text('b', set)],
      ['text “a”', broken],
    ),
    wrong(`RSV ${bits} of a ping`, [ping('a', set)]),
  ];
});

const unknown = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
  wrong(`opcode ${opcode}`, [frame(opcode)]),
  wrong(`opcode ${opcode} with a payload`, [frame(opcode, 'x'), ping()]),
  wrong(
    `opcode ${opcode} after a text`,
    [text('a'), frame(opcode)],
    ['text “a”', broken],
  ),
]);

const fragments = [
  fine('two fragments', [text('a', part), more('b')], ['text “ab”']),
  fine(
    'fragments of nothing',
    [text('', part), more('', part), more('')],
    ['text “”'],
  ),
  fine(
    'a ping between fragments',
    [text('a', part), ping('p'), more('b')],
    ['pong “p”', 'text “ab”'],
  ),
  fine(
    'fragments of binary, a pong between them',
    [binary('a', part), pong(), more('b', part), more('c')],
    ['binary 616263'],
  ),
  wrong('a ping in fragments', [ping('a', part), more('b')]),
  wrong('a pong in fragments', [pong('a', part), more('b')]),
  wrong('a close in fragments', [frame(opcodes.close, '', part)]),
  wrong('a continuation of nothing', [more('a')]),
  wrong('a continuation of nothing, not the last', [more('a', part)]),
  wrong(
    'a continuation after a whole message',
    [text('a', part), more('b'), more('c')],
    ['text “ab”', broken],
  ),
  wrong('a text within a text', [text('a', part), text('b')]),
  wrong('a binary within a text', [text('a', part), binary('b', part)]),
  {
    ...wrong(
      'more fragments than `ws` keeps',
      [text('', part), ...Array<Uint8Array>(16_384).fill(more('x', part))],
      ['close 1008'],
    ),
    isWrong: false, // but too much
  },
];

// Of each length the first and the last code point, and what lies beside
// them: Unicode, table 3-7.
const good = [
  '7f',
  'c280',
  'dfbf',
  'e0a080',
  'ed9fbf',
  'ee8080',
  'efbfbf',
  'efb790',
  'f0908080',
  'f48fbfbf',
  'cebae1bdb9cf83cebcceb5',
];
const bad = [
  '80',
  'bf',
  'c0af',
  'c1bf',
  'c2',
  'c27f',
  'dfc0',
  'e080af',
  'e09fbf',
  'e0a0',
  'eda080',
  'edbfbf',
  'f08080af',
  'f08fbfbf',
  'f09080',
  'f4908080',
  'f5808080',
  'f888808080',
  'fc8480808080',
  'fe',
  'ff',
];
const hex = (digits: string) => new Uint8Array(Buffer.from(digits, 'hex'));
/** Each byte in a frame of its own. */
const singly = (bytes: Uint8Array) => [
  text('', part),
  ...Array.from(bytes, (byte) => more(Uint8Array.of(byte), part)),
  more(''),
];
const invalid = ['close 1007'];

const utf8 = [
  ...good.flatMap((digits) => {
    const said = [`text “${Buffer.from(digits, 'hex').toString()}”`];
    return [
      fine(digits, [text(hex(digits))], said),
      fine(`${digits}, byte by byte`, singly(hex(digits)), said),
    ];
  }),
  ...bad.flatMap((digits) => [
    wrong(digits, [text(hex(digits))], invalid),
    wrong(`${digits}, byte by byte`, singly(hex(digits)), invalid),
    wrong(`${digits} after letters`, [text(hex(`6162${digits}`))], invalid),
  ]),
  fine('no UTF-8, in binary', [binary(hex('ff'))], ['binary ff']),
];

const goodCodes = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
];
const badCodes = [
  0, 1, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535,
];

const closes = [
  ends('close without a code', [close()], ['close']),
  ends('close with a reason', [close(1000, 'Zürich')], ['close 1000 “Zürich”']),
  ends(
    'close with 123 bytes of it',
    [close(1000, 'x'.repeat(123))],
    [`close 1000 “${'x'.repeat(123)}”`],
  ),
  wrong('close with 124', [close(1000, 'x'.repeat(124))]),
  wrong('close with half a code', [close(undefined, 'x')]),
  wrong('close with no UTF-8', [close(1000, hex('ceba80ff'))], invalid),
  ends('close twice', [close(1000), close(1000)], [bye]),
  wrong('a text after close', [close(1000), text('late')], [bye]),
  ends('a ping after close', [close(1000), ping('late')], [bye]),
  ends('close within a message', [text('a', part), close(1000)], [bye]),
  ...goodCodes.map((code) =>
    ends(`close ${code}`, [close(code)], [`close ${code}`]),
  ),
  ...badCodes.map((code) => wrong(`close ${code}`, [close(code)])),
];

/** RFC 7692: without the four bytes that every flush ends with. */
const squeezed = (words: Payload) =>
  deflateRawSync(words, { finishFlush: 2 }).subarray(0, -4);
const rsv1 = { reserved: 4 };
const offers = 'permessage-deflate';
const long = 'Gleis 7 '.repeat(40);

const compressed = [
  ...[
    offers,
    `${offers}; client_no_context_takeover`,
    `${offers}; server_no_context_takeover; server_max_window_bits=9`,
  ].map((offer) =>
    fine(
      offer,
      [text(squeezed(long), rsv1), text('plain')],
      [`text “${long}”`, 'text “plain”'],
      offer,
    ),
  ),
  fine(
    'compressed, in fragments',
    [
      text(squeezed(long).subarray(0, 5), { ...rsv1, ...part }),
      more(squeezed(long).subarray(5)),
    ],
    [`text “${long}”`],
    offers,
  ),
  wrong(
    'RSV1 of a continuation',
    [text('a', part), more('b', rsv1)],
    [broken],
    offers,
  ),
  wrong('RSV1 of a ping', [ping('a', rsv1)], [broken], offers),
  wrong(
    'compressed, and no UTF-8',
    [text(squeezed(hex('ff')), rsv1)],
    invalid,
    offers,
  ),
];

export const chapters: [title: string, cases: EchoCase[]][] = [
  ['sizes of frames (5.2)', sizes],
  ['pings and pongs (5.5.2, 5.5.3)', pings],
  ['reserved bits (5.2)', reserved],
  ['opcodes that stand for nothing (5.2)', unknown],
  ['fragments (5.4)', fragments],
  ['UTF-8 (8.1)', utf8],
  ['close frames (5.5.1, 7.4)', closes],
  ['compression (RFC 7692)', compressed],
];
