/** Small trees in a temporary folder, good ones and bad ones. */
import { afterEach } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const made: string[] = [];
afterEach(async () => {
  const roots = made.splice(0);
  await Promise.all(
    roots.map((root) => rm(root, { recursive: true, force: true })),
  );
});

/** Files by their path; `undefined` leaves one out. */
export type Files = Record<string, string | undefined>;

/** Writes a tree and returns its root; it is gone after the test. */
export async function madeUpTree(files: Files): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'check-'));
  made.push(root);
  for (const [file, text] of Object.entries(files)) {
    if (text === undefined) continue;
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return root;
}
