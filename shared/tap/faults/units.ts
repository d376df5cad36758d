/** Numbers with units: milliseconds, bytes, bytes a second, percent. */
import type { QuantityUnit } from './kind.ts';

/** How much of the smallest unit each one is; from small to large. */
const SIZES: Record<QuantityUnit, [name: string, size: number][]> = {
  ms: [
    ['ms', 1],
    ['s', 1000],
    ['min', 60_000],
  ],
  B: [
    ['B', 1],
    ['kB', 1000],
    ['MB', 1_000_000],
  ],
  'B/s': [
    ['B/s', 1],
    ['kB/s', 1000],
    ['MB/s', 1_000_000],
  ],
  '%': [['%', 1]],
  '': [['', 1]],
};

/** The units that may stand behind a number: `ms`, `s`, `min`. */
export function unitNames(unit: QuantityUnit): string[] {
  return SIZES[unit].map(([name]) => name);
}

/**
 * 200000 B/s as `200 kB/s`: exact, in the largest unit that is not below 1.
 *
 * @param amount in the smallest unit of its kind
 */
export function quantity(amount: number, unit: QuantityUnit): string {
  // Half a minute is written in seconds, as people do.
  const fits = SIZES[unit].filter(
    ([name, size]) => amount >= size && (name !== 'min' || amount % size === 0),
  );
  const [name, size] = fits.at(-1) ?? SIZES[unit][0]!;
  const space = name === '%' || name === '' ? '' : ' ';
  return `${amount / size}${space}${name}`;
}

/**
 * Reads `200kB/s` as 200000 B/s.
 *
 * @param fallback the unit of a number without one
 * @returns the amount in the smallest unit of its kind; undefined where it is
 *   no number, or where there is no such unit
 */
export function parseQuantity(
  text: string,
  fallback: QuantityUnit,
): { amount: number; unit: QuantityUnit } | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,9})?) ?([a-z/%]*)$/i.exec(text.trim());
  if (!match) return undefined;
  const amount = Number(match[1]);
  const name = match[2]!.toLowerCase();
  if (name === '') return { amount, unit: fallback };
  for (const [unit, sizes] of Object.entries(SIZES) as [
    QuantityUnit,
    [string, number][],
  ][]) {
    const known = sizes.find(([each]) => each.toLowerCase() === name);
    if (known) return { amount: exact(amount * known[1], unit), unit };
  }
  return undefined;
}

/** Only percentages have parts; elsewhere they are the computer's rounding. */
function exact(amount: number, unit: QuantityUnit): number {
  return unit === '%' ? amount : Math.round(amount);
}
