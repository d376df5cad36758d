import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { findLesson } from '../lessons.ts';
import { findPorts } from '@on-the-wire/system/ports.ts';

/** A server that says which process it is. */
export const honestServer = `
import { createServer } from 'node:http';

createServer((request, response) => {
  response.end(JSON.stringify({ pid: process.pid, harness: process.ppid }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

export const goodManifest = {
  title: 'Scratch',
  question: 'Does it run?',
  order: 1,
  minutes: 5,
};

/** Folders with lessons of a test's own. `remove` deletes them all. */
export function scratch() {
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'on-the-wire-')));
  const root = join(tree, 'lessons');
  mkdirSync(root);
  return {
    /** A folder of its own, as the root of the repository is. */
    tree,
    /** Where its lessons are. */
    root,
    /** Makes a lesson of these files: names inside its folder, and contents. */
    lesson(
      name: string,
      files: Record<string, string>,
      manifest: object | string = goodManifest,
    ): FoundLesson & { save(file: string, text: string): void } {
      const folder = join(root, name);
      const save = (file: string, text: string) => {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      };
      save(
        'package.json',
        typeof manifest === 'string'
          ? manifest
          : JSON.stringify({ type: 'module', lesson: manifest }),
      );
      for (const [file, text] of Object.entries(files)) save(file, text);
      return { ...findLesson(name, root), save };
    },
    remove: () => rmSync(tree, { recursive: true, force: true }),
  };
}

/**
 * Finds free ports that others do not look at: each file of tests has a
 * range of its own, by its number, and each run begins elsewhere in it.
 */
export const portsFor = (file: number, count = 2): Promise<number> =>
  findPorts(undefined, 20_000 + 500 * file + 2 * (process.pid % 200), count);
