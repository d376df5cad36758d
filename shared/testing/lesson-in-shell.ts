import { PassThrough } from 'node:stream';
import { findLesson } from '../harness/lessons.ts';
import { runLesson } from '../harness/run-lesson.ts';

/**
 * Runs a lesson as `pnpm lesson` does, in processes of its own, at free ports,
 * and quietly.
 *
 * @returns where its shell is, and what ends it
 */
export async function lessonInShell(
  name: string,
): Promise<{ shellUrl: string; stop(): Promise<void> }> {
  const nowhere = new PassThrough().resume();
  const { shellUrl, stop } = await runLesson(findLesson(name), {
    terminal: { stdout: nowhere, stderr: nowhere },
  });
  return { shellUrl: shellUrl!, stop };
}
