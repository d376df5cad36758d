/** The answers that stand beside an exercise: wrong ones, and right ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundExercise } from './exercises.ts';

/** The files of `wrong/` or `right/`, as absolute paths, in order. */
export function answersOf(
  { folder }: FoundExercise,
  kind: 'wrong' | 'right',
): string[] {
  const inside = join(folder, kind);
  if (!existsSync(inside)) return [];
  return readdirSync(inside)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(inside, name));
}

/**
 * What a wrong answer must be told, from its first lines:
 * `// Wrong: <the mistake>` and `// Told: <words of the verdict>`.
 */
export function toldOf(file: string): string | undefined {
  const [wrong, told] = readFileSync(file, 'utf8').split('\n');
  if (!wrong?.startsWith('// Wrong: ')) return undefined;
  return /^\/\/ Told: (.+)$/.exec(told ?? '')?.[1];
}
