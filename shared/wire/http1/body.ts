/**
 * The body of an HTTP/1.1 message, RFC 9112, 6 and 7. What goes in: the bytes
 * after the headers; see `byte-cursor.ts`. What comes out: one unit for all of
 * it, or one for each part of a long one. Nothing of it is kept but its places, and
 * what an event stream in it needs.
 */
import {
  bodySummary,
  bodyText,
  Content,
  type ContentType,
} from '../coding/content.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { ByteRanges, type Range } from '../byte-ranges.ts';
import { BODY_PART } from '../limits.ts';
import { byteCount, number } from '../text.ts';
import { TextStart } from '../text-start.ts';
import {
  makeUnit,
  type Direction,
  type Unit,
  type LayerDecoder,
} from '../unit.ts';

/** Reads one body, and takes no more than its bytes. */
export interface Body extends LayerDecoder {
  /** Complete: what follows is the next message. */
  readonly done: boolean;
  /** What follows cannot be read. */
  readonly failed: boolean;
}

/** Whose body it is. */
export interface BodyPlace {
  direction: Direction;
  exchange: number | undefined;
}

/**
 * What the pieces of a body hold.
 * @param place the body's; what it gives is one layer above it
 */
export function contentAt(
  { direction, exchange }: BodyPlace,
  type: ContentType,
): Content {
  return new Content(type, { direction, exchange, layer: 1 });
}

/** Of a body that has begun: what came of its part, and what it holds. */
interface Begun {
  part: ByteRanges;
  start: TextStart;
  content: Content;
}

/**
 * A body by its length, in bytes, or up to the end of the connection
 * (Infinity): RFC 9112, 6.3. One of more than `BODY_PART` is told in parts, as they pass.
 */
export class WholeBody implements Body {
  failed = false;
  #remaining: number;
  #length: number;
  #type: ContentType;
  #place: BodyPlace;
  /** What came of it and is not told yet; and what it holds. */
  #begun: Begun | undefined;
  #parts = 0;

  constructor(length: number, type: ContentType, place: BodyPlace) {
    this.#remaining = length;
    this.#length = length;
    this.#type = type;
    this.#place = place;
  }

  get done(): boolean {
    return this.#remaining === 0;
  }

  push(input: ByteCursor, units: Unit[]): void {
    const { bytes, offset } = input;
    const end = input.next + this.#remaining;
    if (!this.#begun && end <= bytes.length && this.#isSmall) {
      // Most bodies come at once: nothing has to be kept of them.
      const size = this.#remaining;
      this.#remaining = 0;
      input.next = end;
      const text = bodyText(this.#type, bytes, end - size, end);
      this.#emit([[offset, offset + size]], size, units, text);
      return;
    }
    const { part, start, content } = this.#begin();
    while (input.left > 0 && this.#remaining > 0) {
      const { next } = input;
      const to = input.upTo(Math.min(this.#remaining, BODY_PART - part.size));
      part.add(input.offset, input.base + to);
      if (this.#length > BODY_PART && content.showsPieces)
        start.push(bytes, next, to);
      content.push(input, units, to);
      this.#remaining -= to - next;
      if (this.done) this.#end(units);
      else if (part.size === BODY_PART) this.#endPart(units);
    }
  }

  finish(units: Unit[]): void {
    const isCut = this.#remaining < Infinity && this.#remaining > 0;
    const had = this.#length - this.#remaining;
    this.#end(
      units,
      isCut
        ? `expected ${byteCount(this.#length)}, the connection ended after ${number(had)} (RFC 9112, 8)`
        : undefined,
    );
  }

  /** It is told in one unit, and holds no others. */
  get #isSmall(): boolean {
    return this.#remaining <= BODY_PART && !this.#type.isEventStream;
  }

  #begin(): Begun {
    this.#begun ??= {
      part: new ByteRanges(),
      start: new TextStart(),
      content: contentAt(this.#place, this.#type),
    };
    return this.#begun;
  }

  #endPart(units: Unit[]): void {
    const { part, start, content } = this.#begin();
    const { ranges, size } = part.take();
    const first = this.#parts * BODY_PART;
    this.#parts++;
    content.piece();
    units.push(
      makeUnit({
        ...this.#place,
        layer: 0,
        kind: 'body part',
        ranges,
        size,
        payload: size,
        counts: !this.#type.isEventStream,
        updates: content.updates,
        summary: `part of the body: ${byteCount(size)} from ${number(first)} on`,
        text: start.take(),
        dissector: this.#type.partDissector,
      }),
    );
  }

  #end(units: Unit[], problem?: string): void {
    const { part, content } = this.#begin();
    if (this.#parts > 0) {
      if (part.size > 0) this.#endPart(units);
      content.finish(units, problem);
      return;
    }
    // An event stream tells its last event, or what is left of one.
    if (this.#type.isEventStream) content.finish(units);
    const { ranges, size } = part.take();
    if (size > 0 || problem)
      this.#emit(ranges, size, units, content.text, problem);
  }

  #emit(
    ranges: Range[],
    size: number,
    units: Unit[],
    text: string | undefined,
    problem?: string,
  ): void {
    const { direction, exchange } = this.#place;
    units.push(
      makeUnit({
        direction,
        kind: 'body',
        layer: 0,
        ranges,
        size,
        payload: size,
        counts: !this.#type.isEventStream,
        updates: size > 0 && !this.#type.isEventStream ? 1 : 0,
        summary: bodySummary(this.#type, size),
        text,
        problem,
        exchange,
        dissector: this.#type.dissector,
      }),
    );
  }
}
