/** A saved answer, of a time when the first exercise had no list of origins. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { findExercises } from '@on-the-wire/course/exercise/exercises.ts';
import { runCheck } from '@on-the-wire/course/exercise/run-check.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';

const exercise = findExercises().find(({ id }) => id === 'websocket/1')!;
const saved = join(exercise.folder, 'wrong/of-an-earlier-task.ts');

describeWithBrowser('an answer of an earlier build', (browser) => {
  test('is told which given line has changed, and passes with it', async () => {
    const options = { browser: () => Promise.resolve(browser()) };
    const { failure } = await runCheck(exercise, saved, options);
    expect(failure!.title).toBe('The Host decides who comes in');
    const [, before, after] =
      /Replace in it\n\n(.*)\n\nby [^]*?:\n\n([^]*?)\n\nand look/.exec(
        failure!.details!,
      )!;
    const text = await readFile(saved, 'utf8');
    expect(text).toContain(before!.trim());
    const changed = text
      .replace(before!.trim(), after!)
      .replace(
        'socket, head }: Handshake',
        'socket, head, origins }: Handshake',
      )
      .replace('origin !== `http://${host}`', '!origins.includes(origin)')
      .replace(
        '../../../frame.ts',
        pathToFileURL(join(exercise.lesson.folder, 'frame.ts')).href,
      );
    const folder = await mkdtemp(join(tmpdir(), 'earlier-'));
    try {
      const copy = join(folder, 'exercise.ts');
      await writeFile(copy, changed);
      const verdict = await runCheck(exercise, copy, options);
      expect(verdict.failure).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
