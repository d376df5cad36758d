/** Data that no answer can have learnt by heart. */
import { createRandom } from '@on-the-wire/lesson/board/random.ts';

/** Texts and numbers for one run of a check. */
export interface Generated {
  /** A whole number, both ends included. */
  whole(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
  /** Letters and digits of ASCII. */
  word(): string;
  /** A line without CR and LF: umlauts, quotes, a character beyond 16 bits. */
  line(): string;
  /** Several lines, joined by this end. */
  text(end: string): string;
  /** Bytes of any value. */
  bytes(size: number): Uint8Array;
}

const pieces = [
  'Zürich',
  'Gleis 7',
  '"Achtung"',
  "l'arrivée",
  'Łódź',
  '駅',
  '🚆',
  '{"n":1}',
  'a: b',
  'id: 9',
  'data: x',
  '%0A',
  '\\n',
];

/** The same seed, the same data. */
export function generate(seed: number): Generated {
  const random = createRandom(String(seed));
  const whole = (least: number, most: number) =>
    least + Math.floor(random() * (most - least + 1));
  const pick = <T>(from: readonly T[]) => from[whole(0, from.length - 1)]!;
  const word = () =>
    Array.from({ length: whole(3, 9) }, () => whole(10, 35).toString(36)).join(
      '',
    );
  const line = () =>
    `${word()} ${pick(pieces)} "${pick(pieces)}" ü🚆 ${whole(0, 9999)}`;
  return {
    whole,
    pick,
    word,
    line,
    text: (end) => Array.from({ length: whole(2, 4) }, line).join(end),
    bytes: (size) => Uint8Array.from({ length: size }, () => whole(0, 255)),
  };
}
