import { expect, test } from '@jest/globals';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExercise } from '../exercises.ts';
import { Session } from '../session.ts';

test('the way to the solution is the same from lines that end in CR LF', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'session-'));
  const copy = join(folder, 'exercise.ts');
  const session = new Session({ ...findExercise(['sse/1']), copy });
  const way = session.diff();
  expect(way).toMatch(/^-.*TODO/m);
  const text = await readFile(copy, 'utf8');
  await writeFile(copy, text.replaceAll('\n', '\r\n'));
  expect(session.diff()).toBe(way);
  await copyFile(session.exercise.solution, copy);
  expect(session.diff()).toBe('Your file is the solution, line by line.\n');
  await session.close();
  await rm(folder, { recursive: true });
});
