/** The steps of a tutorial, as its README.md has them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import markdownIt from 'markdown-it';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { wordsOf } from '../shell/tutorial/tokens.ts';

/** One step. */
export interface TutorialStep {
  /** In the shell: `step-3`. */
  id: string;
  number: number;
  title: string;
}

const parser = markdownIt();

/** The steps of a lesson, in order; none where it has no tutorial. */
export function tutorialSteps({ folder }: FoundLesson): TutorialStep[] {
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) return [];
  const tokens = parser.parse(readFileSync(readme, 'utf8'), {});
  return tokens.flatMap((token, index) => {
    if (token.type !== 'heading_open' || token.tag !== 'h2') return [];
    const words = wordsOf(tokens[index + 1]?.children ?? []);
    const [, number, title] =
      /^(\d+)\. +(.+?)(?: *\(\d+ min\))?$/.exec(words) ?? [];
    return number && title
      ? [{ id: `step-${number}`, number: Number(number), title }]
      : [];
  });
}
