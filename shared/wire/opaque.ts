import { ReassemblyBuffer } from './reassembly-buffer.ts';
import { OPAQUE_PIECE } from './limits.ts';
import { byteCount, preview } from './text.ts';
import {
  makeUnit,
  otherDirection,
  plainDissector,
  type Direction,
  type ProtocolDecoder,
  type Unit,
  type UnitPlace,
} from './unit.ts';

/** One direction of such bytes. */
export class Opaque {
  #direction: Direction;
  #gather = new ReassemblyBuffer();

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
    const { ranges, size } = this.#gather.ranges.take();
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: 'bytes',
        layer: 0,
        ranges,
        size,
        payload: size,
        summary: `bytes${preview(bytes)}: ${byteCount(size)}, not decoded`,
        dissector: plainDissector,
      }),
    );
  }
}

/** A connection of such bytes. */
export class OpaquePair implements ProtocolDecoder {
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
  place: Omit<UnitPlace, 'layer'>,
  gather: ReassemblyBuffer,
  problem: string,
  kind: 'malformed' | 'limit' = 'malformed',
  offset?: number,
): Unit {
  gather.take();
  const { ranges, size } = gather.ranges.take();
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
    dissector: plainDissector,
  });
}
