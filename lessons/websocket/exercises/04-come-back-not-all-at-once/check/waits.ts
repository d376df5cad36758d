/** What fifty waits tell of how they were chosen. */
import type { CheckContext } from '@on-the-wire/course/exercise/check.ts';

/** The waits after one failure, in ms, and what they may be at most. */
export interface Round {
  most: number;
  waits: number[];
}

/**
 * Fails if the waits are not spread over all that is allowed. That all of fifty
 * avoid a third of it by chance happens once in 600 million times.
 */
export function explainWaits(
  trial: CheckContext,
  options: { first: number; longest: number },
  rounds: Round[],
) {
  const { first, longest } = options;
  const describe = ({ waits }: Round) =>
    `${Math.round(Math.min(...waits))} to ${Math.round(Math.max(...waits))}`;
  const parts = {
    sent: `${rounds[0]!.waits.length} clients lose their server; first: ${first}, longest: ${longest}`,
    expected: `waits from 0 to ${rounds.map(({ most }) => most).join(', ')} ms`,
    came: `waits from ${rounds.map(describe).join(', ')} ms`,
    section: 'step 4 of the tutorial',
  };
  const step = first / 50;
  const isOne = ({ waits }: Round) =>
    Math.max(...waits) - Math.min(...waits) <= step;
  const grows = rounds.some(({ waits }) => Math.max(...waits) > 1.5 * first);
  if (rounds.every(isOne))
    trial.fail({
      title: grows
        ? 'The waits grow, but all reconnect at the same moment'
        : 'All reconnect at the same moment, after the same wait',
      ...parts,
      note: 'all at once, each time',
    });
  if (rounds.some(({ most, waits }) => Math.max(...waits) > most + step))
    trial.fail({ title: 'A wait is longer than it may be', ...parts });
  if (!grows && rounds.some(({ most }) => most > 2 * first))
    trial.fail({
      title: 'The waits do not grow',
      ...parts,
      note: 'while the server is down, attempts must get rarer',
    });
  for (const { most, waits } of rounds) {
    const isSpread =
      Math.min(...waits) < most / 3 && Math.max(...waits) > (most * 2) / 3;
    if (!isSpread)
      trial.fail({
        title: 'Only a part of the wait is random',
        ...parts,
        note: 'spread over all of it, the fewest coincide',
      });
  }
}
