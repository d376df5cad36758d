/**
 * Bytes of which nothing is known: of another protocol, or after something
 * that was malformed. They have no boundaries of their own, so each call is
 * told as it comes, in pieces of a fixed size at most: a read is all that there
 * is to show, and to wait for more would give it a later time. This is the one
 * place where the units depend on how the bytes are cut. What goes in and comes
 * out: see `byte-cursor.ts`; all bytes are taken, and none are kept.
 */
import type { ByteCursor } from './byte-cursor.ts';
import type { ByteRanges } from './byte-ranges.ts';
import type { FieldDissector } from './fields.ts';
import { OPAQUE_PIECE } from './limits.ts';
import { byteCount, textAmong, textShown } from './text.ts';
import {
  makeUnit,
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

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  push(input: ByteCursor, units: Unit[]): void {
    while (input.left > 0) {
      const { bytes, next, offset } = input;
      const to = input.upTo(OPAQUE_PIECE);
      const size = to - next;
      input.next = to;
      units.push(
        makeUnit({
          direction: this.#direction,
          kind: 'bytes',
          layer: 0,
          ranges: [[offset, offset + size]],
          size,
          payload: size,
          summary: `bytes: ${byteCount(size)}, not decoded`,
          text: textShown(bytes, next, to) ?? textAmong(bytes, next, to),
          dissector: bytesDissector,
        }),
      );
    }
  }
}

const bytesDissector: FieldDissector = {
  ...plainDissector,
  content: ({ bytes }) => ({ bytes, type: '' }),
};

/** A connection of such bytes. */
export class OpaquePair implements ProtocolDecoder {
  #sides = { up: new Opaque('up'), down: new Opaque('down') };

  push(direction: Direction, input: ByteCursor, units: Unit[]): void {
    this.#sides[direction].push(input, units);
  }

  finish(_direction: Direction, _units: Unit[]): void {
    // Nothing is kept.
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
    this.#sides[direction].push(input, units);
    if (input.left > 0) this.#rest.push(direction, input, units);
  }

  finish(direction: Direction, units: Unit[]): void {
    this.#sides[direction].finish(units);
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
