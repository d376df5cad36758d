/**
 * What all tests take, in wall time and in processor time, against two tests
 * that are timed in the same run: so a slow machine is told from slow tests.
 */
import { cpus } from 'node:os';
import { runJest } from './run-tests.ts';
import type { Measurement } from '@on-the-wire/compare/bench/report.ts';
import { medianOf } from '@on-the-wire/compare/statistics.ts';

/** One starts a process, the other opens a browser. */
const references = [
  'shared/system/test/peak-memory.test.ts',
  'shared/wire/test/event-stream.page.test.ts',
];

/**
 * All tests may take so many times what both references take together: a sixth
 * more than they took when this was written (two cores, nothing else running).
 */
const limits = { wall: 168, processor: 247 };

interface Took {
  /** Both in ms. */
  wall: number;
  processor: number;
}

/**
 * Measures, and returns a row for each figure. All tests run once, the
 * references half of the times before and half after.
 *
 * @param times how often each reference is measured
 * @param say gets a line for each measurement as it is made
 * @throws Error with what jest wrote, where a test fails
 */
export async function measureSuite(
  times: number,
  say: (line: string) => void,
): Promise<Measurement[]> {
  const both: Took[] = [];
  const measureReferences = async () => {
    const took = await inTurn(references);
    say(`both reference tests: ${inWords(took)}`);
    both.push(took);
  };
  await inTurn(references); // to warm up: jest keeps what it has compiled
  while (both.length < times / 2) await measureReferences();
  const all = await measureTests([]);
  say(`all tests: ${inWords(all)}`);
  while (both.length < times) await measureReferences();

  const rows = (['wall', 'processor'] as const).map((which): Measurement[] => {
    const reference = both.map((took) => took[which]);
    return [
      { what: `pnpm test, ${which} time`, ms: [all[which]] },
      { what: `two reference tests, ${which} time`, ms: reference },
      {
        what: 'the first to the second',
        ratio: all[which] / medianOf(reference),
        goal: limits[which],
      },
    ];
  });
  return rows.flat();
}

/** One after the other, and what they took together. */
async function inTurn(files: readonly string[]): Promise<Took> {
  const sum = { wall: 0, processor: 0 };
  for (const file of files) {
    const { wall, processor } = await measureTests(['--runTestsByPath', file]);
    sum.wall += wall;
    sum.processor += processor;
  }
  return sum;
}

async function measureTests(flags: string[]): Promise<Took> {
  const before = { wall: performance.now(), processor: processorTime() };
  const { code, output } = await runJest({ folders: [], flags, quiet: true });
  const wall = performance.now() - before.wall;
  const processor = processorTime() - before.processor;
  if (code === 0) return { wall, processor };
  throw new Error(`jest ${flags.join(' ')} ended with ${code}:\n${output}`);
}

/**
 * ms in which a processor of this machine was not idle, since it was started.
 * Of the whole machine, as no system tells Node what its children's children
 * took; and a browser's pages are such.
 */
function processorTime(): number {
  return cpus().reduce(
    (sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq,
    0,
  );
}

function inWords({ wall, processor }: Took): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return `${seconds(wall)} s, of the processor ${seconds(processor)} s`;
}
