/** A lesson's process, or its processes, and what is printed of their lives. */
import type { Crash, FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import type { prefixedLogger } from '@on-the-wire/system/terminal.ts';
import { describeCrash } from './crash.ts';
import { forwardedEnvironment } from './forwarded-environment.ts';
import { LessonGroup } from './lesson-group.ts';
import { LessonServer } from './lesson-server.ts';
import type { LessonAddresses } from './plan-addresses.ts';

type Say = ReturnType<typeof prefixedLogger>;

/** How a lesson's process, or each of several, is started. */
export interface LessonHow {
  /** What is started, where the lesson has one process. */
  file: string;
  /** For its Node. */
  flags: string[];
  /** Until a process that does not listen is called crashed, in ms. */
  timeoutMs: number;
  /** How long it drains, in ms, and the file in which it hands over its feed. */
  drain?: { ms: number; handOver: string } | undefined;
}

/**
 * Makes it; nothing is started yet.
 *
 * @param print.say prints what the harness has to say, `print.sayFrom` what the
 *   process of this name has printed
 */
export function makeLessonServer(
  { name, folder }: FoundLesson,
  addresses: LessonAddresses,
  { file, drain, ...how }: LessonHow,
  { say, sayFrom }: { say: Say; sayFrom: (process: string) => Say },
): LessonServer | LessonGroup {
  const { serverPort, further, plan, origins } = addresses;
  const onCrash = (process: string, crash: Crash) => {
    for (const line of describeCrash(crash, folder))
      sayFrom(process)(line, 'stderr');
    say('Waiting for the next save', 'stderr');
  };
  const onRestarted = (files: string[], ms: number) =>
    say(`${files.join(', ')} saved: restarted in ${Math.round(ms)} ms`);
  const settings = { folder, ...how };
  const environment = {
    ORIGINS: origins.join(),
    ...forwardedEnvironment(addresses),
  };
  if (plan) {
    const processes = plan.processes.map((each) => ({
      ...each,
      environment: { ...each.environment, ...environment },
    }));
    return new LessonGroup(processes, settings)
      .on('line', (from, line, to) => sayFrom(from)(line, to))
      .on('crash', onCrash)
      .on('restarted', onRestarted);
  }
  return new LessonServer({
    ...settings,
    file,
    port: serverPort,
    addresses: further,
    environment: {
      ...environment,
      ...(drain && {
        DRAIN_MS: String(drain.ms),
        HAND_OVER: drain.handOver,
      }),
    },
    drainMs: drain?.ms,
  })
    .on('line', sayFrom(name))
    .on('crash', (crash) => onCrash(name, crash))
    .on('restarted', onRestarted);
}
