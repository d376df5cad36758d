/** In the learner's process: bodies whose reads are as we cut them. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { readLines } from './exercise.ts';

interface Mine {
  readLines: typeof readLines;
}

/** What came out of a body. */
export interface Read {
  taken: unknown[];
  /** How many lines had been taken when the next read was requested. */
  after: number[];
  error?: string;
  stack?: string | undefined;
  /** Whether that is the very error of `read()`. */
  isOurs?: boolean;
}

/**
 * Lets a body come in these reads, each when the one before is handled.
 *
 * @param broken the message of the error that follows them; else the body ends
 */
export function read(
  mine: Mine,
  reads: Uint8Array[],
  broken?: string,
): Promise<Read> {
  const taken: unknown[] = [];
  const after: number[] = [];
  const why = broken === undefined ? undefined : new TypeError(broken);
  const left = [...reads];
  const body = bodyOf(() => {
    if (left.length < reads.length) after.push(taken.length);
    return left.shift() ?? why;
  });
  return outcomeOf(mine, body, taken, after, why);
}

/** Two bodies at once, read by read. */
export function readBoth(mine: Mine, reads: Uint8Array[][]): Promise<Read[]> {
  return Promise.all(reads.map((each) => read(mine, each)));
}

/** The body of a real response. */
export async function load(mine: Mine, url: string): Promise<Read> {
  const { body } = await fetch(url);
  return outcomeOf(mine, body as ReadableStream<Uint8Array>, [], []);
}

/** What a long body leaves in memory. */
export interface Kept {
  lines: number;
  taken: number;
  /** Bytes that came, and how many more of them are in use at the end. */
  bytes: number;
  kept: number;
}

/** A body of so many reads, whose lines nobody keeps here. */
export async function readLong(mine: Mine, reads: number): Promise<Kept> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const inUse = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const known: Kept = { lines: 0, taken: 0, bytes: 0, kept: 0 };
  let left = reads;
  let before = 0;
  const body = bodyOf(() => {
    // The first reads are still compiled.
    if (left === reads - 8) before = inUse();
    if (left === 0) known.kept = inUse() - before;
    left -= 1;
    if (left < 0) return undefined;
    let text = '';
    while (text.length < 32_768) {
      known.lines += 1;
      text += `"${known.lines} ${Math.random()} ${'x'.repeat(99)}"\n`;
    }
    const bytes = new TextEncoder().encode(text);
    known.bytes += bytes.length;
    return bytes;
  });
  await mine.readLines({ body, take: () => void (known.taken += 1) });
  return known;
}

/** @param next the next read; an error breaks the body, and nothing ends it */
function bodyOf(
  next: () => Uint8Array | Error | undefined,
): ReadableStream<Uint8Array> {
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      // What was read is on its way through the learner's promises.
      for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
      const bytes = next();
      if (bytes instanceof Error) controller.error(bytes);
      else if (bytes) controller.enqueue(bytes);
      else controller.close();
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

async function outcomeOf(
  { readLines }: Mine,
  body: ReadableStream<Uint8Array>,
  taken: unknown[],
  after: number[],
  why?: Error,
): Promise<Read> {
  try {
    await readLines({ body, take: (value) => void taken.push(value) });
    return { taken, after };
  } catch (error) {
    const { name, message, stack } = error as Error;
    const isOurs = error === why;
    return { taken, after, error: `${name}: ${message}`, stack, isOurs };
  }
}
