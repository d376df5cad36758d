/** What belongs to one machine or one person has no place in the tree. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { filesOf } from './tree.ts';

const kinds: { what: string; form: RegExp; remedy: string }[] = [
  {
    what: 'a private key',
    form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
    remedy: 'Delete it and make a new one: the old one stays in the history.',
  },
  {
    what: 'a path into a home folder',
    form: /(?<![\w.])(?:\/(?:home|Users)\/[\w.-]+\/|\/root\/|[A-Z]:\\Users\\)/,
    remedy: 'Name it relative to the tree, or make it at run time.',
  },
  {
    what: 'the host of a package registry',
    form: /(?:\bregistry\.[\w-]+\.[a-z]{2,}|^registry\s*=|\btarball:)/,
    remedy: 'Leave it out: each machine knows its own registry.',
  },
];

/** Looks at each text file of the tree. */
export async function checkPrivateThings(root: string): Promise<Finding[]> {
  const files = await filesOf(root);
  const findings = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(root, file));
      if (bytes.includes(0)) return []; // no text
      const lines = bytes.toString().split('\n');
      return lines.flatMap((text, index) =>
        kinds
          .filter(({ form }) => form.test(text))
          .map(({ what, remedy }) => ({
            file,
            line: index + 1,
            found: what,
            expected: 'nothing that belongs to one machine or one person',
            remedy,
          })),
      );
    }),
  );
  return findings.flat();
}
