/**
 * An error that the user of a verb can do something about: its message is
 * printed without a stack, and the verb ends with its exit code.
 */
export class UsageError extends Error {
  /** 1: something failed. 2: the command line or its environment is wrong. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
