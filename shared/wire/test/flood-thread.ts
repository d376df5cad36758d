/**
 * Takes floods in a thread of its own, whose memory is nobody else's: jest's
 * own is a hundred times as much, and to collect its garbage takes as long.
 * Gets a flood's place in the list, and how many bytes its decoder may hold;
 * responds with a `Flooded`.
 */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import type { Unit } from '../unit.ts';
import { FLOODS } from './vectors/floods.ts';

/** What came of a flood. */
export interface Flooded {
  /** What the decoder held before its end, in bytes. */
  held: number;
  /** The units that say that a limit was reached; the first ten of them. */
  told: string[];
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What was freed is counted as such some turns later. */
async function settled(most: number): Promise<number> {
  for (let round = 0; round < 20; round++) {
    collectGarbage();
    for (let turn = 0; turn < 20; turn++) {
      if (inUse() < most) return inUse();
      await setImmediate();
    }
  }
  return inUse();
}

async function take(at: number, most: number): Promise<Flooded> {
  const { make, steps, says } = FLOODS[at]!;
  const decoder = make();
  const told: string[] = [];
  const tell = (units: Unit[]): void => {
    for (const { summary, problem } of units)
      if (says && told.length < 10 && `${summary} ${problem}`.includes(says))
        told.push(summary);
  };
  collectGarbage();
  const before = inUse();
  for (const [direction, piece] of steps())
    tell(decoder.feed(direction, piece));
  const held = (await settled(before + most)) - before;
  tell(decoder.end('up'));
  tell(decoder.end('down'));
  return { held, told };
}

parentPort?.on('message', async ([at, most]: [number, number]) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort?.postMessage(await take(at, most));
});
