/** The learner's file in a process of its own, seen from the check. */
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { explainCrash } from '../harness/crash.ts';
import {
  compiled,
  forEachLine,
  preload,
  signalAll,
  windows,
} from '../harness/lesson-process.ts';
import type { Crash } from '../lesson.ts';
import { type ChildProcess, spawn } from '../programs/start.ts';
import type { Outcome } from './check.ts';
import { Failure } from './failure.ts';
import type { Answer, Request } from './inside.ts';

const inside = fileURLToPath(new URL('inside.ts', import.meta.url));
const longestReport = 65_536; // characters that are kept of standard error
const linesKept = 40; // of what the learner's code prints

type Ask = Request extends infer R
  ? R extends { id: number }
    ? Omit<R, 'id'>
    : never
  : never;

export interface StartOptions {
  file: URL;
  /** The lesson's folder: what a stack is searched for. */
  folder: string;
  stage?: URL | undefined;
  env?: Record<string, string> | undefined;
  /** ms that an answer may take. */
  patience: number;
}

/** One life of a learner's file. */
export class LearnerProcess {
  /** The last lines that it printed. */
  readonly said: string[] = [];
  /** Resolves with the crash, or with nothing where it was ended by us. */
  readonly ended: Promise<Crash | undefined>;
  readonly #options: StartOptions;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #ready!: () => void;
  readonly #loaded = new Promise<void>((resolve) => (this.#ready = resolve));
  #asked = 0;
  #over = false;
  #stopping = false;
  #stderr = '';

  constructor(options: StartOptions) {
    this.#options = options;
    const { file, stage, env, folder } = options;
    this.#child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--expose-gc',
        `--import=${preload}`,
        inside,
        file.href,
        ...(stage ? [stage.href] : []),
      ],
      {
        cwd: folder,
        env: { ...process.env, ...env, NODE_COMPILE_CACHE: compiled },
        // Pipe 3 is the one that the preload listens to.
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
        serialization: 'advanced',
        detached: !windows,
        windowsHide: true,
      },
    );
    const keep = (line: string) => {
      // It may insist on colours; a page shows it, too.
      this.said.push(stripVTControlCharacters(line));
      if (this.said.length > linesKept) this.said.shift();
    };
    forEachLine(this.#child.stdout!, keep);
    forEachLine(this.#child.stderr!, (line) => {
      this.#stderr = `${this.#stderr}${line}\n`.slice(-longestReport);
    });
    this.#child.on('message', (message: Answer | 'ready') => {
      if (message === 'ready') return this.#ready();
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    });
    // It has ended while something was being said to it: `ended` tells.
    this.#child.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#over = true;
        signalAll(this.#child, 'SIGKILL'); // What it started and left behind.
      });
      this.#child.once('close', (code, signal) => {
        const name = fileURLToPath(file).split(/[/\\]/).at(-1)!;
        const ending = { stderr: this.#stderr, code, signal };
        resolve(
          this.#stopping ? undefined : explainCrash(ending, folder, name),
        );
      });
    });
  }

  /**
   * Resolves when the file is loaded.
   *
   * @throws Failure where it crashes, or is not loaded in time
   */
  async loaded(): Promise<void> {
    // Starting a process is our doing, and slow on a machine with much to do.
    await this.#inTime(this.#loaded, 'Its first lines', 3);
  }

  /** @throws Failure where the process crashes, hangs, or the code is unfit */
  async ask<T>(ask: Ask): Promise<Outcome<T>> {
    const id = ++this.#asked;
    const what = 'name' in ask && ask.ask === 'call' ? ask.name : 'It';
    const answered = new Promise<Answer>((resolve) =>
      this.#waiting.set(id, resolve),
    );
    if (!this.#over) this.#child.send({ id, ...ask }, () => {});
    const answer = await this.#inTime(answered, what);
    if ('unfit' in answer) throw new Failure(answer.unfit);
    return 'threw' in answer
      ? { error: answer.threw }
      : { value: answer.value as T };
  }

  /**
   * Whether the process itself is why something else went wrong.
   *
   * @throws Failure where it has crashed, or does not answer at all
   */
  async mustBeAlive(): Promise<void> {
    if (this.#stopping) return;
    await this.ask({ ask: 'alive' });
  }

  /** Ends it by force: nobody waits for code that may never end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.#over) signalAll(this.#child, 'SIGKILL');
    await this.ended;
  }

  async #inTime<T>(wanted: Promise<T>, what: string, times = 1): Promise<T> {
    const limit = this.#options.patience * times;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, limit, 'late');
    });
    const crashed = this.ended.then((crash) => ({ crash }));
    const first = await Promise.race([
      wanted.then((value) => ({ value })),
      crashed,
      late,
    ]);
    clearTimeout(timer);
    if (first === 'late') return this.#tooLate(what, limit);
    if ('value' in first) return first.value;
    throw crashFailure(first.crash);
  }

  async #tooLate(what: string, limit: number): Promise<never> {
    await this.stop();
    throw new Failure({
      title: `${what} did not come to an end within ${limit / 1_000} s`,
      expected: 'an answer, or an error',
      came: 'nothing: the process was ended',
      note: undefined,
      details:
        'Is there a loop that never ends, or a promise that nobody resolves?',
    });
  }
}

function crashFailure(crash: Crash | undefined): Failure {
  if (!crash) return new Failure({ title: 'The process was ended' });
  const { message, file, line, column, details } = crash;
  const at = [file, line, column].filter((part) => part !== undefined);
  return new Failure({
    title: `The process crashed: ${message}`,
    ...(at.length > 0 && { came: `at ${at.join(':')}` }),
    details,
  });
}
