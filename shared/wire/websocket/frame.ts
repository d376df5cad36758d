/** The frame of RFC 6455, 5.2: its header, its fields, its close codes. */
import { concat } from '../bytes.ts';
import type {
  ContentSource,
  FieldList,
  FieldDissector,
  UnitContent,
} from '../fields.ts';
import type { KeptPlain } from '../kept-plain.ts';
import { byteCount, hex, latin1, number, utf8 } from '../text.ts';
import type { Kind } from '../unit.ts';
import { Utf8Check } from '../utf8-check.ts';

/** A frame's header, RFC 6455, 5.2; lengths and sizes are in bytes. */
export interface FrameHeader {
  isFinal: boolean;
  /** RSV1, RSV2 and RSV3, from the highest bit to the lowest. */
  reserved: number;
  opcode: number;
  isControl: boolean;
  /** Text or binary: the first frame of a message. */
  isStart: boolean;
  isMasked: boolean;
  length: number;
  /** The length is written in as few bytes as possible. */
  isMinimal: boolean;
  headerSize: number;
}

const KINDS: Record<number, Kind> = {
  0: 'websocket continuation',
  1: 'websocket text',
  2: 'websocket binary',
  8: 'websocket close',
  9: 'websocket ping',
  10: 'websocket pong',
};

/** The kind of the unit of such a frame. */
export function opcodeKind(opcode: number): Kind {
  return KINDS[opcode] ?? 'websocket reserved';
}

/** How long a header is, in bytes, from its first two. */
export function headerLength(bytes: Uint8Array): number {
  const short = bytes[1]! & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  return 2 + extended + (bytes[1]! & 0x80 ? 4 : 0);
}

/**
 * Reads a complete header.
 * @param headerSize as `headerLength` says
 */
export function readHeader(bytes: Uint8Array, headerSize: number): FrameHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const short = bytes[1]! & 0x7f;
  let length = short;
  if (short === 126) length = view.getUint16(2);
  else if (short === 127) length = Number(view.getBigUint64(2));
  const opcode = bytes[0]! & 15;
  return {
    isFinal: (bytes[0]! & 0x80) !== 0,
    reserved: (bytes[0]! >> 4) & 7,
    opcode,
    isControl: opcode >= 8,
    isStart: opcode === 1 || opcode === 2,
    isMasked: (bytes[1]! & 0x80) !== 0,
    length,
    isMinimal: short < 126 || length > (short === 126 ? 125 : 65_535),
    headerSize,
  };
}

/**
 * Takes a mask off: RFC 6455, 5.3. The key is its own inverse.
 * @param key its four bytes
 * @param offset how much of the payload came before
 */
export function unmask(
  bytes: Uint8Array,
  key: Uint8Array,
  offset = 0,
): Uint8Array {
  const plain = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++)
    plain[i] = bytes[i]! ^ key[(offset + i) & 3]!;
  return plain;
}

// The wire shows one of these, and the page another.
const newer = '; a page in WebKitGTK gets 1006';

/** Those that may be sent: RFC 6455, 7.4.1, and the registry of 11.7. */
export const CLOSE_CODES: Record<number, string> = {
  1000: 'normal closure: all is done',
  1001: 'going away: a page was left, a server stops',
  1002: 'protocol error',
  1003: 'a kind of data that the endpoint cannot accept',
  1007: 'data that does not fit the message: text that is not UTF-8',
  1008: 'against the policy of the endpoint',
  1009: 'a message that is too big to process',
  1010: 'the client needs an extension that the server did not accept',
  1011: 'the server met an unexpected condition',
  1012: `the server restarts${newer}`,
  1013: `the server is overloaded: try again later${newer}`,
  1014: `a gateway got an invalid response from upstream${newer}`,
};

/**
 * What a close code in a frame means, whether it may be there or not.
 * @returns the meaning and the section that has it: RFC 6455, 7.4 or its registry
 */
export function closeMeaning(code: number): [string, string] {
  const known = CLOSE_CODES[code];
  if (known) return [known, `RFC 6455, ${code < 1012 ? '7.4.1' : '11.7'}`];
  if (code >= 1004 && code <= 1015)
    return [
      code === 1004
        ? 'reserved: it has no meaning yet'
        : 'reserved for what an endpoint reports by itself: no frame may have it',
      'RFC 6455, 7.4.1',
    ];
  return [closeRange(code), 'RFC 6455, 7.4.2'];
}

function closeRange(code: number): string {
  if (code < 1000) return 'not used';
  if (code < 3000)
    return 'reserved for later versions of the protocol and for extensions';
  if (code < 4000) return 'of a library or framework that has registered it';
  if (code < 5000) return 'the application defines it';
  return 'not in a range of the standard';
}

/**
 * What is wrong with the payload of a close frame, RFC 6455, 5.5.1 and 7.4;
 * undefined if nothing is.
 */
export function readCloseProblem(payload: Uint8Array): string | undefined {
  if (payload.length === 0) return undefined;
  if (payload.length === 1)
    return 'expected a close code of 2 bytes, found 1 byte (RFC 6455, 5.5.1)';
  const code = (payload[0]! << 8) | payload[1]!;
  const isPrivate = code >= 3000 && code <= 4999;
  if (!isPrivate && !CLOSE_CODES[code])
    return `expected a close code that may be sent, found ${code} (${closeMeaning(code)[1]})`;
  const check = new Utf8Check();
  const wrong = check.push(payload, 2, payload.length);
  if (wrong >= 0 || !check.complete)
    return 'expected a reason in UTF-8, found other bytes (RFC 6455, 5.5.1)';
  return undefined;
}

const FRAME = 'RFC 6455, 5.2';

/** RFC 6455, 5.2. */
export const OPCODES: Record<
  number,
  [name: string, meaning: string, section: string]
> = {
  0: ['continuation', 'goes on with the message before', 'RFC 6455, 5.4'],
  1: ['text', 'a message of text in UTF-8', 'RFC 6455, 5.6'],
  2: ['binary', 'a message of bytes', 'RFC 6455, 5.6'],
  8: ['close', 'no more messages follow in this direction', 'RFC 6455, 5.5.1'],
  9: [
    'ping',
    'are you there? the other side must respond with a pong',
    'RFC 6455, 5.5.2',
  ],
  10: [
    'pong',
    'the response to a ping; one without a ping expects no response',
    'RFC 6455, 5.5.3',
  ],
};

function listHeader(list: FieldList, at: number, frame: FrameHeader): void {
  const end = at + frame.headerSize;
  const [name, meaning, section] = OPCODES[frame.opcode] ?? [
    'reserved',
    'reserved for frames that are not defined yet',
    FRAME,
  ];
  const whole = frame.isControl
    ? 'a control frame is always in one piece'
    : 'the last frame of the message';
  const final = frame.isFinal ? whole : 'more frames of this message follow';
  list.add('FIN', [at, at + 1], frame.isFinal ? 1 : 0, [final, FRAME]);
  const bits = frame.reserved.toString(2).padStart(3, '0');
  const compressed = frame.reserved === 4 && frame.isStart;
  const rsv = compressed
    ? 'RSV1 is set: the message is compressed'
    : 'for extensions; 0 if none uses them';
  const rsvSection = compressed ? 'RFC 7692, 6' : FRAME;
  list.add('RSV', [at, at + 1], bits, [rsv, rsvSection]);
  list.add('opcode', [at, at + 1], `${frame.opcode} ${name}`, [
    meaning,
    section,
  ]);
  const mask = frame.isMasked
    ? 'the payload is masked, as in every frame of a client'
    : 'the payload is not masked, as in every frame of a server';
  list.add('MASK', [at + 1, at + 2], frame.isMasked ? 1 : 0, [mask, FRAME]);
  const lengthEnd = frame.isMasked ? end - 4 : end;
  const how = {
    1: 'bytes of payload; up to 125 fit into 7 bits',
    3: '126 in the 7 bits: the length is in the 2 bytes after them',
    9: '127 in the 7 bits: the length is in the 8 bytes after them',
  }[lengthEnd - at - 1]!;
  list.add('length', [at + 1, lengthEnd], number(frame.length), [how, FRAME]);
  if (!frame.isMasked) return;
  const key = hex(list.bytes.subarray(end - 4, end));
  const why = 'random; each byte of payload is XORed with one of these four';
  list.add('masking key', [end - 4, end], key, [why, 'RFC 6455, 5.3']);
}

/** The payload of a frame, its mask taken off. */
function payloadAt(
  bytes: Uint8Array,
  at: number,
  frame: FrameHeader,
): Uint8Array {
  const from = at + frame.headerSize;
  const payload = bytes.subarray(from, from + frame.length);
  return frame.isMasked ? unmask(payload, bytes.subarray(from - 4)) : payload;
}

/** Bytes that need not be text, as a value. */
export function shownPayload(payload: Uint8Array, isText: boolean): string {
  return isText ? utf8(payload) : hex(payload, 64);
}

function listClose(list: FieldList, from: number, payload: Uint8Array): void {
  if (payload.length < 2) return;
  const code = (payload[0]! << 8) | payload[1]!;
  list.add('code', [from, from + 2], code, closeMeaning(code));
  if (payload.length === 2) return;
  const reason = utf8(payload.subarray(2));
  const to = from + payload.length;
  list.add('reason', [from + 2, to], reason, [
    'why, for logs and debugging',
    'RFC 6455, 7.1.6',
  ]);
}

function listFrame(list: FieldList, inflated: Inflated | undefined): void {
  const frame = readHeader(list.bytes, headerLength(list.bytes));
  listHeader(list, 0, frame);
  const payload = payloadAt(list.bytes, 0, frame);
  const from = frame.headerSize;
  const to = list.bytes.length;
  if (frame.opcode === 8) {
    listClose(list, from, payload);
  } else if (inflated !== undefined) {
    list.add('payload', [from, to], hex(payload, 64), [
      'compressed',
      'RFC 7692, 7.2.1',
    ]);
    list.known(
      'inflated',
      shownPayload(inflated.plain.bytes, inflated.isText),
      ['what the receiver gets, or how it begins', 'RFC 7692, 7.2.2'],
    );
  } else if (from < to) {
    const isText = frame.opcode !== 2 && isUtf8(payload);
    const meaning = frame.isMasked
      ? 'the payload, its mask taken off'
      : 'the payload';
    list.add('payload', [from, to], shownPayload(payload, isText), [
      meaning,
      frame.isMasked ? 'RFC 6455, 5.3' : FRAME,
    ]);
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  return !latin1(bytes).includes('\0') && !utf8(bytes).includes('\ufffd');
}

/** A frame whose payload is not compressed. */
export const webSocketFrameDissector: FieldDissector = {
  dissect: (list) => listFrame(list, undefined),
  content({ bytes }) {
    const frame = readHeader(bytes, headerLength(bytes));
    const payload = payloadAt(bytes, 0, frame);
    if (frame.opcode === 8)
      return payload.length > 2
        ? { bytes: payload.subarray(2), type: '' }
        : undefined;
    return payload.length > 0 ? { bytes: payload, type: '' } : undefined;
  },
};

/** What a compressed message was. */
export interface Inflated {
  plain: KeptPlain;
  isText: boolean;
}

function inflatedContent({ plain }: Inflated): UnitContent {
  const { bytes, size } = plain;
  const problem =
    bytes.length < size
      ? `a compressed message, of which ${byteCount(bytes.length)} of ${number(size)} were kept`
      : undefined;
  return { bytes, type: '', coding: 'permessage-deflate', problem };
}

/** A frame that is a compressed message. */
export class CompressedFrameDissector implements FieldDissector {
  readonly inflated: Inflated;

  constructor(inflated: Inflated) {
    this.inflated = inflated;
  }

  dissect(list: FieldList): void {
    listFrame(list, this.inflated);
  }

  content(): UnitContent {
    return inflatedContent(this.inflated);
  }
}

const FRAGMENTS = 'RFC 6455, 5.4';

/** The frames of a message: where the payload begins, and what it is. */
function* fragments(
  bytes: Uint8Array,
): Generator<{ from: number; payload: Uint8Array }> {
  for (let at = 0; at + 2 <= bytes.length;) {
    const rest = bytes.subarray(at);
    const headerSize = headerLength(rest);
    if (headerSize > rest.length) return;
    const payload = payloadAt(bytes, at, readHeader(rest, headerSize));
    const from = at + headerSize;
    at = from + payload.length;
    yield { from, payload };
  }
}

/** A message of several frames; its bytes are theirs, headers included. */
export class MessageDissector implements FieldDissector {
  readonly isText: boolean;
  readonly inflated: Inflated | undefined;

  constructor(isText: boolean, inflated: Inflated | undefined) {
    this.isText = isText;
    this.inflated = inflated;
  }

  dissect(list: FieldList): void {
    const parts: Uint8Array[] = [];
    for (const { from, payload } of fragments(list.bytes)) {
      parts.push(payload);
      const label = `fragment ${parts.length}`;
      const value = byteCount(payload.length);
      const meaning = 'a part of the message';
      list.add(label, [from, from + payload.length], value, [
        meaning,
        FRAGMENTS,
      ]);
    }
    const message = shownPayload(
      this.inflated?.plain.bytes ?? concat(parts),
      this.isText,
    );
    const meaning = 'what the receiver gets, all fragments joined';
    list.known('message', message, [meaning, FRAGMENTS]);
  }

  content({ bytes }: ContentSource): UnitContent {
    if (this.inflated) return inflatedContent(this.inflated);
    const parts = Array.from(fragments(bytes), ({ payload }) => payload);
    return { bytes: concat(parts), type: '' };
  }
}
