/** Questions to a child process, one at a time. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Sends a question and waits for the answer.
 *
 * @param about whom the question is for, in words
 * @param limit ms to wait
 * @throws Error with what the process said, how it ended instead, or that it
 *   said nothing
 */
export async function askProcess<Answer extends { error?: string }>(
  child: ChildProcess,
  about: string,
  question: { what: string },
  limit = 120_000,
): Promise<Answer> {
  const over = new AbortController();
  const { signal } = over;
  const reply = (await Promise.race([
    new Promise<{ error: string }>((answer) => {
      child.send(question, (error) => {
        if (error)
          answer({ error: `its process cannot be reached (${error.message})` });
      });
    }),
    once(child, 'message', { signal }).then(([answer]) => answer as Answer),
    wait(limit, undefined, { signal }).then(() => ({
      error: `no answer in ${limit} ms`,
    })),
    once(child, 'exit', { signal }).then(([code, by]) => ({
      error: `its process has ended (exit code ${code}${by ? `, ${by}` : ''})`,
    })),
  ])) as Answer;
  over.abort();
  if (reply.error === undefined) return reply;
  throw new Error(`${about} was asked to ${question.what}: ${reply.error}`);
}

/** Ends a child at once. Resolves when it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
