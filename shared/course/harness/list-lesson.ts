/** Lists a lesson where all are: in the table of README.md, in CONTRIBUTING.md's tree. */
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';

/** The lines of the two files that tell of a lesson. */
export function linesOf({ name, manifest }: FoundLesson): {
  row: string;
  branch: string;
} {
  const { order, title, question, minutes } = manifest;
  return {
    row: `| ${order} | [${title}](lessons/${name}/README.md) | ${question} | ${minutes} |`,
    branch: `│   ├── ${`${name}/`.padEnd(15)} ${title}`,
  };
}

/**
 * Puts the row of a lesson into the text of README.md, behind the last lesson
 * of its table.
 *
 * @returns `undefined` if it has no table of lessons
 */
export function listInTable(
  readme: string,
  lesson: FoundLesson,
): string | undefined {
  const lines = readme.split('\n');
  const last = lines.findLastIndex((line) =>
    /^\|.*\]\(lessons\/[\w-]+\/README\.md\)/.test(line),
  );
  if (last < 0) return undefined;
  return lines.toSpliced(last + 1, 0, linesOf(lesson).row).join('\n');
}

/**
 * Puts the branch of a lesson into the text of CONTRIBUTING.md: before the last
 * of the tree, whose own files may be drawn below it.
 *
 * @returns `undefined` if it has no tree of lessons
 */
export function listInTree(
  contributing: string,
  lesson: FoundLesson,
): string | undefined {
  const lines = contributing.split('\n');
  const lessons = lines.findIndex((line) => /^[├└]── lessons\/$/.test(line));
  const end = lines.indexOf('```', lessons);
  const at = lines.findIndex(
    (line, place) =>
      place > lessons && place < end && line.startsWith('│   └── '),
  );
  if (lessons < 0 || at < 0) return undefined;
  return lines.toSpliced(at, 0, linesOf(lesson).branch).join('\n');
}
