/** The learner's lines for a proxy: `lessons/<lesson>/workspace/behind/…`. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';

/** Where the file is, as an absolute path and as it is shown. */
export interface BehindFile {
  path: string;
  shown: string;
}

/**
 * Finds the file.
 *
 * @param name what the program's own files are called
 * @param folder where it is; in the lesson's workspace
 */
export function behindFile(
  lesson: FoundLesson,
  name: string,
  folder = join(lesson.folder, 'workspace', 'behind'),
): BehindFile {
  return {
    path: join(folder, name),
    shown: `lessons/${lesson.name}/workspace/behind/${name}`,
  };
}

/**
 * Makes the file where there is none; what is there stays.
 *
 * @throws UsageError (1) that names the file and why it cannot be written
 */
export function makeBehindFile({ path, shown }: BehindFile, lines: string) {
  if (existsSync(path)) return;
  attempt(`${shown} cannot be written`, () => {
    makeFolder(dirname(path));
    writeFileSync(path, lines);
  });
}
