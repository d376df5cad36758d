/** What fifty waits tell of how they were chosen. */
import type {
  CheckContext,
  FailureParts,
} from '@on-the-wire/course/exercise/check.ts';

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
  if (isSetBack(first, rounds))
    trial.fail({
      title: 'The limit is set back during an outage',
      ...parts,
      note: 'no connection has been open for steady ms',
    });
  for (const { most, waits } of rounds) {
    if (Math.min(...waits) >= most / 3)
      trial.fail({
        title: 'Only a part of the wait is random',
        ...parts,
        note: 'spread over all of it, the fewest coincide',
      });
    if (Math.max(...waits) <= (most * 2) / 3)
      trial.fail({
        title: 'The limit does not double with each wait',
        ...parts,
        note: 'it does so until it is longest',
      });
  }
  const { waits } = rounds.at(-1)!;
  const moments = new Set(waits.map(Math.round)).size;
  if (moments < waits.length / 2)
    trial.fail({
      title: 'Many reconnect at the same moment',
      ...parts,
      came: `${waits.length} clients at ${moments} different moments`,
      note: 'any time up to the limit may come out',
    });
  const shares = waits.map((_wait, client) =>
    rounds.map((round) => round.waits[client]! / round.most),
  );
  const isSame = (of: number[]) => Math.max(...of) - Math.min(...of) < 0.02;
  if (rounds.length > 2 && shares.filter(isSame).length > waits.length * 0.8)
    trial.fail({
      title: 'Each client takes the same share of the limit every time',
      ...parts,
      came: `one client waits ${rounds.map((round) => Math.round(round.waits[0]!)).join(', ')} ms, of at most ${rounds.map(({ most }) => most).join(', ')}`,
      note: 'each wait needs a random number of its own',
    });
}

/**
 * Fails if many clients waited equally long, to the millisecond, although any
 * wait up to the limit may come out. By chance two of eight do so in one round
 * of fifty, so a quarter of all never do.
 */
export function mustNotCoincide(
  trial: CheckContext,
  parts: Pick<FailureParts, 'sent' | 'section'>,
  rounds: Round[],
) {
  const sharesOf = ({ waits }: Round) => {
    const moments = waits.map(Math.round);
    return moments.filter(
      (one) => moments.indexOf(one) < moments.lastIndexOf(one),
    );
  };
  const shared = rounds.flatMap(sharesOf);
  const { length } = rounds.flatMap(({ waits }) => waits);
  if (shared.length < length / 4) return;
  const last = rounds.findLast((round) => sharesOf(round).length > 0)!;
  const { most, waits } = last;
  const isCut = sharesOf(last).every((one) => one === Math.round(most));
  trial.fail({
    title: 'Many reconnect at the same moment',
    ...parts,
    expected: `each waits a random time from 0 to ${most} ms`,
    came: `${shared.length} of ${length} are as long as another one; the last: ${waits.map(Math.round).join(', ')} ms`,
    note: isCut
      ? 'cut the limit to longest, not the random time'
      : 'any time up to the limit may come out',
  });
}

/**
 * Whether all waits of a round are short although those before were not. That
 * they are so by chance is as rare as above if there are eight clients and the
 * limit is sixteen times the first.
 */
export const isSetBack = (first: number, rounds: Round[]) =>
  rounds.some(
    ({ most, waits }, index) =>
      most >= 4 * first &&
      Math.max(...waits) <= first * 1.02 &&
      rounds
        .slice(0, index)
        .some((one) => Math.max(...one.waits) > first * 1.5),
  );
