/**
 * What the course says, section by section: the tutorials in reading order, and
 * behind each of them its side trips and the tasks of its exercises. The
 * glossary and the search are made of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import markdownIt, { type Token } from 'markdown-it';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { findExercises, type FoundExercise } from '../exercise/exercises.ts';
import { findLessons, lessonsFolder } from '../harness/lessons.ts';
import { wordsOf } from '../shell/tutorial/tokens.ts';
import { hostAnchor } from './host-anchor.ts';
import { findSideTrips, type SideTrip } from './side-trips.ts';

/** A paragraph, an item of a list, a cell of a table, or a line of a fence. */
export interface TextBlock {
  kind: 'words' | 'heading' | 'fence';
  /** As it is written, without comments and what makes it an item or a cell. */
  markdown: string;
  /** The line of the file in which it begins, from 1. */
  line: number;
  /** The summary of the fold in which it stands, in a tutorial or side trip. */
  question: string | undefined;
}

/** A step, another section of a tutorial, or the task of an exercise. */
export interface TextSection {
  lesson: FoundLesson;
  /** The exercise whose task it is; undefined in a tutorial. */
  exercise: FoundExercise | undefined;
  /** The side trip that it belongs to; undefined elsewhere. */
  trip: SideTrip | undefined;
  /** From the folder of the lessons, with slashes: `xhr/README.md`. */
  file: string;
  /** The line of its heading, from 1. */
  line: number;
  /** Without its number and minutes. */
  title: string;
  /** The number of the step, where it is one. */
  step: number | undefined;
  /** The id that a Git host gives its heading. */
  anchor: string;
  blocks: TextBlock[];
}

const parser = markdownIt({ html: true });

/**
 * Reads all texts of the course in reading order.
 *
 * @param root the folder whose folders are lessons
 * @throws UsageError (1) that names file and field of a broken manifest
 */
export function readSections(root = lessonsFolder): TextSection[] {
  const exercises = findExercises(root);
  return findLessons(root).flatMap((lesson) => [
    ...sectionsOf(root, { lesson, exercise: undefined, trip: undefined }),
    ...findSideTrips(lesson.folder).flatMap((trip) =>
      sectionsOf(root, { lesson, exercise: undefined, trip }),
    ),
    ...exercises
      .filter((exercise) => exercise.lesson.name === lesson.name)
      .flatMap((exercise) =>
        sectionsOf(root, { lesson, exercise, trip: undefined }),
      ),
  ]);
}

function sectionsOf(
  root: string,
  of: Pick<TextSection, 'lesson' | 'exercise' | 'trip'>,
): TextSection[] {
  const { lesson, exercise, trip } = of;
  const readme = exercise
    ? `exercises/${exercise.name}/README.md`
    : 'README.md';
  const file = `${lesson.name}/${trip?.file ?? readme}`;
  const path = join(root, file);
  if (!existsSync(path)) return [];
  const taken = new Set<string>();
  const sections: TextSection[] = [];
  const tokens = parser.parse(readFileSync(path, 'utf8'), {});
  let line = 1;
  let question: string | undefined;
  for (const [index, token] of tokens.entries()) {
    if (token.map) line = token.map[0] + 1;
    if (token.type === 'heading_open') {
      const words = wordsOf(tokens[index + 1]?.children ?? []);
      const anchor = hostAnchor(words, taken);
      // An exercise's task is one place, whatever headings it has.
      if (token.tag === 'h1' || (token.tag === 'h2' && !exercise))
        sections.push({
          ...of,
          file,
          line,
          title: words.replace(/^\d+\. +/, '').replace(/ *\(\d+ min\)$/, ''),
          step: Number(/^(\d+)\. /.exec(words)?.[1]) || undefined,
          anchor,
          blocks: [],
        });
    }
    const blocks = sections.at(-1)?.blocks;
    if (token.type === 'fence')
      for (const [at, markdown] of token.content
        .trimEnd()
        .split('\n')
        .entries())
        blocks?.push({
          kind: 'fence',
          markdown,
          line: line + 1 + at,
          question,
        });
    if (token.type === 'inline') {
      const isHeading = tokens[index - 1]?.type === 'heading_open';
      const kind = isHeading ? 'heading' : 'words';
      blocks?.push({ kind, markdown: withoutComments(token), line, question });
    }
    // The summary of a fold is text, although its mark is HTML.
    const html = token.type === 'html_block' ? token.content : '';
    const summary = /<summary>(.*?)<\/summary>/s.exec(html)?.[1];
    if (summary) {
      if (!exercise) question = summary;
      blocks?.push({ kind: 'words', markdown: summary, line, question });
    }
    if (html.includes('</details>')) question = undefined;
  }
  return sections;
}

/** What a tutorial says of its steps for the shell is read by nobody. */
function withoutComments({ content, children }: Token): string {
  return (children ?? [])
    .filter((child) => child.type === 'html_inline')
    .filter((child) => child.content.startsWith('<!--'))
    .reduce((text, child) => text.replace(child.content, () => ''), content)
    .trimEnd();
}
