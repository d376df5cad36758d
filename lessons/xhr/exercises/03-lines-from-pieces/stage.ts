/** In the learner's process: bodies whose reads are as we cut them. */
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
}

/** Lets a body come in these reads, each when the one before is handled. */
export function read(mine: Mine, reads: Uint8Array[]): Promise<Read> {
  const taken: unknown[] = [];
  const after: number[] = [];
  const left = [...reads];
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      // What was read is on its way through the learner's promises.
      for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
      if (left.length < reads.length) after.push(taken.length);
      const bytes = left.shift();
      if (bytes) controller.enqueue(bytes);
      else controller.close();
    },
  };
  const body = new ReadableStream(source, { highWaterMark: 0 });
  return outcomeOf(mine, body, taken, after);
}

/** The body of a real response. */
export async function load(mine: Mine, url: string): Promise<Read> {
  const { body } = await fetch(url);
  return outcomeOf(mine, body as ReadableStream<Uint8Array>, [], []);
}

async function outcomeOf(
  { readLines }: Mine,
  body: ReadableStream<Uint8Array>,
  taken: unknown[],
  after: number[],
): Promise<Read> {
  try {
    await readLines({ body, take: (value) => void taken.push(value) });
    return { taken, after };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { taken, after, error: `${name}: ${message}`, stack };
  }
}
