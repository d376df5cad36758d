/**
 * For jest, which ends well where words after `-t` name no test: somebody who
 * proves an exercise that way would believe that it passes.
 */

/** What is read of jest's own settings and results. */
interface Settings {
  testNamePattern?: string;
}
interface Results {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
}

/** A reporter that fails a run in which a pattern has chosen no test. */
export default class NoneRan {
  readonly #words: string | undefined;
  #none = false;

  constructor({ testNamePattern }: Settings) {
    this.#words = testNamePattern;
  }

  onRunComplete(_contexts: unknown, results: Results): void {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } =
      results;
    const ran = numPassedTests + numFailedTests + numRuntimeErrorTestSuites;
    this.#none = Boolean(this.#words) && ran === 0;
    if (this.#none)
      process.stderr.write(
        `No test ran: none has "${this.#words}" in its name, ` +
          'or what it needs is not on this machine.\n',
      );
  }

  /** With one, jest ends with 1. */
  getLastError(): Error | undefined {
    return this.#none ? new Error('no test ran') : undefined;
  }
}
