/**
 * One block of an event stream, HTML, 9.2.6: the lines up to a blank
 * one, read for their values and for their places.
 */
import type {
  ContentSource,
  FieldList,
  FieldDissector,
  UnitContent,
} from '../fields.ts';
import type { KeptPlain } from '../kept-plain.ts';
import { byteCount, number, shortened, utf8 } from '../text.ts';
import { TextStart } from '../text-start.ts';
import type { Kind } from '../unit.ts';

const LF = 10;
const LINE_FEED = Uint8Array.of(LF);
const CR = 13;
const COLON = 58;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;

/** A line of a block, by the offsets of its parts. */
interface Line {
  start: number;
  /** Where the field's name ends: the colon, or the end of the line. */
  nameEnd: number;
  valueStart: number;
  /** Where the text ends; the line's end (CR, LF or both) follows. */
  end: number;
  next: number;
}

function skipBom(bytes: Uint8Array): number {
  const isBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return isBom ? 3 : 0;
}

/** The line that begins at `start`. */
function lineAt(bytes: Uint8Array, start: number): Line {
  const { length } = bytes;
  let end = start;
  let colon = -1;
  for (; end < length; end++) {
    const byte = bytes[end];
    if (byte === LF || byte === CR) break;
    if (byte === COLON && colon < 0) colon = end;
  }
  const isPair = bytes[end] === CR && bytes[end + 1] === LF;
  const next = Math.min(length, end + (isPair ? 2 : 1));
  const nameEnd = colon < 0 ? end : colon;
  let valueStart = colon < 0 ? end : colon + 1;
  if (valueStart < end && bytes[valueStart] === SPACE) valueStart++;
  return { start, nameEnd, valueStart, end, next };
}

const NAMES = ['data', 'event', 'id', 'retry'] as const;
type Name = (typeof NAMES)[number] | 'comment' | 'unknown' | 'blank';

function nameOf(bytes: Uint8Array, line: Line): Name {
  if (line.start === line.end) return 'blank';
  if (line.start === line.nameEnd) return 'comment';
  for (const name of NAMES) {
    const { length } = name;
    if (length !== line.nameEnd - line.start) continue;
    let i = 0;
    while (i < length && name.charCodeAt(i) === bytes[line.start + i]) i++;
    if (i === length) return name;
  }
  return 'unknown';
}

/** What a block says, HTML, 9.2.6. */
export interface Block {
  /** `event` only if it has data: without, nothing is dispatched. */
  kind: 'event' | 'comment' | 'no event';
  /** As the page gets it in `event.type`. */
  type: string;
  /** The block's own id; undefined if it has none that counts. */
  id: string | undefined;
  /** Milliseconds. */
  retry: number | undefined;
  /** How many bytes the page gets in `event.data`. */
  dataSize: number;
  /** Where its data are, if they are on one line: the indices of its value. */
  data: readonly [from: number, to: number] | undefined;
  /** Else the text of its data: see `textShown`. */
  text: string | undefined;
  /** The text of its first comment. */
  comment: string;
  /** Lines that name no field of the standard: ignored. */
  ignored: number;
  /** What stands in place of the name in the first of them. */
  unknown: string;
}

/**
 * Reads a block.
 * @param first it is the stream's first, so a byte order mark is stripped
 * @param mostId a longer id is cut there, in bytes
 */
export function readBlock(
  bytes: Uint8Array,
  first: boolean,
  mostId = Infinity,
): Block {
  const block: Block = {
    kind: 'no event',
    type: 'message',
    id: undefined,
    retry: undefined,
    dataSize: 0,
    data: undefined,
    text: undefined,
    comment: '',
    ignored: 0,
    unknown: '',
  };
  let others = 0;
  let comments = 0;
  let dataLines = 0;
  // Of several lines with one name the last counts: only that is read.
  const last: Partial<Record<Name, Line>> = {};
  // One line at a time: all of them together, where each is short, would take
  // seventy times the memory of their bytes.
  for (let at = first ? skipBom(bytes) : 0; at < bytes.length;) {
    const line = lineAt(bytes, at);
    at = line.next;
    const name = nameOf(bytes, line);
    if (name === 'data') {
      dataLines++;
      last.data = line;
      block.dataSize += line.end - line.valueStart;
    } else if (name === 'comment') {
      if (comments++ === 0) block.comment = valueText(bytes, line);
    } else if (name !== 'blank') {
      others++;
      if (name === 'unknown' && block.ignored++ === 0)
        block.unknown = utf8(bytes.subarray(line.start, line.nameEnd));
      if (counts(bytes, name, line)) last[name] = line;
    }
  }
  if (last.event) block.type = valueText(bytes, last.event) || 'message';
  if (last.id) block.id = valueText(bytes, last.id, mostId);
  if (last.retry) block.retry = Number(valueText(bytes, last.retry));
  if (dataLines > 0) {
    block.kind = 'event';
    // Several data lines are joined with line feeds.
    block.dataSize += dataLines - 1;
    if (dataLines === 1) block.data = [last.data!.valueStart, last.data!.end];
    else block.text = dataText(bytes, first);
  } else if (comments > 0 && others === 0) {
    block.kind = 'comment';
  }
  return block;
}

/** The beginning of several data lines, joined. */
function dataText(bytes: Uint8Array, first: boolean): string | undefined {
  const start = new TextStart();
  let isFirst = true;
  for (const { valueStart, end } of dataLinesOf(bytes, first)) {
    if (!isFirst) start.push(LINE_FEED, 0, 1);
    isFirst = false;
    start.push(bytes, valueStart, end);
    if (start.isFull) break;
  }
  return start.take();
}

/** The lines of a block that are data. */
function* dataLinesOf(bytes: Uint8Array, first: boolean): Generator<Line> {
  for (let at = first ? skipBom(bytes) : 0; at < bytes.length;) {
    const line = lineAt(bytes, at);
    at = line.next;
    if (nameOf(bytes, line) === 'data') yield line;
  }
}

/** An id with U+0000 does not count, nor does a retry of anything but digits. */
function counts(bytes: Uint8Array, name: Name, line: Line): boolean {
  if (name === 'event') return true;
  if (name !== 'id' && name !== 'retry') return false;
  const { valueStart, end } = line;
  for (let at = valueStart; at < end; at++) {
    const byte = bytes[at]!;
    if (name === 'id' ? byte === 0 : byte < ZERO || byte > NINE) return false;
  }
  return name === 'id' || end > valueStart;
}

/** @param most a longer value is cut there, in bytes */
function valueText(bytes: Uint8Array, line: Line, most = Infinity): string {
  const { valueStart, end } = line;
  if (end - valueStart <= most) return utf8(bytes.subarray(valueStart, end));
  let cut = valueStart + most;
  // Never inside a character.
  while (cut > valueStart && (bytes[cut]! & 0xc0) === 0x80) cut--;
  return `${utf8(bytes.subarray(valueStart, cut))}…`;
}

/**
 * The data of a block, as the page gets it in `event.data`.
 * @param first it is the stream's first, so a byte order mark is stripped
 */
export function dataOf(bytes: Uint8Array, first: boolean): string {
  return Array.from(dataLinesOf(bytes, first), (line) =>
    valueText(bytes, line),
  ).join('\n');
}

/**
 * The line of a block in the timeline.
 * @param size in bytes, without compression
 */
export function blockSummary(block: Block, size: number): string {
  if (block.kind === 'comment') {
    const text = block.comment ? ` “${shortened(block.comment, 40)}”` : '';
    return `comment${text}: ${byteCount(size)}, unseen by the page`;
  }
  const id = block.id ? ` ${shortened(block.id, 40)}` : '';
  if (block.kind === 'event') {
    const type = block.type === 'message' ? '' : `, ${shortened(block.type)}`;
    return `event${id}${type}: ${byteCount(size)}, ${block.dataSize} of data${ignoredOf(block)}`;
  }
  const says = [
    block.id !== undefined && `id${id || ' emptied'}`,
    block.retry !== undefined && `retry after ${block.retry} ms`,
    block.type !== 'message' && `type ${shortened(block.type)}`,
  ].filter(Boolean);
  const isBlank = says.length === 0 && block.ignored === 0;
  const what = isBlank ? 'blank line' : says.join(', ') || 'no field';
  return `${what}: ${byteCount(size)}, no data, so no event${ignoredOf(block)}`;
}

/** `; 1 line ignored: “DATA” is no field`; '' if all lines count. */
function ignoredOf({ ignored, unknown }: Block): string {
  if (ignored === 0) return '';
  const lines = ignored === 1 ? '1 line' : `${number(ignored)} lines`;
  return `; ${lines} ignored: “${shortened(unknown, 20)}” is no field`;
}

const STANDARD = 'HTML, 9.2.6';

/** What a line of a block says. */
export const MEANINGS: Record<Name, string> = {
  data: 'a line of the data; several are joined with line feeds',
  event: 'the type of the event: which listeners are called',
  id: 'sent as Last-Event-ID when the client reconnects',
  retry: 'how long to wait at least before reconnecting, in milliseconds',
  comment:
    'a comment: ignored; often a heartbeat, so that no proxy closes an idle connection',
  unknown: 'not a field of the standard: ignored',
  blank: 'a blank line ends the block',
};

function meaningOf(name: Name, value: string, kind: string): string {
  if (name === 'blank' && kind === 'event')
    return 'a blank line: the event is complete and dispatched';
  if (name === 'blank' && kind === 'no event')
    return 'a blank line, but there is no data: nothing is dispatched';
  if (name === 'id' && value.includes('\0'))
    return 'holds U+0000: the whole field is ignored';
  if (name === 'id' && value === '')
    return 'an empty id: Last-Event-ID is not sent any more';
  // HTML has every client send it; Firefox 153 and WebKitGTK 2.50 did not.
  if (name === 'id' && kind === 'no event')
    return `${MEANINGS.id}; without data, some forget it`;
  if (name === 'retry' && !/^[0-9]+$/.test(value))
    return 'not only digits: ignored';
  return MEANINGS[name];
}

/** Lists the fields of a block's lines. */
function listLines(list: FieldList, first: boolean, mapped: Uint8Array): void {
  const isRaw = mapped === list.bytes;
  const from = first ? skipBom(mapped) : 0;
  const place = (start: number, end: number): [number, number] =>
    isRaw ? [start, end] : [0, list.bytes.length];
  if (from > 0) {
    const meaning = 'the byte order mark of UTF-8: stripped once';
    list.add('byte order mark', place(0, 3), 'U+FEFF', [meaning, STANDARD]);
  }
  for (let at = from; at < mapped.length;) {
    const line = lineAt(mapped, at);
    at = line.next;
    const name = nameOf(mapped, line);
    const value = valueText(mapped, line);
    const label =
      name === 'unknown'
        ? shortened(utf8(mapped.subarray(line.start, line.nameEnd)))
        : name;
    const meaning = meaningOf(name, value, list.unit.kind);
    // A blank line is nothing but its end.
    const end = name === 'blank' ? line.next : line.end;
    const text = name === 'blank' ? '' : value;
    list.add(label, place(line.start, end), text, [meaning, STANDARD]);
  }
}

/** Reads an event's fields again from its own bytes. */
export class BlockDissector implements FieldDissector {
  readonly first: boolean;
  readonly lastEventId: string;
  /** The plain bytes, where the stream is compressed. */
  readonly plain: KeptPlain | undefined;

  constructor(first: boolean, lastEventId: string, plain?: KeptPlain) {
    this.first = first;
    this.lastEventId = lastEventId;
    this.plain = plain;
  }

  dissect(list: FieldList): void {
    const bytes = this.plain?.bytes ?? list.bytes;
    listLines(list, this.first, bytes);
    if (this.plain && this.plain.size > bytes.length) {
      const value = byteCount(this.plain.size - bytes.length);
      list.known('not kept', value, [
        'the rest of a long compressed event',
        '',
      ]);
    }
    if (list.unit.kind !== 'event') return;
    const meaning = 'the value of event.lastEventId in the page';
    list.known('last event id', this.lastEventId, [meaning, STANDARD]);
  }

  content({ unit, bytes }: ContentSource): UnitContent | undefined {
    if (unit.kind !== 'event') return undefined;
    const block = this.plain?.bytes ?? bytes;
    const isCut = this.plain && this.plain.size > block.length;
    return {
      bytes: encoder.encode(dataOf(block, this.first)),
      type: '',
      problem: isCut
        ? `a compressed event, of which ${byteCount(block.length)} were kept`
        : undefined,
    };
  }
}

const encoder = new TextEncoder();

/** An event as `EventSource` hands it to the page. */
export interface PageEvent {
  type: string;
  data: string;
  lastEventId: string;
}

/**
 * The event that the page gets from a unit of the kind `event`; undefined for
 * any other unit.
 * @param bytes the unit's own bytes: see `bytesOf`
 */
export function pageEvent(
  unit: { dissector: FieldDissector; kind: Kind },
  bytes: Uint8Array,
): PageEvent | undefined {
  const { dissector } = unit;
  if (unit.kind !== 'event' || !(dissector instanceof BlockDissector))
    return undefined;
  const block = dissector.plain?.bytes ?? bytes;
  return {
    type: readBlock(block, dissector.first).type,
    data: dataOf(block, dissector.first),
    lastEventId: dissector.lastEventId,
  };
}
