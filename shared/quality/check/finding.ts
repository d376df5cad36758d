/** One thing that is wrong: where, what, and how to fix it. */
export interface Finding {
  /** Relative to the root of the tree, with slashes. */
  file: string;
  /** From 1; without it the finding is about the whole file. */
  line?: number | undefined;
  found: string;
  expected: string;
  /** What to do next. */
  remedy: string;
}

/** A finding as it is printed: its place, then three labelled lines. */
export function formatFinding(finding: Finding): string {
  const { file, line, found, expected, remedy } = finding;
  const place = line === undefined ? file : `${file}:${line}`;
  const part = (label: string, text: string) =>
    `  ${label.padEnd(9)} ${text.trimEnd().replaceAll('\n', `\n${' '.repeat(12)}`)}\n`;
  return (
    `${place}\n` +
    part('found', found) +
    part('expected', expected) +
    part('to do', remedy)
  );
}
