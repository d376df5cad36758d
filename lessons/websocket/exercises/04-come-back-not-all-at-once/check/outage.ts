/** What sets the limit of the waits back, and what does not. */
import { assemble, type Given, section } from './crew.ts';
import { isSetBack, mustNotCoincide, type Round } from './waits.ts';

const few = 8; // clients: enough to tell their waits, few enough to be quick

/** The limit grows far, so that a short one is told from a long one. */
function withLongLimit(given: Given): Given & { first: number } {
  const { options } = given;
  const { first } = options;
  return { ...given, first, options: { ...options, longest: first * 16 } };
}

/** A server that accepts, and ends each connection at once. */
export async function mustStopHammering(given: Given) {
  const { trial, first, ...rest } = withLongLimit(given);
  const crew = await assemble({ trial, ...rest }, few, { faults: [] });
  const { station } = crew;
  const ends: [how: string, end: () => void][] = [
    ['a reset', () => station.line.cut('rst')],
    ['close 1001', () => station.close(1001)],
    ['a connection that ends', () => station.line.cut('fin')],
    ['close 1000', () => station.close(1000)],
    ['a reset', () => station.line.cut('rst')],
  ];
  const rounds: Round[] = [];
  for (const [index, [how, end]] of ends.entries()) {
    end();
    await crew.mustSettle('gone');
    rounds.push(await crew.round(first * 2 ** index, how));
    mustBeAllowed(given, rounds);
    await crew.mustSettle('open');
  }
  if (rounds.slice(3).every(({ waits }) => Math.max(...waits) <= first * 1.02))
    trial.fail({
      title: 'Each open resets the count of failures',
      sent: `${ends.length} connections that broke at once; ${few} clients`,
      expected: `waits up to ${rounds.map(({ most }) => most).join(', ')} ms`,
      came: `none above first, ${first} ms`,
      note: 'a server that accepts and then crashes would be hammered',
      section,
    });
}

/** Nobody can connect, for much longer than `steady`; then all can again. */
export async function mustSurviveAnOutage(given: Given) {
  const { trial, first, options, learner } = withLongLimit(given);
  const { longest, steady } = options;
  const crew = await assemble({ trial, learner, options }, few, { faults: [] });
  const { station } = crew;
  const { line } = station;
  line.break('down');
  const rounds: Round[] = [];
  // So many that 2 to their power is no whole number of 32 bits.
  for (let failures = 0; failures < 34; failures += 1) {
    await crew.mustSettle('gone');
    rounds.push(await crew.round(first * 2 ** failures));
    mustBeAllowed(given, rounds);
  }
  const failed = `${rounds.length} failures; first: ${first}, longest: ${longest}; ${few} clients`;
  mustNotCoincide(
    trial,
    { sent: failed, section },
    rounds.filter(({ most }) => most === longest),
  );
  const parts = {
    expected: `waits up to longest, ${longest} ms: nothing was open for ${steady} ms`,
    section,
  };
  if (isSetBack(first, rounds)) {
    const { length } = rounds;
    const back = rounds.findIndex((_one, at) =>
      isSetBack(first, rounds.slice(0, at + 1)),
    );
    trial.fail({
      title: 'The limit is set back during an outage',
      sent: `${length} failures; first: ${first}, steady: ${steady}; ${few} clients`,
      ...parts,
      came: `after ${back} failures none above ${first} ms`,
      note: 'only a connection that is open can be steady',
    });
  }

  /** Fails if the waits are short, though nothing has lasted. */
  async function mustBeLong(title: string, sent: string) {
    await crew.mustSettle('gone');
    const { waits } = await crew.round(longest);
    if (Math.max(...waits) <= first * 1.02)
      trial.fail({
        title,
        sent,
        ...parts,
        came: `none above first, ${first} ms`,
      });
  }

  // An attempt that hangs is no connection that lasts.
  await crew.mustSettle('gone');
  line.break();
  station.hold(true);
  await crew.round(longest);
  await station.held(few);
  await crew.pass(steady * 2);
  station.release('drop');
  await mustBeLong(
    'An attempt that hangs is taken for a connection that lasts',
    `a handshake without a response for ${steady * 2} ms, then a cut`,
  );

  await station.held(few);
  station.hold(false);
  station.release('drop');
  await crew.mustSettle('gone');
  await crew.round(longest);
  const most = Math.round(steady * 0.7);
  for (let time = 0; time < 2; time += 1) {
    await crew.mustSettle('open');
    await crew.pass(most);
    line.cut();
    await mustBeLong(
      'A connection that broke too early resets the count of failures',
      `${time + 1} connections, open for ${most} ms each, then a cut`,
    );
  }

  await crew.mustSettle('open');
  await crew.pass(steady);
  line.cut();
  await crew.mustSettle('gone');
  const good = await crew.round(first);
  if (Math.max(...good.waits) > first * 1.02)
    trial.fail({
      title: 'A lasting connection does not end the long waits',
      sent: `a connection that lasted ${steady} ms, then a cut`,
      expected: `waits up to first, ${first} ms`,
      came: `one of ${Math.round(Math.max(...good.waits))} ms`,
      section,
    });
}

/** None of the waits is longer than it may be. */
function mustBeAllowed({ trial, options }: Given, rounds: Round[]) {
  const step = options.first / 50;
  const round = rounds.findIndex(
    ({ most, waits }) => Math.max(...waits) > most + step,
  );
  if (round < 0) return;
  const { most, waits } = rounds[round]!;
  trial.fail({
    title: 'A wait is longer than it may be',
    sent: `${round + 1} times in a row no connection, or none that lasts; first: ${options.first}`,
    expected: `at most ${most} ms`,
    came: `${Math.round(Math.max(...waits))} ms`,
    section,
  });
}
