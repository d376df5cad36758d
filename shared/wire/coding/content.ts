/**
 * What a body holds, RFC 9110, 8, whatever carries it: an event stream is
 * decoded as it passes; anything else is joined, to be shown as a whole.
 */
import {
  codingOf,
  decodeBody,
  Unpacker,
  type Coding,
} from './content-coding.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { EventStream } from '../event-stream/decoder.ts';
import type { FieldList, FieldDissector } from '../fields.ts';
import { ByteRanges } from '../byte-ranges.ts';
import type { Emit } from './inflate.ts';
import { EVENT_LIMIT, INFLATED_FOR_EACH_BYTE } from '../limits.ts';
import { byteCount, shortened, utf8 } from '../text.ts';
import {
  makeUnit,
  type Unit,
  type UnitPlace,
  type LayerDecoder,
} from '../unit.ts';

/**
 * What a header section says about the body after it, RFC 9110, 8.3 and 8.4.
 */
export interface ContentType {
  /** `text/html`, without parameters. */
  type: string;
  coding: Coding | undefined;
  /** Its events are units of their own. */
  isEventStream: boolean;
  /** The end of a body's line in the timeline: the same for each. */
  summary: string;
  /** How a body is read again. */
  dissector: FieldDissector;
}

/** What the last headers said: most say the same, and none need keep it. */
const last = {
  request: { of: '', content: undefined as ContentType | undefined },
  response: { of: '', content: undefined as ContentType | undefined },
};

/**
 * Reads what a header section says about its body, RFC 9110, 8.3 and 8.4.
 * @param isResponse only a response can be an event stream
 * @param typeField the value of Content-Type; '' without one
 * @param codingField the value of Content-Encoding; '' without one
 */
export function contentType(
  isResponse: boolean,
  typeField: string,
  codingField: string,
): ContentType {
  const of = `${typeField}\n${codingField}`;
  // Apart, as requests and responses take turns.
  const known = last[isResponse ? 'response' : 'request'];
  if (known.content && known.of === of) return known.content;
  const content = readContentType(isResponse, typeField, codingField);
  // A long one is not worth the memory.
  if (of.length < 256) {
    known.of = of;
    known.content = content;
  }
  return content;
}

function readContentType(
  isResponse: boolean,
  typeField: string,
  codingField: string,
): ContentType {
  const type = typeField.split(';', 1)[0]!.trim().toLowerCase();
  const coding = codingOf(codingField);
  const isPlain = ['', 'identity'].includes(codingField.trim());
  const isReadable = isPlain || coding === 'gzip' || coding === 'deflate';
  const isEventStream =
    isResponse && type === 'text/event-stream' && isReadable;
  const typed = type ? `, ${shortened(type, 40)}` : '';
  const coded = coding ? `, compressed with ${coding}` : '';
  return {
    type,
    coding,
    isEventStream,
    summary: `${typed}${coded}`,
    dissector: new BodyDissector(type, coding),
  };
}

/** Shows a body as text, without its coding. */
class BodyDissector implements FieldDissector {
  readonly type: string;
  readonly coding: Coding | undefined;

  constructor(type: string, coding: Coding | undefined) {
    this.type = type;
    this.coding = coding;
  }

  dissect(list: FieldList): void {
    const { type, coding } = this;
    const { length } = list.bytes;
    const what = type ? `the content, ${type}` : 'the content';
    if (!coding) {
      list.add('content', [0, length], readable(list.bytes), [
        what,
        'RFC 9110, 6.4',
      ]);
      return;
    }
    const { bytes, problem } = decodeBody(list.bytes, coding, list.unbrotli);
    const meaning = problem
      ? `compressed with ${coding}: ${problem}`
      : `${what}, ${byteCount(bytes.length)} without its ${coding}`;
    list.add('content', [0, length], readable(bytes), [
      meaning,
      'RFC 9110, 8.4',
    ]);
  }
}

/** Text as it is; of anything else only how much there is. */
export function readable(bytes: Uint8Array): string {
  const text = utf8(bytes);
  if (text.includes('\ufffd') || text.includes('\0'))
    return `${byteCount(bytes.length)} that are not text`;
  return text;
}

/**
 * The line of a body in the timeline.
 * @param size in bytes, on the wire
 */
export function bodySummary(content: ContentType, size: number): string {
  return `body: ${byteCount(size)}${content.summary}`;
}

/**
 * A body that comes in pieces: chunks, DATA frames, parts. What goes in and
 * comes out: see `byte-cursor.ts`; it takes all that it is given.
 */
export class Content implements LayerDecoder {
  readonly type: ContentType;
  #place: UnitPlace;
  #ranges = new ByteRanges();
  #pieces = 0;
  #events: EventStream | undefined;
  #unpacker: Unpacker | undefined;

  /** @param place where the units that the body gives are: their layer */
  constructor(type: ContentType, place: UnitPlace) {
    this.type = type;
    this.#place = place;
    if (!type.isEventStream) return;
    this.#events = new EventStream(place);
    if (type.coding !== 'gzip' && type.coding !== 'deflate') return;
    this.#unpacker = new Unpacker(type.coding);
    this.#unpacker.allowance = EVENT_LIMIT;
  }

  /** Its units tell the same bytes again. */
  get emitsUnits(): boolean {
    return this.type.isEventStream;
  }

  /** A piece begins that holds at least one byte. */
  piece(): void {
    this.#pieces++;
  }

  push(input: ByteCursor, units: Unit[], to = input.bytes.length): void {
    if (this.#unpacker) this.#unpack(input, units, to);
    else if (this.#events) this.#events.push(input, units, to);
    else this.#ranges.read(input, to);
  }

  /** Byte by byte, so that each event knows the bytes that it came in. */
  #unpack(input: ByteCursor, units: Unit[], to: number): void {
    const unpacker = this.#unpacker!;
    const events = this.#events!;
    // One for all plain bytes: there may be some for each byte.
    const plain = new ByteCursor(input.bytes);
    const emit: Emit = (bytes, start, end) => {
      plain.bytes = bytes;
      plain.next = start;
      events.push(plain, units, end);
    };
    while (input.next < to && !unpacker.problem && !events.stopped) {
      const { next, offset } = input;
      const packed = [offset, offset + 1] as const;
      input.next++;
      // Also a byte that completes nothing belongs to what comes next.
      events.packed(packed);
      unpacker.allowance += INFLATED_FOR_EACH_BYTE;
      unpacker.write(input.bytes, next, next + 1, emit);
      if (unpacker.problem && !events.stopped)
        this.#emitBroken(packed, unpacker, units);
    }
    input.next = to;
  }

  #emitBroken(
    range: readonly [number, number],
    { problem, allowance }: Unpacker,
    units: Unit[],
  ): void {
    const what = `the compressed event stream cannot be read on: ${problem}`;
    units.push(
      makeUnit({
        ...this.#place,
        kind: allowance > 0 ? 'malformed' : 'limit',
        ranges: [range],
        size: 1,
        payload: 0,
        summary: `${what} (byte ${range[0]})`,
        problem: what,
        dissector: new BodyDissector(this.type.type, undefined),
      }),
    );
  }

  /**
   * The body has ended; it is told as a whole where no single unit did.
   * @param problem why it is not all of it
   */
  finish(units: Unit[], problem?: string): void {
    if (this.#events) {
      this.#events.finish(units);
      return;
    }
    const { ranges, size, overflowed } = this.#ranges.take();
    if (this.#pieces < 2 && !(this.type.coding && size > 0)) return;
    const tooMany = 'in too many pieces: the last ones are not marked';
    units.push(
      makeUnit({
        ...this.#place,
        kind: 'body',
        ranges,
        size,
        payload: size,
        counts: false,
        summary: bodySummary(this.type, size),
        problem: problem ?? (overflowed ? tooMany : undefined),
        dissector: this.type.dissector,
      }),
    );
  }
}
