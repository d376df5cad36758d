/**
 * Bytes of which nothing is known: of another protocol, or after something
 * that was malformed. With no boundaries of their own they are cut where the
 * other side speaks, and else in pieces of a fixed size.
 */
import type { StreamPlace } from './event-stream/decoder.ts';
import { Gather } from './gather.ts';
import { OPAQUE_PIECE } from './limits.ts';
import { byteCount, preview } from './text.ts';
import {
  makeUnit,
  otherDirection,
  plainForm,
  type Direction,
  type TwoWay,
  type Unit,
} from './unit.ts';

/** One direction of such bytes. */
export class Opaque {
  #direction: Direction;
  #gather = new Gather();

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  push(bytes: Uint8Array, from: number, at: number, units: Unit[]): void {
    let next = from;
    while (next < bytes.length) {
      const room = OPAQUE_PIECE - this.#gather.length;
      const to = Math.min(bytes.length, next + room);
      this.#gather.add(bytes, next, to, at + next, at + to);
      next = to;
      if (this.#gather.length === OPAQUE_PIECE) this.flush(units);
    }
  }

  /** The other side speaks, or the connection ends. */
  flush(units: Unit[]): void {
    if (this.#gather.length === 0) return;
    const bytes = this.#gather.take();
    const { ranges, size } = this.#gather.trail.take();
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: 'bytes',
        layer: 0,
        ranges,
        size,
        payload: size,
        summary: `bytes${preview(bytes)}: ${byteCount(size)}, not decoded`,
        form: plainForm,
      }),
    );
  }
}

/** A connection of such bytes. */
export class OpaquePair implements TwoWay {
  #sides = { up: new Opaque('up'), down: new Opaque('down') };

  push(
    direction: Direction,
    bytes: Uint8Array,
    from: number,
    at: number,
    units: Unit[],
  ): void {
    this.#sides[otherDirection(direction)].flush(units);
    this.#sides[direction].push(bytes, from, at, units);
  }

  finish(direction: Direction, units: Unit[]): void {
    this.#sides[direction].flush(units);
  }
}

/**
 * Something that could not be read; what follows will be opaque.
 * @param offset the raw offset of the byte at fault, if not the first
 */
export function malformed(
  place: Omit<StreamPlace, 'layer'>,
  gather: Gather,
  problem: string,
  kind: 'malformed' | 'limit' = 'malformed',
  offset?: number,
): Unit {
  gather.take();
  const { ranges, size } = gather.trail.take();
  const at = offset ?? ranges[0]?.[0];
  return makeUnit({
    ...place,
    kind,
    layer: 0,
    ranges,
    size,
    payload: 0,
    summary: at === undefined ? problem : `${problem} (byte ${at})`,
    problem,
    form: plainForm,
  });
}
