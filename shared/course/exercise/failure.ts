/** What a check says when something does not hold: never "true is not false". */

/** Words are shown as they are, bytes as bytes: `\n` for a line's end. */
export type Shown = string | Uint8Array;

/** Where on the wire it can be seen. */
export interface WirePlace {
  /** The client's own port: which connection it was. */
  client: number;
  /** Without it: whichever way its last unit went. */
  direction?: 'up' | 'down';
  /** The last unit whose line holds this text; without it the last of all. */
  text?: string;
}

/** What a learner is told where something does not hold. */
export interface FailureParts {
  /**
   * What went wrong, in one sentence without a full stop: the same words for
   * the same mistake, because the tests of wrong answers look for them.
   */
  title: string;
  /** What the code was given: a call, a request, what happened to the line. */
  sent?: Shown | undefined;
  expected?: Shown | undefined;
  /** What the code made of it. */
  came?: Shown | undefined;
  /**
   * The byte of `came` at which it went wrong: a caret stands below it. Of a
   * text it is `byteOf(came, index)` or `differsAt(came, expected)`, never an
   * index: those differ after the first character that is not ASCII.
   */
  at?: number | undefined;
  /** What stands beside the caret. */
  note?: string | undefined;
  /** The standard that says so, or the step of the tutorial: `RFC 6455, 5.3`. */
  section?: string | undefined;
  /** A command with which it can be tried by hand. */
  tryIt?: string | undefined;
  /** Without it: where something moved last, if anything did. */
  wire?: WirePlace | undefined;
  /** A stack, or all that a process said. */
  details?: string | undefined;
}

/** Thrown by a check, and by nobody else: the learner's code does not hold. */
export class Failure extends Error {
  readonly parts: FailureParts;

  constructor(parts: FailureParts) {
    super(parts.title);
    this.parts = parts;
  }
}
