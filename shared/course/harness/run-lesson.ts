/**
 * Runs a lesson: its server in a process of its own, restarted when a file is
 * saved; a tap in front of it, whose address stays; beside it the shell. What
 * takes long to load is loaded while the lesson's process starts.
 */
import { EventEmitter } from 'node:events';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { openInBrowser } from '@on-the-wire/browser/open-in-browser.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { prefixedLogger, type Terminal } from '@on-the-wire/system/terminal.ts';
import type { Fault, Tap } from '@on-the-wire/tap/tap.ts';
import type { WireLog } from '@on-the-wire/viewer/live/log.ts';
import type { BehindChoice } from '../behind/choice.ts';
import type { ShellBehind } from '../behind/start-behind.ts';
import type { AroundShell } from '../shell/around.ts';
import type { Consent } from '../shell/consent.ts';
import type { ShellExercise } from '../shell/exercise.ts';
import { findSideTrips, sideTripPath } from '../texts/side-trips.ts';
import { describeAddresses } from './describe-addresses.ts';
import { forget, placeToHandOver } from './hand-over-place.ts';
import type { LessonGroup } from './lesson-group.ts';
import type { LessonServer } from './lesson-server.ts';
import { makeLessonServer } from './make-lesson-server.ts';
import { planAddresses } from './plan-addresses.ts';
import { startLessonTap } from './start-lesson-tap.ts';
import { type Saved, watchLesson } from './watch.ts';

/** How a lesson is run. */
export interface RunOptions {
  /** The shell's port; the lesson's is the next one. Without it: a free one. */
  port?: number;
  /** Run smallest.ts, which needs no shell. */
  smallest?: boolean;
  /** Flags for the Node of the lesson's process, such as `--inspect`. */
  flags?: string[];
  /** Open the shell in a browser, where there is one. */
  open?: boolean;
  /** ms until a process that runs and does not listen is called crashed. */
  timeoutMs?: number;
  /** Print the units of the lesson's connections; `bytes`: their bytes too. */
  wire?: 'lines' | 'bytes';
  /** ms that the lesson drains before each restart; with 0 it has no drain. */
  drainMs?: number;
  /** How the network fails from the start. */
  faults?: readonly Fault[];
  /** What is random about the faults follows from it. */
  seed?: number;
  /** The proxy that is put between the browser and the lesson. */
  behind?: BehindChoice;
  /** Another file to run than server.ts, inside the lesson's folder. */
  file?: string;
  /**
   * Another folder whose files are the lesson's, too: `mean` says what was saved
   * there, by what it means to the lesson.
   */
  also?: { folder: string; mean(saved: Saved): Saved };
  /** What is being done: its task and its verdicts stand in the shell. */
  exercise?: ShellExercise;
  /** What the shell's links to home and to other lessons start. */
  around?: AroundShell | undefined;
  /** Allows what came by a forwarder; without it the terminal does. */
  asking?: Consent | undefined;
  /** Where the learner's progress is kept; in the clone. */
  progress?: string;
  /** Where all output goes. */
  terminal?: Terminal;
}

/** A lesson that has been started. */
export interface RunningLesson {
  /** Where the shell is. There is none beside smallest.ts. */
  shellUrl?: string;
  /** Where the lesson itself is. It stays the same when the server restarts. */
  lessonUrl: string;
  /** Where its further addresses are, by their names. */
  otherUrls: Record<string, string>;
  server: LessonServer | LessonGroup;
  /** What all of the lesson's connections go through. */
  tap: Tap;
  /** The lines of the wire; there are none beside smallest.ts. */
  log?: WireLog;
  /** Ends the lesson's process, the shell and the watch. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Runs a lesson until `stop()` is called. Resolves when it has been started and
 * its addresses are printed; `server` tells when it is ready.
 *
 * @throws UsageError (1) if the lesson lacks the file or a port is in use
 */
export async function runLesson(
  lesson: FoundLesson,
  {
    port,
    smallest = false,
    flags = [],
    open = false,
    timeoutMs = 30_000,
    drainMs = 0,
    wire,
    faults = [],
    seed,
    file = smallest ? 'smallest.ts' : 'server.ts',
    behind,
    also,
    exercise,
    around,
    asking,
    progress,
    terminal = process,
  }: RunOptions = {},
): Promise<RunningLesson> {
  const { name, folder } = lesson;
  const proxy = behind?.installed && behind;
  const addresses = await planAddresses(lesson, {
    port,
    smallest,
    file,
    ...(proxy && { behind: { name: proxy.program.name, tls: proxy.tls } }),
  });
  const { shellPort, lessonUrl, further, plan, tls } = addresses;
  const certificate = tls ? await findCertificate() : undefined;
  const names = plan ? plan.processes.map((each) => each.name) : [name];
  if (proxy) names.push(proxy.program.name);
  const width = Math.max(...names.map((each) => each.length), 'lesson'.length);
  const sayFrom = (process: string) =>
    prefixedLogger(process, width, 'cyan', terminal);
  const say = prefixedLogger('lesson', width, 'magenta', terminal);
  const drain =
    drainMs > 0 ? { ms: drainMs, handOver: placeToHandOver() } : undefined;
  const server = makeLessonServer(
    lesson,
    addresses,
    { file, flags, timeoutMs, drain },
    { say, sayFrom },
  );

  const saves = new EventEmitter<{ saved: [files: string[]] }>();

  // First the watch, which reads the files, then the process that does: what is
  // saved in between restarts it once too often, never once too little.
  const onSave = (saved: Saved) => {
    const { status } = server.state.current;
    server.save(saved);
    if (drain && saved.server.length > 0 && status === 'ready')
      say(`It drains, for up to ${drainMs / 1_000} s`);
    saves.emit('saved', [...saved.server, ...saved.page, ...saved.tutorial]);
    // Of a restart the server tells.
    if (smallest || saved.server.length > 0) return;
    for (const what of ['page', 'tutorial'] as const)
      if (saved[what].length > 0) say(`${saved[what].join(', ')} saved`);
  };
  const onUnwatched = (error: unknown) =>
    say(`Saved files are not noticed: ${error}`, 'stderr');
  const watches = [watchLesson(folder, onSave, onUnwatched)];
  if (also)
    watches.push(
      watchLesson(
        also.folder,
        (saved) => onSave(also.mean(saved)),
        onUnwatched,
      ),
    );
  server.start();

  const closing: (() => unknown)[] = [
    () => server.stop().finally(() => forget(drain?.handOver)),
    ...watches.map((watch) => () => watch.close()),
  ];
  let stopped: Promise<unknown> | undefined;
  const stop = async () => {
    stopped ??= Promise.all(closing.map((close) => close()));
    await stopped;
  };
  let tap: Tap;
  let log: WireLog | undefined;
  let before: ShellBehind | undefined;
  try {
    ({ tap, log } = await startLessonTap({
      addresses,
      server,
      keepsLog: !smallest,
      certificate,
      wire,
      sayWire: prefixedLogger('wire', width, 'yellow', terminal),
      faults,
      seed,
      closing,
    }));
    if (behind) {
      const { startBehind } = await import('../behind/start-behind.ts');
      before = await startBehind(lesson, behind, {
        addresses,
        certificate,
        tap,
        server,
        say,
        sayProxy: sayFrom(behind.program.name),
        closing,
        onTaken: (taken) => void saves.emit('saved', [taken]),
      });
    }
    if (!smallest) await startShell();
  } catch (error) {
    await stop();
    const why = (error as Error).message;
    throw new UsageError(`The lesson cannot be served: ${why}`, 1);
  }
  const shellUrl = smallest ? undefined : `http://127.0.0.1:${shellPort}/`;
  // Started as a side trip says: its text is what is wanted.
  const behindIt = behind && ` --behind ${behind.program.name}`;
  const endings = [
    behindIt && behind.tls && `${behindIt} --tls`,
    behindIt,
    drain && / --drain \S+$/,
  ];
  const trips = findSideTrips(folder);
  const [trip] = endings.flatMap((ending) =>
    trips.filter(({ command }) =>
      typeof ending === 'string'
        ? command.endsWith(ending)
        : ending && ending.test(command),
    ),
  );
  const startUrl =
    shellUrl && trip
      ? new URL(sideTripPath(trip.name), shellUrl).href
      : shellUrl;
  const lines = describeAddresses(lesson, addresses, startUrl, {
    file,
    portWasChosen: port !== undefined,
    stream: terminal.stdout,
    ...(before && { behind: before.message() }),
  });
  terminal.stdout.write(`${lines.join('\n')}\n`);
  if (open && startUrl) void openInBrowser(startUrl, certificate?.spki);

  return {
    ...(shellUrl && { shellUrl }),
    lessonUrl,
    otherUrls: Object.fromEntries(
      further.map((address) => [address.name, address.url]),
    ),
    server,
    tap,
    ...(log && { log }),
    stop,
  };

  async function findCertificate() {
    const { localCertificate } =
      await import('@on-the-wire/system/certificates/certificates.ts');
    return localCertificate();
  }

  async function startShell() {
    const { createShell } = await import('../shell/server.ts');
    const { state } = server;
    const created = createShell({
      lesson,
      lessonUrl,
      log: log!,
      state,
      tap,
      behind: before,
      exercise,
      around,
      asking,
      saves,
      progress,
    });
    closing.push(() => created.close());
    await listen(created.server, shellPort);
  }
}
