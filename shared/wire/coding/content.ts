/**
 * What a body holds, RFC 9110, 8, whatever carries it: an event stream is
 * decoded as it passes; anything else is joined, to be shown as a whole.
 */
import {
  canTakeOff,
  codingsOf,
  decodeBody,
  decompressorOf,
} from './content-coding.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { EventStream } from '../event-stream/decoder.ts';
import type {
  ContentSource,
  Decompressor,
  Decompressors,
  FieldList,
  FieldDissector,
  UnitContent,
} from '../fields.ts';
import { ByteRanges } from '../byte-ranges.ts';
import { EVENT_LIMIT, INFLATED_FOR_EACH_BYTE, TEXT_BYTES } from '../limits.ts';
import { byteCount, shortened, textShown, utf8 } from '../text.ts';
import { JsonTexts } from '../json-texts.ts';
import { TextStart } from '../text-start.ts';
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
  /** In the order in which they were applied; those not known here, too. */
  codings: readonly string[];
  /** What takes off those that are not known here: see `withDecompressors`. */
  decompressors: Decompressors;
  /** Its events are units of their own. */
  isEventStream: boolean;
  /** Of a response. */
  isResponse: boolean;
  /** The end of a body's line in the timeline: the same for each. */
  summary: string;
  /** How a body is read again. */
  dissector: FieldDissector;
  /** How a part of one is. */
  partDissector: FieldDissector;
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
  const codings = codingsOf(codingField);
  const decompressors = {};
  const isEvents = isResponse && type === EVENTS;
  const typed = type ? `, ${shortened(type, 40)}` : '';
  const coded = codings.length > 0 ? `, compressed with ${named(codings)}` : '';
  return {
    type,
    codings,
    decompressors,
    isResponse,
    isEventStream: isEvents && canTakeOff(codings, decompressors),
    summary: `${typed}${coded}`,
    dissector: new BodyDissector(type, codings),
    partDissector: new PartDissector(type, codings),
  };
}

/**
 * The same, where there is something that takes other codings off than gzip and
 * deflate: so its events can be read, and its text.
 */
export function withDecompressors(
  content: ContentType,
  decompressors: Decompressors,
): ContentType {
  const { codings, type, isResponse } = content;
  // Almost always there is nothing to take off.
  if (codings.length === 0 || canTakeOff(codings, {})) return content;
  const isEventStream =
    isResponse && type === EVENTS && canTakeOff(codings, decompressors);
  return { ...content, decompressors, isEventStream };
}

const EVENTS = 'text/event-stream';

/** Codings in a sentence, as the header names them. */
function named(codings: readonly string[]): string {
  return shortened(codings.join(', '), 40);
}

/** Shows a body as text, without its coding. */
class BodyDissector implements FieldDissector {
  readonly type: string;
  readonly codings: readonly string[];

  constructor(type: string, codings: readonly string[]) {
    this.type = type;
    this.codings = codings;
  }

  dissect(list: FieldList): void {
    const { type, codings } = this;
    const { length } = list.bytes;
    const what = type ? `the content, ${type}` : 'the content';
    if (codings.length === 0) {
      list.add('content', [0, length], readable(list.bytes), [
        what,
        'RFC 9110, 6.4',
      ]);
      return;
    }
    const { bytes, problem } = decodeBody(
      list.bytes,
      codings,
      list.decompressors,
    );
    const meaning = problem
      ? `compressed with ${named(codings)}: ${problem}`
      : `${what}, ${byteCount(bytes.length)} without its ${named(codings)}`;
    list.add('content', [0, length], readable(bytes), [
      meaning,
      'RFC 9110, 8.4',
    ]);
  }

  content({ bytes, decompressors }: ContentSource): UnitContent {
    const { type, codings } = this;
    if (codings.length === 0) return { bytes, type };
    const plain = decodeBody(bytes, codings, decompressors);
    const problem =
      plain.problem && `compressed with ${named(codings)}: ${plain.problem}`;
    const coding = plain.isCoded ? undefined : codings.join(', ');
    return { bytes: plain.bytes, type, coding, problem };
  }
}

/** What a piece of a body carries: as it is, for its coding is of the whole. */
export function pieceContent(
  bytes: Uint8Array,
  { type, codings }: Pick<ContentType, 'type' | 'codings'>,
): UnitContent {
  const problem =
    codings.length > 0
      ? `compressed with ${named(codings)}, as a part of the body`
      : undefined;
  return { bytes, type, problem };
}

/** A part of a body that is told in parts. */
class PartDissector implements FieldDissector {
  readonly type: string;
  readonly codings: readonly string[];

  constructor(type: string, codings: readonly string[]) {
    this.type = type;
    this.codings = codings;
  }

  dissect(list: FieldList): void {
    const meaning = 'a part of the content, as large as is shown at once';
    list.add('content', [0, list.bytes.length], readable(list.bytes), [
      meaning,
      'RFC 9110, 6.4',
    ]);
  }

  content({ bytes }: ContentSource): UnitContent {
    return pieceContent(bytes, this);
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

/** JSON, an object on each line. */
const JSON_LINES = /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines)$/;

/** Bytes that are decompressed for the text of a body, until it has enough. */
const START_STEP = 256;

/** The beginning of a body without its coding, in any pieces, for its line. */
class BodyStart {
  readonly #text = new TextStart();
  readonly #isCoded: boolean;
  #decompressor: Decompressor | undefined;

  constructor({ codings, decompressors }: ContentType) {
    this.#isCoded = codings.length > 0;
    this.#decompressor = decompressorOf(codings, decompressors);
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    if (!this.#isCoded) this.#text.push(bytes, from, to);
    for (let at = from; this.#decompressor && at < to; at += START_STEP) {
      const piece = bytes.subarray(at, Math.min(to, at + START_STEP));
      // What is more than the text needs is a problem, and its end.
      const plain = this.#decompressor.write(piece, TEXT_BYTES + 1);
      this.#text.push(plain, 0, plain.length);
      if (this.#text.isFull || this.#decompressor.problem) this.#close();
    }
  }

  take(): string | undefined {
    this.#close();
    return this.#text.take();
  }

  #close(): void {
    this.#decompressor?.close();
    this.#decompressor = undefined;
  }
}

/** The text of a body that came in one piece, `bytes[from..to)`. */
export function bodyText(
  type: ContentType,
  bytes: Uint8Array,
  from: number,
  to: number,
): string | undefined {
  if (type.codings.length === 0) return textShown(bytes, from, to);
  const start = new BodyStart(type);
  start.push(bytes, from, to);
  return start.take();
}

/**
 * A body that comes in pieces: chunks, DATA frames, parts. What goes in and
 * comes out: see `byte-cursor.ts`; it takes all that it is given.
 */
export class Content implements LayerDecoder {
  readonly type: ContentType;
  #place: UnitPlace;
  #ranges = new ByteRanges();
  #start: BodyStart | undefined;
  #pieceTexts: JsonTexts | undefined;
  #pieces = 0;
  #events: EventStream | undefined;
  #decompressor: Decompressor | undefined;
  /** Plain bytes that all that came may still give. */
  #allowance = EVENT_LIMIT;

  /** @param place where the units that the body gives are: their layer */
  constructor(type: ContentType, place: UnitPlace) {
    this.type = type;
    this.#place = place;
    if (!type.isEventStream) return;
    this.#events = new EventStream(place);
    this.#decompressor = decompressorOf(type.codings, type.decompressors);
  }

  /** What makes the texts of its pieces, where they are JSON on lines. */
  get pieceTexts(): JsonTexts | undefined {
    if (!JSON_LINES.test(this.type.type)) return undefined;
    return (this.#pieceTexts ??= new JsonTexts());
  }

  /** Its units tell the same bytes again. */
  get emitsUnits(): boolean {
    return this.type.isEventStream;
  }

  /** The text of its beginning, where it is no event stream. */
  get text(): string | undefined {
    return this.#start?.take();
  }

  /** The pieces are text, if the body is, and no other unit shows it. */
  get showsPieces(): boolean {
    return !this.type.isEventStream && this.type.codings.length === 0;
  }

  /** A body begins with its first piece; that of events is none by itself. */
  get updates(): number {
    return this.#pieces === 1 && !this.emitsUnits ? 1 : 0;
  }

  /** A piece begins that holds at least one byte. */
  piece(): void {
    this.#pieces++;
  }

  push(input: ByteCursor, units: Unit[], to = input.bytes.length): void {
    if (this.#decompressor) this.#unpack(input, units, to);
    else if (this.#events) this.#events.push(input, units, to);
    else {
      this.#start ??= new BodyStart(this.type);
      this.#start.push(input.bytes, input.next, to);
      this.#ranges.read(input, to);
    }
  }

  /** Byte by byte, so that each event knows the bytes that it came in. */
  #unpack(input: ByteCursor, units: Unit[], to: number): void {
    const decompressor = this.#decompressor!;
    const events = this.#events!;
    // One for all plain bytes: there may be some for each byte.
    const plain = new ByteCursor(input.bytes);
    while (input.next < to && !decompressor.problem && !events.stopped) {
      const { next, offset } = input;
      const packed = [offset, offset + 1] as const;
      input.next++;
      // Also a byte that completes nothing belongs to what comes next.
      events.packed(packed);
      this.#allowance += INFLATED_FOR_EACH_BYTE;
      const byte = input.bytes.subarray(next, next + 1);
      plain.bytes = decompressor.write(byte, this.#allowance);
      plain.next = 0;
      this.#allowance -= plain.bytes.length;
      if (plain.left > 0) events.push(plain, units);
      if (decompressor.problem && !events.stopped)
        this.#emitBroken(packed, decompressor.problem, units);
    }
    input.next = to;
  }

  #emitBroken(
    range: readonly [number, number],
    problem: string,
    units: Unit[],
  ): void {
    const what = `the compressed event stream cannot be read on: ${problem}`;
    units.push(
      makeUnit({
        ...this.#place,
        kind: this.#allowance > 0 ? 'malformed' : 'limit',
        ranges: [range],
        size: 1,
        payload: 0,
        summary: `${what} (byte ${range[0]})`,
        problem: what,
        dissector: new BodyDissector(this.type.type, []),
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
      this.#decompressor?.close();
      return;
    }
    const { ranges, size, overflowed } = this.#ranges.take();
    const isCoded = this.type.codings.length > 0;
    if (this.#pieces < 2 && !(isCoded && size > 0)) return;
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
        text: this.text,
        problem: problem ?? (overflowed ? tooMany : undefined),
        dissector: this.type.dissector,
      }),
    );
  }
}
