/**
 * Decodes one input in a process of its own, in pieces as the tap does: for
 * its time, and once more for its memory, where every unit is kept. Its number
 * is the first argument; tells a `Cost`.
 */
import { peakMemory } from '@on-the-wire/system/peak-memory.ts';
import { SLICE } from '@on-the-wire/viewer/live/live-units.ts';
import { keepMemorySmall } from '@on-the-wire/viewer/live/small-memory.ts';
import type { Unit } from '@on-the-wire/wire/unit.ts';
import { INPUTS } from './inputs.ts';

/** What decoding cost. */
export interface Cost {
  title: string;
  /** Bytes on the wire. */
  wire: number;
  units: number;
  /** Of them those that say that a limit was reached. */
  limits: number;
  /** ms of the processor: the longest feed, and all of them. */
  longest: number;
  took: number;
  /** Bytes that were in use at most, beyond those before the first feed. */
  memory: number;
}

keepMemorySmall();
const { title, make, steps } = INPUTS[Number(process.argv[2])]!;
const sent = steps();
const wire = sent.reduce((sum, [, bytes]) => sum + bytes.length, 0);

/** ms of the processor that this thread has taken. */
function spent(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function run(keep: (units: Unit[]) => void): { longest: number; took: number } {
  const decoder = make();
  let longest = 0;
  let took = 0;
  const timed = (decode: () => Unit[]): void => {
    const began = spent();
    const units = decode();
    const ms = spent() - began;
    longest = Math.max(longest, ms);
    took += ms;
    keep(units);
  };
  for (const [direction, bytes] of sent)
    for (let at = 0; at < bytes.length; at += SLICE)
      timed(() => decoder.feed(direction, bytes.subarray(at, at + SLICE)));
  timed(() => decoder.end('up'));
  timed(() => decoder.end('down'));
  return { longest, took };
}

const before = process.memoryUsage.rss();
const { longest, took } = run(() => {});
const kept: Unit[] = [];
run((units) => {
  for (const unit of units) kept.push(unit);
});
process.send!({
  title,
  wire,
  units: kept.length,
  limits: kept.filter(({ kind }) => kind === 'limit').length,
  longest,
  took,
  memory: peakMemory() - before,
} satisfies Cost);
process.disconnect?.();
