/**
 * What a `check.ts` is written with. Its default export is a `Check`; all that
 * it needs it gets as a `Trial`. See CONTRIBUTING.md, "An exercise".
 */
import type { Feed, Snapshot, Update } from '../board/feed.ts';
import type { Page } from '../testing/browser.ts';
import type { Generated } from './generate.ts';
import type { Line } from './line.ts';
import type { FailureParts } from './failure.ts';

export { differsAt } from './excerpt.ts';
export { servePageOf } from './page-of.ts';
export { Failure, type FailureParts, type Shown } from './failure.ts';
export type { Generated, Line };

export interface Check {
  /** What the verdict on the starter, `exercise.ts` as it is, must say. */
  starter: string;
  /** Whether it needs a browser. */
  browser?: boolean;
  /** Throws a `Failure` (`trial.fail`) where something does not hold. */
  run(trial: Trial): Promise<void>;
}

/** The learner's file in a process of its own, one life of it. */
export interface Learner {
  /**
   * Calls a function that the file exports, and awaits what it returns.
   * Arguments and result are copied: texts, numbers, byte arrays, plain objects.
   *
   * @throws Failure where there is no such function, where it throws, or where
   *   it does not come back in time
   */
  call<T = unknown>(name: string, ...args: unknown[]): Promise<T>;
  /** As `call`, but an error that it throws is a result, too. */
  attempt<T = unknown>(name: string, ...args: unknown[]): Promise<Outcome<T>>;
  /**
   * Calls a function of the check's own `stage.ts` (named in `trial.start`),
   * in the learner's process: it gets what the file exports, then `args`.
   */
  stage<T = unknown>(name: string, ...args: unknown[]): Promise<T>;
  /**
   * Calls `createServer(options)` as every lesson exports it, with a feed that
   * moves only when told, lets it listen on a free port, and puts a line of the
   * tap in front: slicer and joiner, unless said otherwise. Options are copied;
   * those that are no plain data, `options(feed)` of stage.ts returns.
   */
  serve(options?: object, how?: { faults?: string[] }): Promise<Served>;
  /**
   * Bytes in this process, on its heap and waiting in the served sockets; and
   * how many connections of the served server are open.
   */
  memory(): Promise<{ heap: number; waiting: number; connections: number }>;
  /** Ends the process, as a crash or a deployment does. */
  stop(): Promise<void>;
}

export type Outcome<T> =
  | { value: T; error?: never }
  | { value?: never; error: { name: string; message: string; stack: string } };

/** The learner's server, behind a line that can be broken. */
export interface Served extends Line {
  feed: RemoteFeed;
}

/** The feed in the learner's process, told from here. */
export interface RemoteFeed {
  /** Makes so many updates, one right after the other. */
  next(times?: number): Promise<Update[]>;
  announce(text: string): Promise<Update>;
  setRate(rate: Parameters<Feed['setRate']>[0]): Promise<void>;
  snapshot(): Promise<Snapshot>;
  /** How many listeners it has for this event. */
  listeners(event: 'update' | 'over'): Promise<number>;
}

export interface Trial {
  /** Texts and numbers that nobody can know beforehand. */
  readonly data: Generated;
  /** ms that anything may take before it is called late. */
  readonly patience: number;
  /**
   * One thing that must hold, by its name in the list that the learner sees:
   * "a text of several lines". They run one after the other, in order.
   */
  step(name: string, body: () => Promise<void>): Promise<void>;
  /**
   * Starts the learner's file in a new process; ended when the check is over.
   *
   * @param stage a file of the check's own that is loaded beside it:
   *   `new URL('stage.ts', import.meta.url)`
   */
  start(how?: { stage?: URL; env?: Record<string, string> }): Promise<Learner>;
  /**
   * A line of the tap to a port of this machine: for a server of the check's
   * own, which the learner's code then reaches at `line.origin`.
   */
  line(port: number, how?: { faults?: string[]; tls?: boolean }): Promise<Line>;
  /** A new page of the browser; `servePageOf(trial.file)` gives it content. */
  page(): Promise<Page>;
  /** The URL of the learner's file: see `servePageOf`. */
  readonly file: URL;
  /** Where the learner can try by hand: `http://127.0.0.1:4001`. */
  readonly live: string;
  /** Says that something does not hold, and ends the check. */
  fail(parts: FailureParts): never;
  /**
   * Awaits a promise no longer than `patience`. Where it is late, or fails for
   * another reason than a `Failure`, `otherwise` says what does not hold.
   */
  within<T>(
    promise: Promise<T>,
    otherwise: (why: Error) => FailureParts,
    patience?: number,
  ): Promise<T>;
  /** Called when the check is over, last first. */
  defer(close: () => unknown): void;
}
