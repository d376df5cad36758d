import { expect, jest, test } from '@jest/globals';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExercise } from '../exercises.ts';
import { showProgress, slow } from '../terminal/progress-line.ts';
import { Session } from '../session.ts';
import { madeUp } from './made-up.ts';

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

test('a check is made with the seed that was named, and says what it is at', async () => {
  const check =
    "await trial.step('at once', async () => {});" +
    "await trial.step('a while', () => new Promise((d) => setTimeout(d, 800)));" +
    "await trial.step('then', async () => {});";
  const { exercise, progress, remove } = await madeUp(check, '');
  const session = new Session(exercise, progress, 7);
  const seen: unknown[] = [];
  session.on('change', () => seen.push([session.checking, session.step]));
  await session.check();
  expect(session.verdict!.seed).toBe(7);
  // What is over at once is not named: nobody could read it.
  expect(seen).toEqual([
    [true, undefined],
    [true, 'a while'],
    [true, 'then'],
    [false, undefined],
  ]);
  await session.close();
  await remove();
});

test('which browser is opened is said before the first step, or what to install', async () => {
  const { CHROME_PATH } = process.env;
  process.env['CHROME_PATH'] = process.execPath; // a program, and no Firefox
  const check =
    "await trial.step('at once', async () => {}); await trial.page();";
  const { exercise, progress, remove } = await madeUp(check, '', true);
  const session = new Session(exercise, progress);
  const checking = session.check();
  expect(session.browser).toBe('');
  while (session.browser === '') await once(session, 'change');
  expect(session.browser).toBe(
    `This check opens Chromium: ${process.execPath}`,
  );
  await checking;
  const { title } = session.verdict!.failure!;
  expect(title).toMatch('It cannot be checked: Chromium does not start: ');
  // What is set now, the next check opens.
  process.env['CHROME_PATH'] = '/nowhere/chrome';
  await session.check();
  expect(session.verdict!.steps).toEqual([{ name: 'at once', passed: true }]);
  const why =
    'CHROME_PATH is /nowhere/chrome, and no program is there: correct it, or unset it';
  expect(session.browser).toBe(`This check needs a browser, and ${why}.`);
  expect(session.verdict!.failure!.title).toBe(`It cannot be checked: ${why}`);
  await session.close();
  await remove();
  if (CHROME_PATH === undefined) delete process.env['CHROME_PATH'];
  else process.env['CHROME_PATH'] = CHROME_PATH;
});

test('a check that is under way opens no browser for a learner who has left', async () => {
  const { exercise, progress, remove } = await madeUp(
    'await trial.page();',
    '',
    true,
  );
  const session = new Session(exercise, progress);
  const checking = session.check();
  await once(session, 'change');
  await session.close();
  await checking;
  expect(session.verdict!.failure!.title).toBe(
    'It cannot be checked: the exercise was left',
  );
  await remove();
});

test('on a terminal a line says so, and goes; elsewhere there is none', async () => {
  const written: string[] = [];
  const stream = (isTTY: boolean) =>
    Object.assign(new PassThrough(), {
      isTTY,
      columns: 30,
      write: (text: string) => written.push(text),
    }) as unknown as NodeJS.WriteStream;
  const piped = showProgress(stream(false), 'checking sse/1');
  piped.step('a step');
  piped.end();
  expect(written).toEqual([]);

  jest.useFakeTimers();
  const shown = showProgress(stream(true), 'checking sse/1');
  const lines = () =>
    written.map((text) => stripVTControlCharacters(text).replace('\r', ''));
  expect(lines()).toEqual(['  checking sse/1 …']);
  shown.step('a step with a rather long name');
  expect(lines()).toHaveLength(1);
  jest.advanceTimersByTime(slow);
  // It takes one line, or it could not be taken away.
  expect(lines()[1]).toBe('  checking sse/1 … a step wit');
  shown.end();
  expect(written.at(-1)).toBe('\r\u001b[2K');
  jest.useRealTimers();
});
