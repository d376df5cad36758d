/** The body of an HTTP/1.1 message, RFC 9112 6 and 7. */
import { BodyForm, bodySummary, readable, type Content } from './content.ts';
import { Trail } from './gather.ts';
import { ChunkedBody } from './http1-chunks.ts';
import type { Framing } from './http1-head.ts';
import { BODY_PART } from './limits.ts';
import { byteCount, number } from './text.ts';
import { makeUnit, type Direction, type Form, type Unit } from './unit.ts';

/** Reads one body. */
export interface Body {
  /** Complete: what follows is the next head. */
  readonly done: boolean;
  /** What follows cannot be read. */
  readonly failed: boolean;
  /** Takes `bytes` from `from` on; returns where it stopped. */
  push(bytes: Uint8Array, from: number, at: number, units: Unit[]): number;
  /** The connection has ended. */
  finish(units: Unit[]): void;
}

/** Whose body it is. */
export interface BodyPlace {
  direction: Direction;
  exchange: number | undefined;
}

export function makeBody(
  framing: Exclude<Framing, { by: 'none' }>,
  content: Content,
  place: BodyPlace,
): Body {
  if (framing.by === 'chunks') return new ChunkedBody(content, place);
  const length = framing.by === 'length' ? framing.length : Infinity;
  return new WholeBody(length, content, place);
}

/** A body by its length, or up to the end of the connection. */
class WholeBody implements Body {
  failed = false;
  #remaining: number;
  #length: number;
  #content: Content;
  #place: BodyPlace;
  #part = new Trail();
  #parts = 0;

  constructor(length: number, content: Content, place: BodyPlace) {
    this.#remaining = length;
    this.#length = length;
    this.#content = content;
    this.#place = place;
  }

  get done(): boolean {
    return this.#remaining === 0;
  }

  push(bytes: Uint8Array, from: number, at: number, units: Unit[]): number {
    let next = from;
    while (next < bytes.length && this.#remaining > 0) {
      const room = Math.min(this.#remaining, BODY_PART - this.#part.size);
      const to = Math.min(bytes.length, next + room);
      this.#part.add(at + next, at + to);
      this.#content.data(bytes, next, to, at, units);
      this.#remaining -= to - next;
      next = to;
      if (this.done) this.#end(units);
      else if (this.#part.size === BODY_PART) this.#endPart(units);
    }
    return next;
  }

  finish(units: Unit[]): void {
    const isCut = this.#remaining < Infinity && this.#remaining > 0;
    const had = this.#length - this.#remaining;
    this.#end(
      units,
      isCut
        ? `expected ${byteCount(this.#length)}, the connection ended after ${number(had)}`
        : undefined,
    );
  }

  #endPart(units: Unit[]): void {
    const { ranges, size } = this.#part.take();
    const first = this.#parts * BODY_PART;
    this.#parts++;
    this.#content.piece();
    units.push(
      makeUnit({
        ...this.#place,
        layer: 0,
        kind: 'body part',
        ranges,
        size,
        payload: size,
        counts: !this.#content.type.isEventStream,
        summary: `part of the body: ${byteCount(size)} from ${number(first)} on`,
        form: partForm,
      }),
    );
  }

  #end(units: Unit[], problem?: string): void {
    if (this.#parts > 0) {
      if (this.#part.size > 0) this.#endPart(units);
      this.#content.finish(units, problem);
      return;
    }
    // An event stream tells its last event, or what is left of one.
    if (this.#content.type.isEventStream) this.#content.finish(units);
    const { ranges, size } = this.#part.take();
    if (size === 0 && !problem) return;
    units.push(
      makeUnit({
        ...this.#place,
        layer: 0,
        kind: 'body',
        ranges,
        size,
        payload: size,
        counts: !this.#content.type.isEventStream,
        summary: bodySummary(this.#content.type, size),
        problem,
        form: new BodyForm(this.#content.type),
      }),
    );
  }
}

const partForm: Form = {
  fields(list) {
    const value = readable(list.bytes);
    const meaning = 'a part of the content, as large as is shown at once';
    list.add('content', 0, list.bytes.length, value, meaning, 'RFC 9110 6.4');
  },
};
