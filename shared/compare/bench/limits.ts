/**
 * What hostile bytes cost a decoder at most: units, the longest time that it
 * holds everybody else, memory. Each input in a process of its own.
 */
import { once } from 'node:events';
import { fork } from '@on-the-wire/system/programs/start.ts';
import { byteCount, number } from '@on-the-wire/wire/text.ts';
import { INPUTS } from './limits/inputs.ts';
import type { Cost } from './limits/one.ts';

/** ms that a feed may take. */
const LONGEST = 50;
/** Bytes of memory that it may use: so many for each byte, and these. */
const FOR_EACH_BYTE = 1_024;
const FIXED = 16 * 1_048_576;

/**
 * Runs it.
 *
 * @param say gets a line for each input
 * @returns whether every limit held
 */
export async function benchLimits(
  say: (line: string) => void,
): Promise<boolean> {
  let allHeld = true;
  for (const at of INPUTS.keys()) {
    const child = fork(new URL('limits/one.ts', import.meta.url), [String(at)]);
    const [cost] = (await once(child, 'message')) as [Cost];
    const broken = brokenBy(cost);
    allHeld &&= broken.length === 0;
    const verdict = broken.length === 0 ? 'holds' : 'DOES NOT HOLD';
    say(`${verdict}  ${cost.title}: ${inWords(cost)}`);
    for (const each of broken) say(`       ${each}`);
  }
  return allHeld;
}

function inWords({ wire, units, limits, longest, took, memory }: Cost): string {
  const kept = (memory / 1_048_576).toFixed(1);
  return (
    `${byteCount(wire)}, ${number(units)} units (${number(limits)} of a limit), ` +
    `${took.toFixed(0)} ms, the longest feed ${longest.toFixed(1)}, ${kept} MiB`
  );
}

function brokenBy({ wire, units, longest, memory }: Cost): string[] {
  const most = wire * FOR_EACH_BYTE + FIXED;
  return [
    units > wire && `more units than bytes`,
    longest > LONGEST && `a feed of more than ${LONGEST} ms`,
    memory > most && `more than ${byteCount(most)} of memory`,
  ].filter((each) => each !== false);
}
