/** The learner's file in a process of its own, seen from the check. */
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { explainCrash } from '../../harness/crash.ts';
import {
  forEachLine,
  preload,
  signalAll,
  windows,
} from '../../harness/lesson-process.ts';
import type { Crash } from '@on-the-wire/lesson/lesson.ts';
import { compiledFolder } from '@on-the-wire/system/place.ts';
import {
  type ChildProcess,
  spawn,
} from '@on-the-wire/system/programs/start.ts';
import type { Outcome } from '../check.ts';
import { Failure } from '../failure.ts';
import type { LearnerResponse, LearnerRequest } from './learner-main.ts';
import { unnoted } from './stir.ts';
import { GivenUp, type Waiting, type WatchedProcess } from './waiting.ts';

const main = fileURLToPath(new URL('learner-main.ts', import.meta.url));
const longestReport = 65_536; // characters that are kept of standard error
const linesKept = 40; // of what the learner's code prints

type LearnerRequestBody = LearnerRequest extends infer R
  ? R extends { id: number }
    ? Omit<R, 'id'>
    : never
  : never;

/** What is started, and how its responses are awaited. */
export interface LearnerOptions {
  file: URL;
  /** The lesson's folder: what a stack is searched for. */
  folder: string;
  stage: URL | undefined;
  /** What names this life of the served feed. */
  feed: string;
  /** How a response is waited for; the process takes part in it. */
  waiting: Waiting;
  /** Whether something beside this process may bring a response: a browser. */
  helped: () => boolean;
}

/** One life of a learner's file. */
export class LearnerProcess implements WatchedProcess {
  /** The last lines that it printed. */
  readonly printed: string[] = [];
  /** Resolves with the crash, or with nothing where it was ended by us. */
  readonly ended: Promise<Crash | undefined>;
  readonly #options: LearnerOptions;
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #waiting = new Map<number, (response: LearnerResponse) => void>();
  #ready!: () => void;
  readonly #loaded = new Promise<void>((resolve) => (this.#ready = resolve));
  #requests = 0;
  #over = false;
  #stopping = false;
  #stderr = '';

  constructor(options: LearnerOptions) {
    this.#options = options;
    const { file, stage, folder, feed } = options;
    // It goes on by itself, which says nothing of what goes on in it.
    this.#child = unnoted(() =>
      spawn(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          `--import=${preload}`,
          main,
          file.href,
          feed,
          ...(stage ? [stage.href] : []),
        ],
        {
          cwd: folder,
          env: { ...process.env, NODE_COMPILE_CACHE: compiledFolder },
          // Pipe 3 is the one that the preload listens to.
          stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
          serialization: 'advanced',
          detached: !windows,
          windowsHide: true,
        },
      ),
    );
    this.#pipe = this.#child.stdio[3] as Duplex;
    this.#pipe.on('error', () => {}); // It has ended while it was asked.
    options.waiting.watched.add(this);
    const keep = (line: string) => {
      // It may insist on colours; a page shows it, too.
      this.printed.push(stripVTControlCharacters(line));
      if (this.printed.length > linesKept) this.printed.shift();
    };
    forEachLine(this.#child.stdout!, keep);
    forEachLine(this.#child.stderr!, (line) => {
      this.#stderr = `${this.#stderr}${line}\n`.slice(-longestReport);
    });
    this.#child.on('message', (message: LearnerResponse | 'ready') => {
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
   * @throws Failure where it crashes, or never is
   */
  async loaded(): Promise<void> {
    await this.#waitFor(this.#loaded, 'Its first lines');
  }

  /** @throws Failure where the process crashes, hangs, or the code is unfit */
  async request<T>(request: LearnerRequestBody): Promise<Outcome<T>> {
    const what =
      'name' in request && request.what === 'call' ? request.name : 'It';
    const response = await this.#waitFor(this.#send(request), what);
    if ('unfit' in response) throw new Failure(response.unfit);
    return 'threw' in response
      ? { error: response.threw }
      : { value: response.value as T };
  }

  /**
   * Whether the process itself is why something else went wrong.
   *
   * @throws Failure where it has crashed, or does not answer at all
   */
  async mustBeAlive(): Promise<void> {
    if (this.#stopping) return;
    await this.request({ what: 'alive' });
  }

  async stirs(): Promise<{ pending: boolean; count: number }> {
    const dead = this.ended.then(() => ({ pending: false, count: -1 }));
    if (this.#stopping || this.#over) return dead;
    const stated = this.#send({ what: 'stirs' }).then(
      (response) =>
        'value' in response &&
        (response.value as { pending: boolean; count: number }),
    );
    return (await Promise.race([stated, dead])) || dead;
  }

  /** A thread of its own responds: see preload.ts of the harness. */
  processorTime(): Promise<number> {
    unnoted(() => this.#pipe.write('?'));
    return new Promise((resolve) =>
      this.#pipe.once('data', (text: Buffer) =>
        resolve(Number.parseFloat(String(text))),
      ),
    );
  }

  /** Ends it by force: its code may never end by itself. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.#over) signalAll(this.#child, 'SIGKILL');
    await this.ended;
  }

  /** Resolves with the response; never where the process ends before. */
  #send(request: LearnerRequestBody): Promise<LearnerResponse> {
    const id = ++this.#requests;
    const answered = new Promise<LearnerResponse>((resolve) =>
      this.#waiting.set(id, resolve),
    );
    const message = { id, ...request };
    if (!this.#over) unnoted(() => this.#child.send(message, () => {}));
    return answered;
  }

  async #waitFor<T>(wanted: Promise<T>, what: string): Promise<T> {
    const { waiting, helped } = this.#options;
    const crashed = this.ended.then((crash) => ({ crash }));
    const answered = wanted.then((value) => ({ value }));
    const either = Promise.race([answered, crashed]);
    try {
      const first = await waiting.until(either, !helped());
      if ('value' in first) return first.value;
      throw crashFailure(first.crash);
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
      await this.stop();
      throw neverEnds(what, error);
    }
  }
}

/**
 * What is told where a response, or the end of the first lines, never comes.
 *
 * @param what did not come to an end: the subject of the sentence
 * @param why the wait was given up
 */
export function neverEnds(what: string, why: GivenUp): Failure {
  return new Failure({
    title: `${what} did not come to an end`,
    expected: 'an answer, or an error',
    came: `nothing: ${why.message}, and the process was ended`,
    details: why.hangs
      ? 'Is there a loop that never ends?'
      : 'Is there a promise that nobody resolves, or a loop that never ends?',
  });
}

function crashFailure(crash: Crash | undefined): Failure {
  if (!crash) return new Failure({ title: 'The process was ended' });
  const { message, file, line, column, details } = crash;
  const at = [file, line, column].filter((part) => part !== undefined);
  const isTypeScript = /\bstrip(?:-only)? mode\b/.test(message);
  return new Failure({
    title: `The process crashed: ${message}`,
    ...(at.length > 0 && { came: `at ${at.join(':')}` }),
    ...(isTypeScript && {
      note: 'Node leaves the types out, and runs the rest as JavaScript: write this part without what only TypeScript has',
    }),
    details,
  });
}
