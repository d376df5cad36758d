/** The server of a lesson whose prose is compared with it, seen from the check. */
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fork, type ChildProcess } from '@on-the-wire/system/programs/start.ts';
import type { LessonRequest } from '../lesson-under-check.ts';
import type { LessonAddress } from '../what-varies.ts';

/** How long a lesson's process may take to respond, in ms. */
const longestResponse = 300_000;

/** It runs in a process of its own: lesson-under-check.ts. */
export class CheckedLesson {
  readonly #child: ChildProcess;
  #said = '';

  constructor(serverFile: string) {
    this.#child = fork(
      fileURLToPath(new URL('../lesson-under-check.ts', import.meta.url)),
      [pathToFileURL(serverFile).href],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] },
    );
    this.#child.stderr?.on('data', (text) => (this.#said += String(text)));
  }

  /** Waits until the lesson is loaded. */
  ready(): Promise<object> {
    return this.#response();
  }

  request(request: { what: 'open' }): Promise<LessonAddress>;
  request(request: LessonRequest): Promise<object>;
  request(request: LessonRequest): Promise<object> {
    const response = this.#response();
    this.#child.send(request, () => {}); // if it has ended, `exit` tells
    return response;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  async #response(): Promise<object> {
    const done = new AbortController();
    const { signal } = done;
    const giveUp = AbortSignal.timeout(longestResponse);
    try {
      const ended = once(this.#child, 'close', { signal }).then(() => {
        throw new Error(`it ended:\n${this.#said}`);
      });
      ended.catch(() => {}); // it lost the race
      const [message] = await Promise.race([
        once(this.#child, 'message', {
          signal: AbortSignal.any([signal, giveUp]),
        }),
        ended,
      ]);
      return message as object;
    } catch (error) {
      if (giveUp.aborted)
        throw new Error(`no response within ${longestResponse} ms`, {
          cause: error,
        });
      throw error;
    } finally {
      done.abort();
    }
  }
}
