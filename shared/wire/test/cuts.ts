/** Feeding the same bytes in many ways, and saying what came out. */
import type { Range } from '../byte-ranges.ts';
import { concat } from '../bytes.ts';
import { byteCount } from '../text.ts';
import {
  bytesOf,
  type ConnectionDecoder,
  type Decoder,
  type Direction,
  type Unit,
  describe as fieldsOf,
} from '../unit.ts';

/** Bytes that one side sent. */
export type Step = readonly [Direction, Uint8Array];

/** `81 05  48656c6c6f` or `"text"`, spaced apart as the standard has it. */
export function bytes(...parts: (string | Uint8Array)[]): Uint8Array {
  return concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Uint8Array.from(Buffer.from(part.replaceAll(/\s/g, ''), 'hex'))
        : part,
    ),
  );
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** A decoder of one direction, used as one of both. */
export function oneWay(
  make: () => Decoder,
  direction: Direction = 'down',
): () => ConnectionDecoder {
  return () => {
    const decoder = make();
    return {
      feed: (fed, piece) => (fed === direction ? decoder.feed(piece) : []),
      end: (ended) => (ended === direction ? decoder.end() : []),
    };
  };
}

/**
 * The units of these steps. What is not decoded is told call by call; here it is
 * one unit without text where it follows itself, so that all else can be
 * compared, however the bytes are cut.
 */
export function decode(
  make: () => ConnectionDecoder,
  steps: readonly Step[],
): Unit[] {
  const units: Unit[] = [];
  for (const unit of decodeCalls(make, steps)) {
    const last = units.at(-1);
    if (!isOpaque(unit)) units.push(unit);
    else if (last && isOpaque(last) && follows(last, unit))
      units.splice(-1, 1, opaque(last, unit));
    else units.push(opaque(unit));
  }
  return units;
}

function isOpaque({ kind, summary }: Unit): boolean {
  return kind === 'bytes' && summary.startsWith('bytes: ');
}

function follows(last: Unit, { direction, ranges }: Unit): boolean {
  return last.direction === direction && last.ranges[0]![1] === ranges[0]![0];
}

function opaque(unit: Unit, next = unit): Unit {
  const [from, to] = [unit.ranges[0]![0], next.ranges[0]![1]];
  const size = to - from;
  const summary = `bytes: ${byteCount(size)}, not decoded`;
  const range: Range = [from, to];
  const ranges = [range];
  return { ...unit, ranges, size, payload: size, summary, text: undefined };
}

/** The units of these steps, each a call. */
export function decodeCalls(
  make: () => ConnectionDecoder,
  steps: readonly Step[],
): Unit[] {
  const decoder = make();
  const units = steps.flatMap(([direction, piece]) => {
    // Decoders may not rely on bytes that were fed before: they are reused.
    const reused = piece.slice();
    const made = decoder.feed(direction, reused);
    reused.fill(0xaa);
    return made;
  });
  return [...units, ...decoder.end('up'), ...decoder.end('down')];
}

/** All bytes of both directions. */
export function recorded(
  steps: readonly Step[],
): Record<Direction, Uint8Array> {
  const of = (wanted: Direction): Uint8Array =>
    concat(steps.filter(([side]) => side === wanted).map(([, piece]) => piece));
  return { up: of('up'), down: of('down') };
}

/** A unit in one line: `down 0+19 websocket text: …`. */
export function lineOf(unit: Unit): string {
  const ranges = unit.ranges.map(([start, end]) => `${start}+${end - start}`);
  const layer = '  '.repeat(unit.layer);
  const problem = unit.problem ? ` ! ${unit.problem}` : '';
  return `${layer}${unit.direction} ${ranges.join(',')} [${unit.kind}] ${unit.summary}${problem}`;
}

/** Everything about a unit, its fields too. */
export function all(unit: Unit, from: Record<Direction, Uint8Array>): unknown {
  const { dissector, ...rest } = unit;
  const fields = fieldsOf(unit, bytesOf(unit, from[unit.direction]));
  return { ...rest, form: dissector.constructor.name, fields };
}

/** The same bytes of both sides, one at a time. */
export function byteByByte(steps: readonly Step[]): Step[] {
  return steps.flatMap(([direction, piece]) =>
    Array.from(piece, (byte): Step => [direction, Uint8Array.of(byte)]),
  );
}

/** What one side sent at a stretch, in one piece. */
export function glued(steps: readonly Step[]): Step[] {
  const made: Step[] = [];
  for (const step of steps) {
    const last = made.at(-1);
    if (last?.[0] === step[0])
      made[made.length - 1] = [step[0], concat([last[1], step[1]])];
    else made.push(step);
  }
  return made;
}

/** Every way to cut the glued bytes in two at one place. */
export function* cutOnce(steps: readonly Step[]): Generator<Step[]> {
  const whole = glued(steps);
  for (const [index, [direction, piece]] of whole.entries()) {
    for (let at = 1; at < piece.length; at++) {
      const two: Step[] = [
        [direction, piece.subarray(0, at)],
        [direction, piece.subarray(at)],
      ];
      yield [...whole.slice(0, index), ...two, ...whole.slice(index + 1)];
    }
  }
}

/** Cuts the bytes into pieces of these sizes, over and over. */
export function cutInto(steps: readonly Step[], sizes: number[]): Step[] {
  const made: Step[] = [];
  let turn = 0;
  for (const [direction, piece] of glued(steps)) {
    for (let at = 0; at < piece.length;) {
      const size = sizes[turn++ % sizes.length]!;
      made.push([direction, piece.subarray(at, at + size)]);
      at += size;
    }
  }
  return made;
}
