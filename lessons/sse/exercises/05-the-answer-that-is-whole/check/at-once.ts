/** Two calls in one process. */
import type { Begin, Finish } from './call.ts';
import { reads } from './reads.ts';

/** Two calls, each with its own answer, its own rest, and its own end. */
export async function atOnce(begun: Begin, finish: Finish): Promise<void> {
  const one = await begun();
  const other = await begun();
  const sent = 'two calls at once; each gets an event, in reads that alternate';
  const [mine, yours] = [one.answer.piece(), other.answer.piece()];
  const half = reads['within a character'];
  const at = half(mine.bytes);
  await one.writes(mine.bytes.subarray(0, at));
  await other.sends(yours, sent, { reads: [half(yours.bytes)] });
  await one.sends({ ...mine, bytes: mine.bytes.subarray(at) }, sent);
  await other.sends(other.answer.piece(), sent);
  one.over('fin');
  await one.resumes('two calls at once; the connection of one closes');
  await one.stream();
  await one.sends(one.answer.piece(), 'two calls at once; one was resumed');
  other.over('rst');
  await other.resumes('two calls at once; the other one is reset');
  await other.stream();
  await one.stop();
  await one.ends('stopped', 'two calls at once, one of which is stopped');
  await finish(other, 'two calls at once, of which one was stopped: an event');
}
