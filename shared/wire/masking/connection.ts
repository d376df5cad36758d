/**
 * What may leave the machine: a recording without its secrets. Each later way
 * out, whatever form it has, is made from such a copy. What a secret is says
 * `secrets.ts`; that all else was looked at is made sure here: bytes that
 * nobody knows how to read become asterisks, too.
 */
import { concat } from '../bytes.ts';
import { decodeConnection, protocolUp, type Protocol } from '../connection.ts';
import { PREFACE } from '../http2/decoder.ts';
import { coverWhole, type BothWays, type Codings } from './bytes.ts';
import { maskHttp1, type Offsets } from './http1.ts';
import { maskHttp2 } from './http2.ts';
import { maskMqtt, startsMqtt } from './mqtt.ts';
import { maskCutEnd, maskText } from './text.ts';
import type { CapturedConnection } from '../capture.ts';
import type { Delimiter } from '../tcp/decoder.ts';
import { latin1 } from '../text.ts';
import type { Direction, Unit } from '../unit.ts';

const LF = 10;

/** Something that is spoken from its first byte on. */
interface Talk {
  alpn?: string | undefined;
  protocol?: Protocol | undefined;
  bytes: BothWays;
  /** In the order in which they came; the size in bytes. */
  reads: readonly { direction: Direction; size: number }[];
}

/** A tunnel in a tunnel in …: what is deeper becomes asterisks. */
const DEEPEST = 4;

/**
 * A copy in which secrets are asterisks: as many bytes as before and, where
 * that is possible, as readable. The copy shares no bytes with the original.
 *
 * @param codings what takes off the codings of bodies that need a library;
 *   without it such bodies become asterisks
 */
export function withoutSecrets(
  connection: CapturedConnection,
  codings: Codings = {},
): CapturedConnection {
  const { alpn, protocol, missing, reads } = connection;
  const bytes = {
    up: joinedReads(connection, 'up'),
    down: joinedReads(connection, 'down'),
  };
  // Without its beginning nothing can be read, nor told from a secret.
  if (missing && missing.up + missing.down > 0) coverAll(bytes);
  else {
    const sizes = reads.map((read) => ({
      direction: read.direction,
      size: read.bytes.length,
    }));
    maskTalk({ alpn, protocol, bytes, reads: sizes }, codings, 0);
  }
  const at = { up: 0, down: 0 };
  const masked = reads.map(({ direction, time, bytes: { length } }) => {
    const from = at[direction];
    at[direction] += length;
    const own = bytes[direction].subarray(from, at[direction]);
    return { direction, time, bytes: own };
  });
  const comments = connection.comments.map(({ time, text }) => ({
    time,
    text: maskedWords(text),
  }));
  return { ...connection, reads: masked, comments, isMasked: true };
}

/**
 * What somebody wrote, or typed, with asterisks for its secrets: a comment, the
 * address of a target.
 */
export function maskedWords(words: string): string {
  const bytes = new TextEncoder().encode(words);
  maskText(bytes);
  return new TextDecoder().decode(bytes);
}

function joinedReads(
  { reads }: CapturedConnection,
  direction: Direction,
): Uint8Array {
  const own = reads.filter((read) => read.direction === direction);
  // A copy also if there is one read only: it will be written to. Not by
  // slice(), which copies nothing of some subclasses.
  return new Uint8Array(concat(own.map(({ bytes }) => bytes)));
}

function coverAll({ up, down }: BothWays): void {
  coverWhole(up, [[0, up.length]]);
  coverWhole(down, [[0, down.length]]);
}

function maskTalk(talk: Talk, codings: Codings, depth: number): void {
  const { bytes, protocol } = talk;
  if (depth > DEEPEST) {
    coverAll(bytes);
    return;
  }
  if (typeof protocol === 'object') {
    maskDelimited(talk, protocol);
    return;
  }
  const kind = kindOf(talk);
  if (protocol === 'mqtt' || startsMqtt(bytes.up)) maskMqtt(bytes);
  else if (talk.alpn === 'h2' || kind.startsWith('http/2'))
    maskHttp2(bytes, codings, (inner) =>
      maskTalk({ bytes: inner, reads: inOneRead(inner) }, codings, depth + 1),
    );
  else if (kind === 'bytes' && protocolUp(bytes.up) === 'http/2')
    maskHttp2(bytes, codings, coverAll);
  else if (kind === 'bytes') maskUnknown(bytes, codings);
  else
    maskHttp1(bytes, unitsOf(talk), codings, (from) =>
      maskTalk(restOf(talk, from), codings, depth + 1),
    );
}

/** By these others are known, which may begin later. */
const LATER = [PREFACE, '\0\x04MQTT', '\0\x06MQIsdp'];
const HTTP = 'HTTP/1.';
const START = /^(?:[A-Z-]+ \S+ HTTP\/1\.[0-9]|HTTP\/1\.[0-9] [0-9]{3}.*)\r?$/;
/** No start line is longer. */
const LONGEST_LINE = 8_192;

/**
 * What could not be read as one conversation: text, up to where something
 * begins that would have been read.
 */
function maskUnknown({ up, down }: BothWays, codings: Codings): void {
  const places = LATER.map((start) => find(up, start));
  const later = Math.min(...places.filter((at) => at >= 0));
  maskUnknownWay(up.subarray(0, later), codings);
  if (later === Infinity) {
    maskUnknownWay(down, codings);
    return;
  }
  coverWhole(up, [[later, up.length]]);
  coverWhole(down, [[0, down.length]]);
}

function maskUnknownWay(bytes: Uint8Array, codings: Codings): void {
  const from = findHttp1(bytes);
  maskText(bytes, 'text', 0, from);
  if (from === bytes.length) maskCutEnd(bytes);
  else maskHttp1Alone(bytes.subarray(from), codings);
}

/** Where a request or a response may begin; else where the bytes end. */
function findHttp1(bytes: Uint8Array): number {
  let at = find(bytes, HTTP);
  for (; at >= 0; at = find(bytes, HTTP, at + 1)) {
    const from = bytes.lastIndexOf(LF, at) + 1;
    const found = bytes.indexOf(LF, at);
    const to = found < 0 ? bytes.length : found;
    if (to - from > LONGEST_LINE) continue;
    if (START.test(latin1(bytes, from, to))) return from;
  }
  return bytes.length;
}

/** Where the bytes of a text are; -1 if they are not. */
function find(bytes: Uint8Array, wanted: string, from = 0): number {
  // By its last letter: the first one of some is in all that is binary.
  const last = wanted.length - 1;
  const code = wanted.charCodeAt(last);
  let at = bytes.indexOf(code, from + last);
  for (; at >= 0; at = bytes.indexOf(code, at + 1))
    if (latin1(bytes, at - last, at + 1) === wanted) return at - last;
  return -1;
}

/** One direction of HTTP/1.1, without the other one. */
function maskHttp1Alone(bytes: Uint8Array, codings: Codings): void {
  const none = new Uint8Array(0);
  const isResponse = latin1(bytes, 0, 7) === 'HTTP/1.';
  const alone = isResponse
    ? { up: none, down: bytes }
    : { up: bytes, down: none };
  const talk = {
    protocol: 'http/1.1' as const,
    bytes: alone,
    reads: inOneRead(alone),
  };
  maskHttp1(alone, unitsOf(talk), codings, () => coverAll(alone));
}

/** All units, one after the other: a caller that has enough of them stops. */
function* unitsOf({ alpn, protocol, bytes, reads }: Talk): Iterable<Unit> {
  const decoder = decodeConnection({ alpn, protocol });
  const at = { up: 0, down: 0 };
  for (const { direction, size } of reads) {
    const from = at[direction];
    at[direction] += size;
    const own = bytes[direction].subarray(from, at[direction]);
    yield* decoder.feed(direction, own);
  }
  yield* decoder.end('up');
  yield* decoder.end('down');
}

/** What is spoken, by its first unit. */
function kindOf(talk: Talk): Unit['kind'] {
  for (const { layer, kind } of unitsOf(talk)) if (layer === 0) return kind;
  return 'bytes';
}

function inOneRead({ up, down }: BothWays): Talk['reads'] {
  return [
    { direction: 'up', size: up.length },
    { direction: 'down', size: down.length },
  ];
}

/** What is spoken behind those places. */
function restOf({ bytes, reads }: Talk, from: Offsets): Talk {
  const at = { up: 0, down: 0 };
  const rest = reads.map(({ direction, size }) => {
    const start = Math.max(at[direction], from[direction]);
    at[direction] += size;
    return { direction, size: Math.max(0, at[direction] - start) };
  });
  return {
    bytes: {
      up: bytes.up.subarray(from.up),
      down: bytes.down.subarray(from.down),
    },
    reads: rest.filter(({ size }) => size > 0),
  };
}

/** Messages with their length before them, which must stay; or lines. */
function maskDelimited(talk: Talk, delimiter: Delimiter): void {
  if (delimiter.by === 'lines') {
    for (const bytes of [talk.bytes.up, talk.bytes.down]) {
      maskText(bytes);
      maskCutEnd(bytes);
    }
    return;
  }
  for (const { layer, kind, direction, ranges } of unitsOf(talk)) {
    const [first] = ranges;
    if (layer !== 0 || !first) continue;
    const from = first[0] + delimiter.prefix;
    const to = ranges.at(-1)![1];
    maskText(talk.bytes[direction], 'text', from, to);
    if (kind === 'malformed') maskCutEnd(talk.bytes[direction], from, to);
  }
}
