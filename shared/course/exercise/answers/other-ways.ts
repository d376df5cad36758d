/** The right answers beside the solution, for a learner who has passed. */
import { readFileSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { answersOf, expand } from './answers.ts';
import type { FoundExercise } from '../exercises.ts';

/** A right answer that is not the solution. */
export interface OtherWay {
  /** `by-hand` */
  name: string;
  /** In what it is different; Markdown. */
  sentence: string;
  /** Where it can be read, from the top of the tree. */
  path: string;
  code: string;
}

/**
 * All of an exercise, by name. Those that are edits are made files of.
 *
 * @throws UsageError (1) where answers.md cannot be read
 */
export function otherWays({ folder, lesson }: FoundExercise): OtherWay[] {
  const top = dirname(dirname(lesson.folder));
  return answersOf(folder)
    .filter(({ kind }) => kind === 'right')
    .map((answer) => {
      const file = expand(folder, answer);
      const code = readFileSync(file, 'utf8');
      return {
        name: answer.name,
        sentence: answer.edit?.sentence ?? sentenceOf(code),
        path: relative(top, file).split(sep).join('/'),
        code,
      };
    });
}

/** What the first comment of a file says, without `Right, and different:`. */
function sentenceOf(code: string): string {
  const lines = code.split(/\r?\n/);
  const end = lines.findIndex((line) => !line.startsWith('// '));
  const words = lines
    .slice(0, Math.max(0, end))
    .map((line) => line.slice(3))
    .join(' ')
    .replace(/^Right, and different: /, '');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
