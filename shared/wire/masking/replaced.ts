/**
 * Says of the units of a masked recording which were replaced by asterisks as a
 * whole: their decoders know nothing of it, and would find something malformed.
 */
import type {
  ContentSource,
  FieldList,
  FieldDissector,
  UnitContent,
} from '../fields.ts';
import { readFrame } from '../http2/frame.ts';
import { readLength } from '../mqtt/fields.ts';
import { byteCount, hex, number } from '../text.ts';
import type { Unit } from '../unit.ts';
import { headerLength, readHeader, unmask } from '../websocket/frame.ts';

const ASTERISK = 0x2a;
const LF = 10;
const CR = 13;

const WHEN = 'replaced by asterisks when the run was saved';
const WHY = `${WHEN}: there was a secret in it, or it could not be read`;

/** What a unit carries, without what frames it; and where that is. */
function contentOf(
  kind: string,
  bytes: Uint8Array,
): { from: number; to: number; content: Uint8Array } {
  const { length } = bytes;
  if (kind === 'http/1.1 chunk') {
    const from = bytes.indexOf(LF) + 1;
    let to = length;
    if (bytes[to - 1] === LF) to--;
    if (bytes[to - 1] === CR) to--;
    return { from, to, content: bytes.subarray(from, to) };
  }
  if (kind.startsWith('http/2') && kind !== 'http/2 header list') {
    const { from, to } = readFrame(bytes, 0);
    return {
      from,
      to: Math.min(to, length),
      content: bytes.subarray(from, to),
    };
  }
  if (kind.startsWith('mqtt')) {
    const from = readLength(bytes, 1).next;
    return { from, to: length, content: bytes.subarray(from) };
  }
  if (kind === 'websocket message')
    return { from: 0, to: length, content: payloadsOf(bytes) };
  if (kind.startsWith('websocket'))
    return {
      from: headerLength(bytes),
      to: length,
      content: payloadsOf(bytes),
    };
  return { from: 0, to: length, content: bytes };
}

/** The payloads of frames that follow each other. */
function payloadsOf(bytes: Uint8Array): Uint8Array {
  const payloads = new Uint8Array(bytes.length);
  let filled = 0;
  for (let at = 0; at + 2 <= bytes.length;) {
    const rest = bytes.subarray(at);
    const size = headerLength(rest);
    if (size > rest.length) break;
    const frame = readHeader(rest, size);
    const payload = rest.subarray(size, size + frame.length);
    const key = rest.subarray(size - 4, size);
    payloads.set(frame.isMasked ? unmask(payload, key) : payload, filled);
    filled += payload.length;
    at += size + payload.length;
  }
  return payloads.subarray(0, filled);
}

class ReplacedDissector implements FieldDissector {
  readonly from: number;
  readonly to: number;

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }

  dissect(list: FieldList): void {
    const { from, to } = this;
    const { length } = list.bytes;
    if (from > 0)
      list.add('framing', [0, from], hex(list.bytes.subarray(0, from), 16), [
        'what stands before the content',
        '',
      ]);
    list.add('content', [from, to], byteCount(to - from), [WHY, '']);
    if (to < length)
      list.add('framing', [to, length], hex(list.bytes.subarray(to), 16), [
        'what stands after the content',
        '',
      ]);
  }

  content({ unit, bytes }: ContentSource): UnitContent {
    return {
      bytes: contentOf(unit.kind, bytes).content,
      type: '',
      problem: WHY,
    };
  }
}

/**
 * A unit of a masked recording, with a word on it if it was replaced.
 * @param bytes the unit's own: see `bytesOf`
 */
export function sayReplaced(unit: Unit, bytes: Uint8Array): Unit {
  if (bytes.at(-1) !== ASTERISK && !mayEndOtherwise(unit)) return unit;
  const { from, to, content } = contentOf(unit.kind, bytes);
  const isReplaced =
    content.length > 0 && content.every((byte) => byte === ASTERISK);
  if (!isReplaced) return unit;
  return {
    ...unit,
    summary: summaryOf(unit),
    text: undefined,
    problem: undefined,
    dissector: new ReplacedDissector(from, to),
  };
}

/** A line end, padding or a mask may follow the content. */
function mayEndOtherwise({ kind }: Unit): boolean {
  return (
    kind === 'http/1.1 chunk' ||
    kind.startsWith('http/2') ||
    kind.startsWith('websocket')
  );
}

function summaryOf({ kind, size, payload, summary }: Unit): string {
  const [protocol, name] = kind.split(' ', 2) as [string, string | undefined];
  if (kind === 'malformed' || kind === 'limit' || kind === 'bytes')
    return `${byteCount(size)} ${WHEN}`;
  if (protocol === 'websocket' || protocol === 'mqtt')
    return `${name}: ${byteCount(size)}, ${number(payload)} of payload, ${WHEN}`;
  return `${summary}, ${WHEN}`;
}
