/** An exercise in a folder of its own: a check, and a learner's file. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundExercise } from '../exercises.ts';

/**
 * @param check the body of `run(trial)`; one that has no type is none to us
 * @param code the learner's file
 * @param browser whether the check needs one
 */
export async function madeUp(check: string, code: string, browser = false) {
  const folder = await mkdtemp(join(tmpdir(), 'exercise-'));
  const copy = join(folder, 'workspace', 'exercise.ts');
  await mkdir(join(folder, 'workspace'));
  const write = (name: string, text: string) =>
    writeFile(join(folder, name), text);
  await write(
    'check.ts',
    `export default { starter: '', browser: ${browser}, async run(trial: any) { ${check} } };`,
  );
  await write('exercise.ts', '// as it was given\n');
  await write('solution.ts', 'export const answer = () => 42;\n');
  await write(
    'README.md',
    '# Bells (5 min)\n\n**Broken on purpose.** They ring.\n\n' +
      '<details><summary>Hint 1</summary>\n\nPull.\n\n</details>\n\n' +
      '<details><summary>Hint 2</summary>\n\nHarder.\n\n</details>\n\n' +
      '## When it passes\n\nLook at the bell.\n',
  );
  await writeFile(copy, code);
  const exercise: FoundExercise = {
    id: 'bells/1',
    name: '01-bells',
    lesson: {
      name: 'bells',
      folder,
      manifest: { title: 'Bells', question: 'Who?', order: 1, minutes: 5 },
    },
    folder,
    title: 'Bells',
    minutes: 5,
    check: join(folder, 'check.ts'),
    starter: join(folder, 'exercise.ts'),
    solution: join(folder, 'solution.ts'),
    copy,
    shortCopy: 'lessons/bells/workspace/01-bells/exercise.ts',
  };
  return {
    exercise,
    progress: join(folder, 'progress.json'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
