import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { madeUpTree, type Files } from '@on-the-wire/testing/made-up-tree.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import type { FoundExercise } from '../exercises.ts';
import { fileToTry, writeAnswer } from '../answers/try-answer.ts';

const course = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = 'lessons/talk/exercises/01-say-it';
const copy = 'lessons/talk/workspace/01-say-it/exercise.ts';
const late = `lessons/talk/.answers/01-say-it/late.ts`;
const section = (name: string, told: string) =>
  `## ${name}\n\nSays it\n\`later\`.\n${told}\n\`\`\`diff\n-say();\n+later();\n\`\`\`\n\n`;

/** What is said where there is nothing to try. */
function refusal(...words: Parameters<typeof fileToTry>): string {
  try {
    return `none: ${fileToTry(...words)}`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function exerciseWith(files: Files = {}) {
  const root = await madeUpTree({
    [`${folder}/solution.ts`]: '// Says it.\nsay();\n',
    [`${folder}/exercise.ts`]: '',
    [`${folder}/wrong/mute.ts`]: '// Wrong: is mute.\n// Told: Silence\n',
    [`${folder}/answers.md`]:
      section('wrong/late', '\nTold: `Too late`\n') +
      section('right/exercise', ''),
    ...files,
  });
  const exercise = {
    id: 'talk/1',
    folder: join(root, folder),
    copy: join(root, copy),
    shortCopy: copy,
  } as FoundExercise;
  return { root, exercise };
}

describe('--try', () => {
  test.each([
    ['late', late],
    ['wrong/late', late],
    ['wrong/late.ts', late],
    ['wrong\\late.ts', late],
    ['mute', `${folder}/wrong/mute.ts`],
    ['wrong/mute.ts', `${folder}/wrong/mute.ts`],
    ['solution.ts', `${folder}/solution.ts`],
    // A path of a file that exists wins over a name.
    ['exercise.ts', `${folder}/exercise.ts`],
    ['exercise', 'lessons/talk/.answers/01-say-it/exercise.ts'],
    [
      '../../workspace/01-say-it/mine.ts',
      'lessons/talk/workspace/01-say-it/mine.ts',
    ],
    ['mine.ts', 'lessons/talk/workspace/01-say-it/mine.ts'],
  ])('%s is %s', async (typed, file) => {
    const mine = { 'lessons/talk/workspace/01-say-it/mine.ts': '' };
    const { root, exercise } = await exerciseWith(mine);
    expect(fileToTry(exercise, typed)).toBe(join(root, file));
  });

  test('a name that is none suggests the nearest, and lists them all', async () => {
    const { root, exercise } = await exerciseWith();
    expect(refusal(exercise, 'lat')).toBe(
      'talk/1 has no answer "lat". Did you mean "late"? ' +
        'It has wrong/late, wrong/mute, right/exercise.',
    );
    expect(refusal(exercise, 'right/late.ts', [root])).toBe(
      `There is no file right/late.ts in ${root}, ${join(root, folder)}, ` +
        `or ${join(root, copy, '..')}. ` +
        'talk/1 has no answer "right/late". Did you mean "wrong/late"? ' +
        'It has wrong/late, wrong/mute, right/exercise.',
    );
  });

  test('a path begins where it was typed, before anywhere else', async () => {
    const { root, exercise } = await exerciseWith({
      'here/solution.ts': '',
      'there/mine.ts': '',
    });
    const from = ['here', 'there'].map((name) => join(root, name));
    const found = (typed: string) => fileToTry(exercise, typed, from);
    expect(found('solution.ts')).toBe(join(root, 'here/solution.ts'));
    expect(found('./mine.ts')).toBe(join(root, 'there/mine.ts'));
    expect(found('../there/mine.ts')).toBe(join(root, 'there/mine.ts'));
    expect(found('exercise.ts')).toBe(join(root, folder, 'exercise.ts'));
  });

  test('an absolute path that is none is said once', async () => {
    const { root, exercise } = await exerciseWith();
    const file = join(root, 'mine.ts');
    expect(refusal(exercise, file)).toBe(`There is no file ${file}.`);
  });

  test('an exercise without answers says so', async () => {
    const none = {
      [`${folder}/answers.md`]: '',
      [`${folder}/wrong/mute.ts`]: undefined,
    };
    const { exercise } = await exerciseWith(none);
    expect(() => fileToTry(exercise, 'late')).toThrow('It has none.');
  });

  test.each([
    [
      ['sse/1', '--seed', 'five'],
      "argument 'five' is invalid. Expected a whole",
    ],
    [['sse/1', '--seed', '-1'], "argument '-1' is invalid. Expected a whole"],
    [['--seed', '5'], '--seed repeats the check of one exercise: name it'],
  ])('through the verb, %j is refused', async (words, stderr) => {
    const all = ['scripts/exercise.ts', ...words];
    const tried = execFile(process.execPath, all, { cwd: course });
    await expect(tried).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(stderr),
    });
  });

  test('through the verb, a seed gets the same verdict again', async () => {
    const words = ['sse/1', '--try', 'lf-only', '--seed', '417'];
    const verdict = async () => {
      const all = ['scripts/exercise.ts', ...words];
      const tried = execFile(process.execPath, all, { cwd: course });
      const { stdout } = await tried.catch(
        (error: { stdout: string }) => error,
      );
      return stdout.replace(/checked in .* s, seed 417\n$/, 'again');
    };
    const first = await verdict();
    expect(first).toMatch(/again$/);
    expect(await verdict()).toBe(first);
  });

  test('through the verb, an edit gets its verdict', async () => {
    const words = ['scripts/exercise.ts', 'sse/1', '--try', 'lf-only'];
    const tried = execFile(process.execPath, words, { cwd: course });
    await expect(tried).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('A carriage return alone ends a line'),
    });
  });
});

describe('--write', () => {
  test('makes a file of an edit, and says how to try it', async () => {
    const { root, exercise } = await exerciseWith();
    const file = 'lessons/talk/workspace/01-say-it/wrong-late.ts';
    expect(writeAnswer(exercise, 'late')).toMatch(
      /^Written: lessons\/talk\/workspace\/01-say-it\/wrong-late\.ts\nTry it: .*pnpm exercise talk\/1 --try wrong-late\.ts\n$/,
    );
    expect(await readFile(join(root, file), 'utf8')).toBe(
      '// Wrong: Says it\n// `later`.\n// Told: Too late\n\n// Says it.\nlater();\n',
    );
    expect(fileToTry(exercise, 'wrong-late.ts')).toBe(join(root, file));
  });

  test('overwrites nothing: neither the learner’s own nor one before', async () => {
    const { root, exercise } = await exerciseWith({ [copy]: 'mine();\n' });
    writeAnswer(exercise, 'right/exercise');
    expect(await readFile(join(root, copy), 'utf8')).toBe('mine();\n');
    const inside = join(root, 'lessons/talk/workspace/01-say-it');
    expect(await readdir(inside)).toEqual(['exercise.ts', 'right-exercise.ts']);
    expect(() => writeAnswer(exercise, 'right/exercise')).toThrow(
      'lessons/talk/workspace/01-say-it/right-exercise.ts is there already, and stays as it is.',
    );
  });

  test('of an answer that is a file says where it is', async () => {
    const { root, exercise } = await exerciseWith();
    expect(writeAnswer(exercise, 'mute')).toMatch(
      `It is a file: ${join(root, folder, 'wrong/mute.ts')}\nTry it: `,
    );
  });
});
