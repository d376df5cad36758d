/**
 * For jest, which writes no results of a run that is ended by a signal, and
 * waits without end for a file whose process hangs, or is gone: its own timeout
 * runs in that process.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { writeFileSync, writeSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Results } from './soak.ts';

/** What is read of jest's own settings, tests and results. */
interface Settings {
  outputFile?: string;
  rootDir: string;
}
interface TestFile {
  path: string;
}
interface TestCase {
  fullName: string;
}
interface CaseResult extends TestCase {
  status: string;
  failureMessages: string[];
}
interface FileResult {
  testResults: CaseResult[];
  failureMessage?: string | null;
  testExecError?: unknown;
}

/** A file that runs: its tests that are over, and the one that is not. */
interface Running {
  over: CaseResult[];
  now?: string | undefined;
  /** When something was last heard of it, in ms as of `performance.now()`. */
  since: number;
}

/**
 * So long nothing is heard of a file, in ms: longer than any test or hook may
 * take by its own timeout.
 */
const SILENT = 1_000_000;
/** ms that jest's processes have to end, before they are killed. */
const GRACE = 1_000;

/**
 * A reporter that knows at each moment which tests run. Where the run ends
 * before they do, it says which they were, and writes the results that there
 * are, in which they have failed.
 */
export default class Unfinished {
  readonly #settings: Settings;
  readonly #silent: number;
  readonly #running = new Map<string, Running>();
  readonly #results: Results = { numPassedTests: 0, testResults: [] };
  readonly #workers = new Set<ChildProcess>();
  #watch: NodeJS.Timeout | undefined;

  /** @param silent ms after which a file that says nothing ends the run */
  constructor(settings: Settings, { silent = SILENT } = {}) {
    this.#settings = settings;
    this.#silent = silent;
  }

  onRunStart(): void {
    process.on('exit', this.#tell);
    subscribe('child_process', (message) => {
      this.#workers.add((message as { process: ChildProcess }).process);
    });
    this.#watch = setInterval(() => {
      const now = performance.now();
      for (const { since } of this.#running.values())
        if (now - since > this.#silent) void this.#end();
    }, this.#silent / 100).unref();
  }

  /** Ends the run, and the process that hangs: it would outlive this one. */
  async #end(): Promise<void> {
    this.onRunComplete();
    this.#tell();
    const running = [...this.#workers].filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const over = Promise.all(running.map((worker) => once(worker, 'exit')));
    for (const worker of running) worker.kill();
    await Promise.race([over, after(GRACE)]);
    for (const worker of running) worker.kill('SIGKILL');
    await over;
    process.exit(1);
  }

  onTestFileStart({ path }: TestFile): void {
    this.#running.set(path, { over: [], since: performance.now() });
  }

  onTestCaseStart({ path }: TestFile, { fullName }: TestCase): void {
    const running = this.#running.get(path);
    if (!running) return;
    running.now = fullName;
    running.since = performance.now();
  }

  onTestCaseResult({ path }: TestFile, result: CaseResult): void {
    const running = this.#running.get(path);
    if (!running) return;
    running.over.push(result);
    running.now = undefined;
    running.since = performance.now();
  }

  onTestFileResult({ path }: TestFile, result: FileResult): void {
    this.#running.delete(path);
    const { testResults, failureMessage, testExecError } = result;
    this.#add(path, testResults, failureMessage ?? '', Boolean(testExecError));
  }

  onRunComplete(): void {
    clearInterval(this.#watch);
    process.off('exit', this.#tell);
  }

  #add(
    name: string,
    cases: readonly CaseResult[],
    message: string,
    isBroken: boolean,
  ): void {
    const assertionResults = cases.map(
      ({ fullName, status, failureMessages }) => ({
        fullName,
        status,
        failureMessages,
      }),
    );
    const has = (wanted: string) =>
      cases.some(({ status }) => status === wanted);
    const status = isBroken || has('failed') ? 'failed' : 'passed';
    this.#results.testResults.push({ name, status, message, assertionResults });
    for (const each of cases)
      if (each.status === 'passed') this.#results.numPassedTests += 1;
  }

  readonly #tell = (): void => {
    const { outputFile, rootDir } = this.#settings;
    const lines: string[] = [];
    for (const [path, { over, now, since }] of this.#running) {
      const seconds = Math.round((performance.now() - since) / 1000);
      const file = relative(rootDir, path);
      const what = now ? `${file}: ${now}` : `${file}, in none of its tests`;
      const message = `${what}: not finished after ${seconds} s`;
      lines.push(message);
      const status = 'failed';
      const last = { fullName: message, status, failureMessages: [message] };
      this.#add(path, [...over, last], message, true);
    }
    if (lines.length > 0) writeSync(2, `\n${lines.join('\n')}\n`);
    if (outputFile) writeFileSync(outputFile, JSON.stringify(this.#results));
  };
}
