/**
 * A learner at one exercise: what the terminal and the shell both show and do.
 */
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { basename, posix } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { Tap } from '@on-the-wire/tap/tap.ts';
import type { FoundExercise } from './exercises.ts';
import { LearnersBrowser } from './learners-browser.ts';
import { note, noteVerdict, readProgress } from './progress.ts';
import { slow } from './terminal/progress-line.ts';
import { readTask, type Task } from './task.ts';
import { loadCheck, runCheck, type Verdict } from './run-check.ts';
import { makeCopy, resetCopy } from './workspace.ts';

/** Emits `change` whenever something of what it shows has changed. */
export class Session extends EventEmitter<{ change: [] }> {
  readonly exercise: FoundExercise;
  readonly task: Task;
  /** How many hints are shown. */
  hints = 0;
  checking = false;
  /** The step that a check is at which has taken some time; else undefined. */
  step: string | undefined;
  verdict: Verdict | undefined;
  /** What was done last, for the learner: where a reset kept the old file. */
  notice = '';
  /** Which browser its check opens, or what to install; '' if it needs none. */
  browser = '';
  /** What checks go through; set where a lesson runs beside. */
  tap: Tap | undefined;
  live: string | undefined;
  /** What its checks draw their data from; without it another each time. */
  readonly seed: number | undefined;
  readonly #browser = new LearnersBrowser();
  #again = false;
  #closed = false;
  readonly #progress: string | undefined;

  /**
   * Makes the learner's copy where there is none.
   *
   * @param progress the file; a test's own
   * @throws UsageError (1) where it cannot be written
   */
  constructor(exercise: FoundExercise, progress?: string, seed?: number) {
    super();
    this.exercise = exercise;
    this.seed = seed;
    this.#progress = progress;
    this.task = readTask(exercise);
    const isNew = makeCopy(exercise);
    if (isNew) this.notice = 'Your copy of the file was made just now.';
  }

  /** Whether it has passed at some time. */
  get passed(): boolean {
    return Boolean(this.#done?.passed);
  }

  get #done() {
    return readProgress(this.#progress)[this.exercise.id];
  }

  /** The lowest port of the lesson beside; undefined while none runs. */
  get shellPort(): number | undefined {
    const { live } = this;
    return live === undefined ? undefined : Number(new URL(live).port) - 1;
  }

  /** Checks the copy; what is saved meanwhile is checked right afterwards. */
  async check(): Promise<void> {
    if (this.checking) {
      this.#again = true;
      return;
    }
    this.checking = true;
    do {
      this.#again = false;
      // Told before the steps that need none, as one may have to be installed.
      if (await needsBrowser(this.exercise)) {
        await this.#browser.lookAgain();
        this.browser = this.#browser.describe();
      }
      this.emit('change');
      this.verdict = await this.#try();
    } while (this.#again && !this.#closed);
    this.checking = false;
    if (this.#closed) return;
    if (!this.verdict.ours) this.#noteVerdict(this.verdict.passed);
    this.emit('change');
  }

  /** One hint more; after the last they stay. */
  hint(): void {
    this.hints = Math.min(this.hints + 1, this.task.hints.length);
    this.#noting(() =>
      note(
        this.exercise.id,
        (before) => ({
          passes: false,
          checked: new Date().toISOString(),
          ...before,
          hints: Math.max(before?.hints ?? 0, this.hints),
        }),
        this.#progress,
      ),
    );
    this.emit('change');
  }

  /** From the learner's file to the solution, line by line. */
  diff(): string {
    const { copy, solution } = this.exercise;
    const read = (file: string) =>
      existsSync(file) ? readFileSync(file, 'utf8') : '';
    const names = ['yours', 'the solution'] as const;
    const texts = [read(copy), read(solution)] as const;
    const [own, other] = texts.map((text) => text.replaceAll('\r\n', '\n'));
    if (own === other) return 'Your file is the solution, line by line.\n';
    // An editor of Windows may have ended its lines in CR LF.
    const patch = createTwoFilesPatch(
      ...names,
      ...texts,
      undefined,
      undefined,
      { stripTrailingCr: true },
    );
    return patch.split('\n').slice(1).join('\n');
  }

  /** Starts over; the old file stays beside. */
  reset(): void {
    this.#noting(() => {
      const kept = resetCopy(this.exercise);
      // Named as the file itself is: from the top of the tree.
      const folder = posix.dirname(this.exercise.shortCopy);
      this.notice = kept
        ? `Started over. Your file so far: ${folder}/${basename(kept)}`
        : 'Started over.';
    });
    this.emit('change');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#browser.close();
  }

  async #try(): Promise<Verdict> {
    const { exercise, tap, live, seed } = this;
    let step: string | undefined;
    let isSlow = false;
    const tell = () => {
      this.step = step;
      this.emit('change');
    };
    const timer = setTimeout(() => {
      isSlow = true;
      tell();
    }, slow);
    const verdict = await runCheck(exercise, exercise.copy, {
      browser: this.#browser.open,
      engine: () => this.#browser.engine,
      onStep: (name) => {
        step = name;
        if (isSlow) tell();
      },
      ...(tap && { tap }),
      ...(live && { live }),
      ...(seed !== undefined && { seed }),
    });
    clearTimeout(timer);
    this.step = undefined;
    if (this.browser !== '') this.browser = this.#browser.describe();
    return verdict;
  }

  #noteVerdict(passes: boolean) {
    const id = this.exercise.id;
    this.#noting(() => noteVerdict(id, passes, this.#progress));
  }

  /** A full disk keeps nobody from learning, and is told. */
  #noting(write: () => void) {
    try {
      write();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.notice = error.message;
    }
  }
}

/** A check that cannot be loaded says so when it runs. */
async function needsBrowser(exercise: FoundExercise): Promise<boolean> {
  const check = await loadCheck(exercise).catch(() => undefined);
  return Boolean(check?.browser);
}
