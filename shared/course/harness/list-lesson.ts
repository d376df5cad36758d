/** Lists a lesson where README.md lists all of them: its table and its tree. */
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';

/** The two lines of README.md that tell of a lesson. */
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
 * Puts the lines of a lesson into the text of README.md: the row behind the
 * last lesson of the table, the branch before the last of the tree, whose own
 * files may be drawn below it.
 *
 * @returns `undefined` if it has not both places
 */
export function listLesson(
  readme: string,
  lesson: FoundLesson,
): string | undefined {
  const { row, branch } = linesOf(lesson);
  const lines = readme.split('\n');
  const last = lines.findLastIndex((line) =>
    /^\|.*\]\(lessons\/[\w-]+\/README\.md\)/.test(line),
  );
  const lessons = lines.findIndex((line) => /^[├└]── lessons\/$/.test(line));
  const end = lines.indexOf('```', lessons);
  const branches = lines.findIndex(
    (line, at) => at > lessons && at < end && line.startsWith('│   └── '),
  );
  if (last < 0 || lessons < 0 || branches < 0) return undefined;
  // The later place first, so that the other does not move.
  const places = [
    { at: last + 1, line: row },
    { at: branches, line: branch },
  ].toSorted((a, b) => b.at - a.at);
  for (const { at, line } of places) lines.splice(at, 0, line);
  return lines.join('\n');
}
