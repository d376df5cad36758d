/** Requests to a child process, one at a time. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Sends a request and waits for the response.
 *
 * @param about which process it is, in words: the subject of an error's message
 * @param request `what` is what the process should do
 * @returns what the process responded
 * @throws Error with the `error` that it responded, how it ended instead, or
 *   that it did not respond within `timeoutMs`
 */
export async function requestFromProcess<Response extends { error?: string }>(
  child: ChildProcess,
  about: string,
  request: { what: string },
  timeoutMs = 120_000,
): Promise<Response> {
  const over = new AbortController();
  const { signal } = over;
  const response = (await Promise.race([
    new Promise<{ error: string }>((resolve) => {
      child.send(request, (error) => {
        if (error)
          resolve({
            error: `its process cannot be reached (${error.message})`,
          });
      });
    }),
    once(child, 'message', { signal }).then(([message]) => message as Response),
    wait(timeoutMs, undefined, { signal }).then(() => ({
      error: `no response in ${timeoutMs} ms`,
    })),
    once(child, 'exit', { signal }).then(([code, by]) => ({
      error: `its process has ended (exit code ${code}${by ? `, ${by}` : ''})`,
    })),
  ])) as Response;
  over.abort();
  if (response.error === undefined) return response;
  throw new Error(`${about} could not do “${request.what}”: ${response.error}`);
}

/** Ends a child at once. Resolves when it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
