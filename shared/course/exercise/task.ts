/** The parts of an exercise's README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundExercise } from './exercises.ts';

/** What a learner is told before, while and after they do an exercise. */
export interface Task {
  /** Markdown: the heading and what to do, without hints. */
  task: string;
  /** Markdown of each, in order; each tells more than the one before. */
  hints: string[];
  /** Markdown: what is told when it passes. */
  after: string;
}

/** @throws where there is no README.md */
export function readTask({ folder }: FoundExercise): Task {
  return parseTask(readFileSync(join(folder, 'README.md'), 'utf8'));
}

/**
 * Takes a README.md apart: folds (`<details>`) are hints, the last section is
 * for when it passes.
 */
export function parseTask(text: string): Task {
  const [before = '', after = ''] = text.split(/^## When it passes\s*$/m);
  const fold = /<details>\s*<summary>.*?<\/summary>([^]*?)<\/details>\s*/g;
  return {
    task: before.replaceAll(fold, '').trim(),
    hints: [...before.matchAll(fold)].map(([, hint]) => hint!.trim()),
    after: after.trim(),
  };
}
