import { enableCompileCache } from 'node:module';
import type { FoundLesson } from '../lesson.ts';
import { compiled } from './lesson-process.ts';
import {
  runLesson,
  type RunningLesson,
  type RunOptions,
} from './run-lesson.ts';

/**
 * Runs a lesson until this process is told to end: by Ctrl+C, SIGTERM or SIGHUP,
 * or because whoever read its output has gone. Then it exits with 0.
 *
 * @throws as runLesson
 */
export async function runUntilStopped(
  lesson: FoundLesson,
  options?: RunOptions,
): Promise<void> {
  let running: RunningLesson | undefined;
  let stopping = false;

  async function stop() {
    // Before anything runs, or asked again: at once. The lesson's process ends
    // with this one, whatever happens here.
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

  // What is loaded from here on was compiled the last time.
  enableCompileCache(compiled);
  running = await runLesson(lesson, options);
}
