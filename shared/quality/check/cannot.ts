/** What an engine cannot do is said where a reader meets it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, type Cannot } from '@on-the-wire/browser/cannot.ts';
import type { Finding } from './finding.ts';

const list = 'shared/browser/cannot.ts';

/**
 * Looks for the sentence of each entry in the file that it names, which may be
 * Markdown, a page or its script: line breaks do not count, nor whether a
 * string goes on in the next line.
 *
 * @param root of the tree
 * @param entries those of the list; tests give others
 * @returns a finding for each entry without its sentence
 */
export async function checkCannot(
  root: string,
  entries: readonly Cannot[] = cannot,
): Promise<Finding[]> {
  const found = await Promise.all(
    entries.map(async (entry): Promise<Finding[]> => {
      const { engine, what, sentence, file } = entry;
      const text = await readFile(join(root, file), 'utf8').catch(() => '');
      const isSaid =
        sentence.trim() !== '' && inOneLine(text).includes(inOneLine(sentence));
      if (isSaid) return [];
      return [
        {
          file: list,
          found: `${engine} cannot ${what}, and ${file} does not say "${sentence}"`,
          expected:
            'the sentence that a reader gets, as it stands in that file',
          remedy: `Say it there, or correct the entry; if ${engine} can do it now, remove the entry.`,
        },
      ];
    }),
  );
  return found.flat();
}

/** Of a text or of code: strings that are joined are one, spaces count once. */
const inOneLine = (text: string) =>
  text.replaceAll(/(['"`])\s*\+\s*\1/g, '').replaceAll(/\s+/g, ' ');
