/**
 * What a `check.ts` is written with. Its default export is a `Check`; all that
 * it needs it gets as a `CheckContext`. See CONTRIBUTING.md, "An exercise".
 */
import type { Server } from 'node:http';
import type { Feed, Snapshot, Update } from '@on-the-wire/lesson/board/feed.ts';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import type { Page } from '@on-the-wire/browser/page.ts';
import type { Generated } from './generate.ts';
import type { TappedConnection } from './tapped-connection.ts';
import type { FailureParts } from './failure.ts';

export { byteOf, differsAt } from './terminal/excerpt.ts';
export { Failure, type FailureParts, type Shown } from './failure.ts';
export type { Generated, TappedConnection };

/** The default export of a `check.ts`. */
export interface Check {
  /** What the verdict on the starter, `exercise.ts` as it is, must say. */
  starter: string;
  /** Whether it needs a browser. */
  browser?: boolean;
  /** Throws a `Failure` (`trial.fail`) where something does not hold. */
  run(trial: CheckContext): Promise<void>;
}

/** The learner's file in a process of its own, one life of it. */
export interface Learner {
  /**
   * Calls a function that the file exports, and awaits what it returns.
   * Arguments and result are copied: texts, numbers, byte arrays, plain objects.
   *
   * @throws Failure where there is no such function, where it throws, or where
   *   it never returns
   */
  call<T = unknown>(name: string, ...args: unknown[]): Promise<T>;
  /** As `call`, but an error that it throws is a result, too. */
  attempt<T = unknown>(name: string, ...args: unknown[]): Promise<Outcome<T>>;
  /**
   * Calls a function of the `stage.ts` beside the check, in the learner's
   * process: it gets what the file exports, then `args`.
   */
  stage<T = unknown>(name: string, ...args: unknown[]): Promise<T>;
  /**
   * Calls `createServer(options)` as every lesson exports it, with a feed that
   * moves only when told, lets it listen on a free port, and puts the
   * tap in front: slicer and joiner, unless said otherwise. Options are copied;
   * those that are no plain data, `options(feed)` of stage.ts returns.
   */
  serve(options?: object, how?: { faults?: string[] }): Promise<Served>;
  /**
   * How many bytes wait in the served sockets, and how many connections of the
   * served servers are open.
   */
  memory(): Promise<{ waiting: number; connections: number }>;
  /** Ends the process, as a crash or a deployment does. */
  stop(): Promise<void>;
}

/** What a function of the learner's returned, or what it threw. */
export type Outcome<T> =
  | { value: T; error?: never }
  | { value?: never; error: { name: string; message: string; stack: string } };

/** The learner's server, behind connections that can be broken. */
export interface Served extends TappedConnection {
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

/** When a wait ends before what is awaited has come. */
export interface WaitOptions {
  /**
   * What ends the wait, too: what is awaited should have come before. A function
   * is called where it has not come almost at once, with what is aborted when
   * the wait is over.
   */
  until?: Promise<unknown> | ((over: AbortSignal) => Promise<unknown>);
  /**
   * Whether the wait ends when nothing goes on any more (see `still`); usually
   * yes, unless a page is open.
   */
  still?: boolean;
}

/** What a check works with: the learner's file, the tap, a browser. */
export interface CheckContext {
  /** Texts and numbers that nobody can know beforehand. */
  readonly data: Generated;
  /**
   * One thing that must hold, by its name in the list that the learner sees:
   * "a text of several lines". They run one after the other, in order.
   */
  step(name: string, body: () => Promise<void>): Promise<void>;
  /**
   * Starts the learner's file in a new process, with the `stage.ts` beside the
   * check where there is one; ended when the check is over.
   */
  start(): Promise<Learner>;
  /** Lets a server of the check's own listen; closed when the check is over. */
  listen(server: Server): Promise<{ port: number; origin: string }>;
  /**
   * The tap before a port of this machine: for a server of the check's
   * own, which the learner's code then reaches at `line.origin`.
   */
  line(
    port: number,
    how?: { faults?: string[]; tls?: boolean },
  ): Promise<TappedConnection>;
  /**
   * A new page of the learner's browser, whichever that is; it accepts this
   * machine's own certificate. With the learner's file in it: `FilePage.open`
   * of page-of.ts.
   */
  page(): Promise<Page>;
  /** Of which engine its pages are. */
  readonly engine: Engine;
  /** The URL of the learner's file: see `servePageOf` of page-of.ts. */
  readonly file: URL;
  /** Where the learner can try by hand: `http://127.0.0.1:4001`. */
  readonly live: string;
  /** Says that something does not hold, and ends the check. */
  fail(parts: FailureParts): never;
  /**
   * Awaits a promise; where nothing is left that could bring it, or where it
   * fails for another reason than a `Failure`, `otherwise` says what does not
   * hold. A clock ends the wait only after so long that nothing but a hang
   * comes there. See `still`.
   */
  within<T>(
    promise: Promise<T>,
    otherwise: (why: Error) => FailureParts,
    options?: WaitOptions,
  ): Promise<T>;
  /**
   * Resolves when nothing goes on any more: for what must not come. No process
   * of the learner's has a callback left to come (a timer, a request to the
   * system), no fault holds anything back, nothing is on its way between them,
   * and no timer runs that the check has set. Timers of 4 s and more are not
   * waited for: what would be about those has a clock that stands still, in a
   * stage. Not while a page is open: what goes on in a browser nobody knows.
   */
  still(): Promise<void>;
  /** Called when the check is over, last first. */
  defer(close: () => unknown): void;
}
