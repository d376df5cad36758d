/** Reads a recording as `pnpm wire` does, and decodes it until it can be shown. */
import { readRun } from '@on-the-wire/course/harness/run-wire.ts';
import { peakMemory } from '@on-the-wire/system/peak-memory.ts';

const [path = ''] = process.argv.slice(2);
const { run } = await readRun(path);
const read: RecordingRead = { lines: run.end, peak: peakMemory() };
console.error(JSON.stringify(read));

/** What came of it. */
export interface RecordingRead {
  lines: number;
  /** Bytes that the process had at most. */
  peak: number;
}
