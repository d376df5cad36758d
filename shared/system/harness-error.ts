/** An error that a sentence explains better than a stack. */
export class HarnessError extends Error {
  /** 1: something failed. 2: what was asked for makes no sense. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
