/** Makes a lesson that runs: a page that polls once a second. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { findLessons, lessonsFolder } from './lessons.ts';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';

const template = fileURLToPath(new URL('new-lesson/', import.meta.url));
const suffix = '.template';

/**
 * Makes a lesson with tutorial, server, page and tests, the last one in the
 * reading order.
 *
 * @param name of its folder: `long-polling`
 * @returns the names of the files, relative to the lesson's folder
 * @throws UsageError (2) if the name will not do or is taken, (1) if it
 *   cannot be written
 */
export function newLesson(name: string, root = lessonsFolder): string[] {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError(
      `"${name}" will not do as a lesson's name: expected lower-case letters ` +
        'and digits, with hyphens between words, such as "long-polling".',
      2,
    );
  }
  const folder = join(root, name);
  if (existsSync(folder)) {
    throw new UsageError(
      `There is a lesson "${name}" already, in ${folder}. Choose another name.`,
      2,
    );
  }
  const orders = findLessons(root).map(({ manifest }) => manifest.order);
  const values: Record<string, string> = {
    name,
    title: name[0]!.toUpperCase() + name.slice(1).replaceAll('-', ' '),
    order: String(Math.max(0, ...orders) + 1),
  };
  const files = readdirSync(template, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
  attempt(`The lesson cannot be made in ${folder}`, () => {
    try {
      for (const file of files) {
        const text = readFileSync(join(template, `${file}${suffix}`), 'utf8');
        makeFolder(dirname(join(folder, file)));
        writeFileSync(
          join(folder, file),
          text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key]!),
        );
      }
    } catch (error) {
      // Half a lesson would be in the way of the next try.
      if (existsSync(folder)) rmSync(folder, { recursive: true });
      throw error;
    }
  });
  return files.map((file) => file.replaceAll('\\', '/'));
}
