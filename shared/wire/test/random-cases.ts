/**
 * So many random cases a test tries in this run. `pnpm test` is run after each
 * change, and tries others each time; `pnpm soak` tries them all, and says so
 * by `ALL_CASES` in the environment.
 *
 * @param all how many `pnpm soak` tries, in each of its rounds
 * @returns `all` there, and a fifth of them in `pnpm test`
 */
export function randomCases(all: number): number {
  return process.env['ALL_CASES'] === undefined ? Math.ceil(all / 5) : all;
}

/**
 * The same cases in every `pnpm test`, so that it fails always or never; with
 * `ALL_CASES`, five times as many, others each time: fast-check prints the
 * seed of one that fails.
 */
export function fixedCases(all: number): { numRuns: number; seed?: number } {
  const numRuns = randomCases(all);
  return process.env['ALL_CASES'] === undefined
    ? { numRuns, seed: 9112 }
    : { numRuns };
}
