import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { courseVersion } from '@on-the-wire/system/version.ts';
import { describeList, standingOf } from '../terminal/list.ts';
import { noteVerdict, readProgress } from '../progress.ts';
import { Session } from '../session.ts';
import { makeCopy, resetCopy } from '../workspace.ts';
import { madeUp } from './made-up.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'progress-'));
  file = join(folder, 'progress.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('progress', () => {
  test('keeps when it passed first, and shows what no longer does', async () => {
    const { exercise, remove } = await madeUp('', '');
    const { passed } = noteVerdict('bells/1', true, file)['bells/1']!;
    const broken = noteVerdict('bells/1', false, file);
    expect(broken['bells/1']).toMatchObject({ passed, passes: false });
    expect(standingOf(exercise, broken)).toBe('broken');
    expect(describeList([exercise], broken)).toContain(
      '✗ bells/1    5 min  Bells  passed once, no longer does  ← next',
    );
    expect(
      describeList([exercise], noteVerdict('bells/1', true, file)),
    ).toContain('1 of 1 done, 0 min left');
    const title = 'A title of an exercise that says a great deal';
    const long = describeList([{ ...exercise, title }], broken);
    expect(long).toContain(
      `  ✗ bells/1    5 min  ${title}\n` +
        '                      passed once, no longer does  ← next\n',
    );
    await remove();
  });

  test('says which version noted it, also over what an early one noted', () => {
    const early = { passes: false, checked: '2026-01-01T00:00:00.000Z' };
    writeFileSync(file, JSON.stringify({ 'bells/1': early, 'bells/2': early }));
    noteVerdict('bells/1', true, file);
    expect(readProgress(file)).toMatchObject({
      'bells/1': { passes: true, version: courseVersion() },
      'bells/2': early,
    });
    expect(readProgress(file)['bells/2']).not.toHaveProperty('version');
  });

  test('is written whole: a file half written is never read', () => {
    noteVerdict('bells/1', true, file);
    // What a crash while writing leaves: the temporary file, cut off.
    writeFileSync(`${file}.4711.tmp`, '{ "bells/1": { "pas');
    expect(readProgress(file)['bells/1']?.passes).toBe(true);
    noteVerdict('bells/2', true, file);
    expect(Object.keys(readProgress(file))).toEqual(['bells/1', 'bells/2']);
  });

  test('that cannot be read is put aside, and nothing is lost', () => {
    writeFileSync(file, '{ "bells/1": ');
    const said: string[] = [];
    expect(readProgress(file, (text) => said.push(text))).toEqual({});
    const [aside] = readdirSync(folder);
    expect(readFileSync(join(folder, aside!), 'utf8')).toBe('{ "bells/1": ');
    expect(said[0]).toContain(join(folder, aside!));
  });

  test('that cannot be written says why, and leaves no file behind', () => {
    const nowhere = join(folder, 'no-such-folder', 'progress.json');
    expect(() => noteVerdict('bells/1', true, nowhere)).toThrow(
      /progress\.json cannot be written: there is no such file or folder/,
    );
  });
});

describe('a copy', () => {
  test('that is begun anew keeps the old ones, each under its own name', async () => {
    const { exercise, remove } = await madeUp('', 'first');
    expect(makeCopy(exercise)).toBe(false);
    const first = resetCopy(exercise)!;
    writeFileSync(exercise.copy, 'second');
    const second = resetCopy(exercise)!;
    expect(readFileSync(first, 'utf8')).toBe('first');
    expect(readFileSync(second, 'utf8')).toBe('second');
    expect(readFileSync(exercise.copy, 'utf8')).toBe('// as it was given\n');
    await remove();
  });
});

describe('a session', () => {
  test('gives one hint more each time, and the way to the solution', async () => {
    const { exercise, progress, remove } = await madeUp('', 'mine');
    const session = new Session(exercise, progress);
    expect(session.task.task).not.toContain('Pull');
    session.hint();
    session.hint();
    session.hint();
    expect([session.hints, session.task.hints]).toEqual([
      2,
      ['Pull.', 'Harder.'],
    ]);
    expect(session.diff()).toContain('-mine');
    expect(session.diff()).toContain('+export const answer = () => 42;');
    await session.check();
    expect(session.passed).toBe(true);
    expect(readProgress(progress)['bells/1']).toMatchObject({
      hints: 2,
      passes: true,
    });
    await session.close();
    await remove();
  });

  test('checks once more what was saved during a check', async () => {
    const { exercise, progress, remove } = await madeUp(
      'await trial.start();',
      'throw new Error("not yet");',
    );
    const session = new Session(exercise, progress);
    const checking = session.check();
    writeFileSync(exercise.copy, 'export {};');
    await session.check();
    await checking;
    expect(session.verdict?.passed).toBe(true);
    await session.close();
    await remove();
  });
});
