/** Runs one check, from its first step to the verdict. */
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { pathToFileURL } from 'node:url';
import { isPromise } from 'node:util/types';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { createTap, type Tap } from '@on-the-wire/tap/tap.ts';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import type { Page } from '@on-the-wire/browser/page.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import type {
  Check,
  Learner,
  RemoteFeed,
  Served,
  CheckContext,
  WaitOptions,
} from './check.ts';
import { Failure, type FailureParts, type WirePlace } from './failure.ts';
import type { FoundExercise } from './exercises.ts';
import { generate, type Generated } from './generate.ts';
import { LearnerProcess, neverEnds } from './learner-process/learner.ts';
import {
  type TappedConnection,
  openTappedConnection,
} from './tapped-connection.ts';
import { Stir, unnoted } from './learner-process/stir.ts';
import {
  GivenUp,
  longestWait,
  pause,
  Waiting,
} from './learner-process/waiting.ts';

/** What came of a check. */
export interface Verdict {
  passed: boolean;
  /** The steps that were tried, in order; only the last can have failed. */
  steps: { name: string; passed: boolean }[];
  failure?: FailureParts;
  /** It failed for a reason that is ours: a check that throws. */
  ours?: boolean;
  /** The last lines that the learner's code printed. */
  printed: string[];
  seed: number;
  ms: number;
}

/** What a check is run with, and how long it may take. */
export interface RunCheckOptions {
  /** What the check's connections go through; without it one of its own. */
  tap?: Tap;
  /** Opens the learner's browser, or one of playwright; or says why there is none. */
  browser?: () => Promise<{ newPage(): Promise<unknown> }>;
  /** Which that is; by default Chromium. */
  engine?: () => Engine | undefined;
  /** ms that anything may take: so long that only a hang reaches it. */
  limit?: number;
  /** ms of processor time until the learner's code is called a loop. */
  busy?: number;
  /** What all that is generated is drawn from; without it another each time. */
  seed?: number;
  /** Called with the name of each step that begins. */
  onStep?: (name: string) => void;
  /** Where the learner's own lesson runs, without a slash at the end. */
  live?: string;
}

/** So many seeds are drawn from: a learner may have to type one. */
const seeds = 1_000_000;

/** What a line is like unless a check says otherwise: quick, for the learner waits. */
const usualFaults = ['joiner=wait:4ms', 'slicer=gap:1ms'];

/**
 * Runs the check of an exercise on a file: the learner's, the solution or any
 * other. Never throws for what the file does.
 */
export async function runCheck(
  exercise: FoundExercise,
  file: string,
  options: RunCheckOptions = {},
): Promise<Verdict> {
  const began = performance.now();
  const seed = options.seed ?? Math.floor(Math.random() * seeds);
  // Without a shell nobody looks at what it has recorded.
  const recordingSize = 1024 * 1024;
  const target = { host: '127.0.0.1', port: 9 };
  const tap = options.tap ?? createTap({ target, seed, recordingSize });
  const run = new Run(exercise, file, { ...options, tap, seed });
  if (!options.tap) run.defer(() => tap.close());
  let failure: FailureParts | undefined;
  let ours = false;
  try {
    await run.check(await loadCheck(exercise));
  } catch (error) {
    ours = !(error instanceof Failure);
    const parts = partsOf(error);
    failure = { ...parts, wire: parts.wire ?? run.moved };
  }
  const printed = run.printed();
  await run.close();
  const ms = performance.now() - began;
  const { steps } = run;
  return {
    passed: !failure,
    steps,
    ...(failure && { failure }),
    ...(ours && { ours }),
    printed,
    seed,
    ms,
  };
}

/** Loads what the `check.ts` of an exercise exports. */
export async function loadCheck({ check }: FoundExercise): Promise<Check> {
  const url = pathToFileURL(check).href;
  return ((await import(url)) as { default: Check }).default;
}

function partsOf(error: unknown): FailureParts {
  if (error instanceof Failure) return error.parts;
  if (error instanceof UsageError)
    return { title: `It cannot be checked: ${error.message}` };
  const details = error instanceof Error ? String(error.stack) : String(error);
  return {
    title: 'The check itself failed: that is our mistake, not yours',
    details,
  };
}

/** What ends a wait, begun where most waits are over. */
async function ended(
  until: (over: AbortSignal) => Promise<unknown>,
  over: AbortSignal,
): Promise<void> {
  await pause(100);
  if (!over.aborted) await until(over);
}

const pageHangs = (seconds: number) =>
  new Failure({
    title: 'The page does not respond',
    expected: 'that it goes on',
    came: `nothing: ${seconds} s went by`,
    details: 'Is there a loop that never ends?',
  });

class Run implements CheckContext {
  readonly steps: Verdict['steps'] = [];
  readonly data;
  readonly file: URL;
  readonly live: string;
  /** Where something crossed one of its lines last. */
  moved: WirePlace | undefined;
  readonly #exercise: FoundExercise;
  readonly #options: RunCheckOptions & { tap: Tap; seed: number };
  /** Each connection and each life of the learner's file draws for itself. */
  readonly #draws: Generated;
  readonly #learners: LearnerProcess[] = [];
  readonly #closing: (() => unknown)[] = [];
  /** What goes on here for the sake of this check. */
  readonly #stir = new Stir();
  readonly #waiting: Waiting;
  readonly #pages = new Set<Page>();

  constructor(
    exercise: FoundExercise,
    file: string,
    options: RunCheckOptions & { tap: Tap; seed: number },
  ) {
    this.#exercise = exercise;
    this.#options = options;
    this.data = generate(options.seed);
    this.#draws = generate(-1 - options.seed);
    this.#waiting = new Waiting(this.#stir, options);
    this.file = pathToFileURL(file);
    this.live = options.live ?? 'http://127.0.0.1:4001';
  }

  /** @throws Failure; of the learner's process, where that is the reason */
  async check(check: Check): Promise<void> {
    try {
      const run = this.#stir.run(() => check.run(this));
      await this.#bounded(run, 10, (seconds) => {
        const step = this.steps.at(-1)?.name ?? 'its start';
        return new Error(`No verdict after ${seconds} s, at “${step}”`);
      });
    } catch (error) {
      // A server that crashed looks like a cut connection to its client: whether
      // it did is known once it has reported back, or has ended.
      for (const learner of this.#learners) await learner.mustBeAlive();
      throw error;
    }
  }

  get engine(): Engine {
    return this.#options.engine?.() ?? 'chromium';
  }

  printed(): string[] {
    return this.#learners.flatMap(({ printed }) => printed);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse())
      await this.#bounded(Promise.resolve(close())).catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error; // else it hangs
      });
  }

  async step(name: string, body: () => Promise<void>): Promise<void> {
    const step = { name, passed: false };
    this.steps.push(step);
    // What is told may begin something, and that is no part of the check.
    unnoted(() => this.#options.onStep?.(name));
    await body();
    step.passed = true;
  }

  async start(): Promise<Learner> {
    const stage = new URL('stage.ts', pathToFileURL(this.#exercise.check));
    const process = new LearnerProcess({
      file: this.file,
      folder: this.#exercise.lesson.folder,
      stage: existsSync(stage) ? stage : undefined,
      feed: this.#draws
        .whole(0, 36 ** 5 - 1)
        .toString(36)
        .padStart(5, '0'),
      waiting: this.#waiting,
      helped: () => this.#pages.size > 0,
    });
    this.#learners.push(process);
    this.defer(() => process.stop());
    await process.loaded();
    return this.#learner(process);
  }

  async listen(server: Server): Promise<{ port: number; origin: string }> {
    this.defer(() => server.close().closeAllConnections());
    return listen(server);
  }

  async line(
    port: number,
    { faults = usualFaults, tls = false } = {},
  ): Promise<TappedConnection> {
    const { localCertificate } =
      await import('@on-the-wire/system/certificates/certificates.ts');
    const pair = tls ? await localCertificate() : undefined;
    const { tap } = this.#options;
    const moved = (client: number) => (this.moved = { client });
    const stirred = () => (this.#stir.count += 1);
    const seed = this.#draws.whole(0, 2 ** 31 - 1);
    const opened = await openTappedConnection(
      tap,
      port,
      { faults, pair, seed },
      { moved, stirred },
    );
    this.defer(opened.close);
    return opened.line;
  }

  async page(): Promise<Page> {
    const open = this.#options.browser;
    if (!open)
      throw new Error('this check needs a browser, and none was found');
    const opened = await this.#bounded(
      unnoted(async () => (await open()).newPage()),
    );
    const page = opened as Page;
    this.#pages.add(page);
    page.on('close', () => this.#pages.delete(page));
    this.defer(() => page.close());
    // The learner's code may keep it busy without an end, and then it says
    // nothing: the drivers would wait for ever.
    return new Proxy(page, {
      get: (_page, name) => {
        const value: unknown = Reflect.get(page, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, page, given);
          return isPromise(result) ? this.#bounded(result) : result;
        };
      },
    });
  }

  /**
   * What no wait of a check ends: what a browser does, an end of ours, or the
   * whole check.
   *
   * @param waits how many times as long as a wait of the check it may take,
   *   which knows better what to say
   * @throws Error as `why` makes it, where it takes longer
   */
  async #bounded<T>(
    promise: Promise<T>,
    waits = 2,
    why: (seconds: number) => Error = pageHangs,
  ): Promise<T> {
    const ms = waits * (this.#options.limit ?? longestWait);
    const late = Promise.withResolvers<never>();
    const timer = unnoted(() =>
      setTimeout(() => late.reject(why(ms / 1_000)), ms),
    );
    return Promise.race([promise, late.promise]).finally(() =>
      clearTimeout(timer),
    );
  }

  fail(parts: FailureParts): never {
    throw new Failure(parts);
  }

  async within<T>(
    promise: Promise<T>,
    otherwise: (why: Error) => FailureParts,
    { until, still = this.#pages.size === 0 }: WaitOptions = {},
  ): Promise<T> {
    const over = new AbortController();
    const end = async (): Promise<never> => {
      if (typeof until === 'function') await ended(until, over.signal);
      else await until;
      throw new GivenUp('nothing came');
    };
    const ends = until && end();
    const first = ends ? Promise.race([promise, ends]) : promise;
    try {
      return await this.#waiting.until(first, still);
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (error instanceof GivenUp && error.hangs) throw neverEnds('It', error);
      throw new Failure(otherwise(error as Error));
    } finally {
      over.abort();
      // Nobody waits for them any more.
      promise.catch(() => {});
      ends?.catch(() => {});
    }
  }

  async still(): Promise<void> {
    if (this.#pages.size > 0)
      throw new Error('nobody knows what still goes on in a browser');
    try {
      await this.#waiting.still();
    } catch (error) {
      throw error instanceof GivenUp ? neverEnds('It', error) : error;
    }
  }

  defer(close: () => unknown): void {
    this.#closing.push(close);
  }

  #learner(process: LearnerProcess): Learner {
    const must = async <T>(
      ...[what]: Parameters<LearnerProcess['request']>
    ): Promise<T> => {
      const { value, error } = await process.request<T>(what);
      if (!error) return value as T;
      const name = 'name' in what ? `${what.name} threw` : 'It threw';
      throw new Failure({
        title: `${name} ${error.name}: ${error.message}`,
        details: error.stack,
      });
    };
    const feed: RemoteFeed = {
      next: (times = 1) => must({ what: 'feed', name: 'next', args: [times] }),
      announce: (text) =>
        must({ what: 'feed', name: 'announce', args: [text] }),
      setRate: (rate) => must({ what: 'feed', name: 'setRate', args: [rate] }),
      snapshot: () => must({ what: 'feed', name: 'snapshot', args: [] }),
      listeners: (event) =>
        must({ what: 'feed', name: 'listeners', args: [event] }),
    };
    return {
      call: (name, ...args) => must({ what: 'call', name, args }),
      attempt: (name, ...args) => process.request({ what: 'call', name, args }),
      stage: (name, ...args) => must({ what: 'stage', name, args }),
      memory: () => must({ what: 'memory' }),
      stop: () => process.stop(),
      serve: async (options = {}, { faults } = {}): Promise<Served> => {
        const port = await must<number>({ what: 'serve', options });
        const { tls = false } = this.#exercise.lesson.manifest;
        const how = { tls, ...(faults && { faults }) };
        // Not spread: it counts its connections.
        return Object.assign(await this.line(port, how), { feed });
      },
    };
  }
}
