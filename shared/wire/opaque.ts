/**
 * Bytes of which nothing is known: of another protocol, or after something
 * that was malformed. With no boundaries of their own they are cut where the
 * other side speaks, and else in pieces of a fixed size. What goes in and comes
 * out: see `byte-cursor.ts`; all bytes are taken, and the last piece is told
 * when `flush` is called.
 */
import type { ByteCursor } from './byte-cursor.ts';
import type { ByteRanges } from './byte-ranges.ts';
import { OPAQUE_PIECE } from './limits.ts';
import { ReassemblyBuffer } from './reassembly-buffer.ts';
import { byteCount, preview } from './text.ts';
import {
  makeUnit,
  otherDirection,
  plainDissector,
  type Direction,
  type LayerDecoder,
  type ProtocolDecoder,
  type Unit,
  type UnitPlace,
} from './unit.ts';

/** One direction of such bytes. */
export class Opaque {
  #direction: Direction;
  #kept = new ReassemblyBuffer();

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  push(input: ByteCursor, units: Unit[]): void {
    while (input.left > 0) {
      this.#kept.read(input, input.upTo(OPAQUE_PIECE - this.#kept.length));
      if (this.#kept.length === OPAQUE_PIECE) this.flush(units);
    }
  }

  /** The other side speaks, or the connection ends. */
  flush(units: Unit[]): void {
    if (this.#kept.length === 0) return;
    const bytes = this.#kept.take();
    const { ranges, size } = this.#kept.ranges.take();
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

  push(direction: Direction, input: ByteCursor, units: Unit[]): void {
    this.#sides[otherDirection(direction)].flush(units);
    this.#sides[direction].push(input, units);
  }

  finish(direction: Direction, units: Unit[]): void {
    this.#sides[direction].flush(units);
  }
}

/**
 * Two directions that are read each by itself; after a failure the rest of its
 * direction is opaque.
 */
export class SidePair implements ProtocolDecoder {
  readonly #sides: Record<Direction, LayerDecoder>;
  readonly #rest = new OpaquePair();

  constructor(up: LayerDecoder, down: LayerDecoder) {
    this.#sides = { up, down };
  }

  push(direction: Direction, input: ByteCursor, units: Unit[]): void {
    this.#rest.finish(otherDirection(direction), units);
    this.#sides[direction].push(input, units);
    if (input.left > 0) this.#rest.push(direction, input, units);
  }

  finish(direction: Direction, units: Unit[]): void {
    this.#sides[direction].finish(units);
    this.#rest.finish(direction, units);
  }
}

/**
 * Something that could not be read; what follows will be opaque.
 * @param found where its bytes were; they are taken from there
 * @param problem what was expected, and what was found
 * @param more its kind, if it is a limit; the raw offset of the byte at fault,
 *   if it is not the first
 */
export function malformed(
  place: Omit<UnitPlace, 'layer'>,
  found: ByteRanges,
  problem: string,
  more: { kind?: 'limit' | undefined; offset?: number | undefined } = {},
): Unit {
  const { ranges, size } = found.take();
  const at = more.offset ?? ranges[0]?.[0];
  return makeUnit({
    ...place,
    kind: more.kind ?? 'malformed',
    layer: 0,
    ranges,
    size,
    payload: 0,
    summary: at === undefined ? problem : `${problem} (byte ${at})`,
    problem,
    dissector: plainDissector,
  });
}
