import { enableCompileCache } from 'node:module';
import { forwardedNames } from '@on-the-wire/system/forwarded.ts';
import { defaultPort } from '@on-the-wire/system/as-typed.ts';
import { compiledFolder } from '@on-the-wire/system/place.ts';

/** What runs, and can be stopped more than once. */
interface Running {
  stop(): Promise<void>;
}

/**
 * Runs a lesson, or all of them, until this process is told to end: by Ctrl+C,
 * SIGTERM or SIGHUP, or because whoever read its output has gone. Then it exits
 * with 0.
 *
 * @throws what `run` throws
 */
export async function runUntilStopped(
  run: () => Promise<Running>,
): Promise<void> {
  let running: Running | undefined;
  let stopping = false;

  async function stop() {
    // Before anything runs, or on a second signal: at once. The lesson's
    // process ends with this one, whatever happens here.
    if (!running || stopping) process.exit(0);
    stopping = true;
    // A terminal has shown ^C; what comes next begins a line of its own.
    if (process.stdout.isTTY) process.stdout.write('\n');
    await running.stop();
    process.exit(0);
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, stop);
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', stop);

  forwardedNames(defaultPort); // says now what is wrong with the environment
  // What is loaded from here on was compiled the last time.
  if (compiledFolder !== undefined) enableCompileCache(compiledFolder);
  running = await run();
}
