/** What is computed from several measurements. */

/** A figure of every round, with median and range. */
export interface Spread {
  median: number;
  least: number;
  most: number;
  rounds: number[];
}

/** The middle of the figures; between the two in the middle of an even number. */
export function medianOf(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN;
  return (low + high) / 2;
}

/**
 * The smallest of the values that at least so many in 100 do not exceed.
 *
 * @param of from 0 to 100
 * @returns NaN where there are no values
 */
export function percentile(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((of / 100) * sorted.length) - 1] ?? NaN;
}

/** Median, least, most, and every round. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: medianOf(values),
    least: Math.min(...values),
    most: Math.max(...values),
    rounds: [...values],
  };
}
