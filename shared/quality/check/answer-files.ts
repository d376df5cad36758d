/**
 * Makes files of the answers that are written as edits, so that the tools can
 * read them; and turns what the tools report into findings about the edit.
 */
import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  editsFile,
  expandAll,
  type ExpandedEdit,
} from '@on-the-wire/course/exercise/answers/answers.ts';
import type { Finding } from './finding.ts';
import { foldersOf, textOf } from './tree.ts';

/** Each made file by its path, relative to the root, with slashes. */
export type AnswerFiles = Map<string, ExpandedEdit & { told: string }>;

/** Makes a file of every edit in the tree that can be applied. */
export async function makeAnswerFiles(root: string): Promise<AnswerFiles> {
  const files: AnswerFiles = new Map();
  for (const lesson of await foldersOf(root, 'lessons')) {
    const made = `lessons/${lesson}/.answers`;
    const all = `lessons/${lesson}/exercises`;
    const names = await foldersOf(root, all);
    for (const name of await foldersOf(root, made))
      if (!names.includes(name))
        await rm(join(root, made, name), { recursive: true, force: true });
    for (const name of names)
      for (const expanded of expandAll(join(root, all, name))) {
        const file = relative(root, expanded.file).split(sep).join('/');
        files.set(file, { ...expanded, told: `${all}/${name}/${editsFile}` });
      }
  }
  return files;
}

/**
 * A finding about a file that was made of an edit names answers.md instead, with
 * the line that the edit added, or else the edit's heading.
 */
export async function asSaidOfEdits(
  root: string,
  findings: Finding[],
  files: AnswerFiles,
): Promise<Finding[]> {
  return Promise.all(
    findings.map(async (finding) => {
      const made = files.get(finding.file);
      if (!made) return finding;
      const { edit, from, told } = made;
      const { line, found } = finding;
      const text = await textOf(root, finding.file);
      const there = line && text?.split('\n')[line - 1]?.trim();
      const place = line ? `, line ${line} of its result: ${there}` : '';
      return {
        ...finding,
        file: told,
        line: (line && from[line - 1]) ?? edit.line,
        found: `${edit.kind}/${edit.name}${place}\n${found}`,
      };
    }),
  );
}
