/** Each term is explained once, where it is needed first. */
import { join } from 'node:path';
import { hostAnchor } from '@on-the-wire/course/texts/host-anchor.ts';
import {
  glossaryFile,
  readGlossary,
  type Term,
} from '@on-the-wire/course/texts/glossary.ts';
import {
  readSections,
  type TextSection,
} from '@on-the-wire/course/texts/sections.ts';
import type { Finding } from './finding.ts';
import { textOf } from './tree.ts';

const most = 60;

/**
 * Terms that are ordinary words, too: where they stand before they are
 * explained, they may well mean what they mean everywhere.
 */
const ordinary = [
  'abort',
  'board',
  'buffer',
  'cancel',
  'claim',
  'close',
  'deadline',
  'event',
  'fault',
  'frame',
  'fresh',
  'handshake',
  'header',
  'message',
  'origin',
  'read',
  'replay',
  'request',
  'reset',
  'response',
  'resume',
  'retry',
  'stale',
  'tap',
  'timeout',
  'unit',
  'update',
  'wire',
];

/** Looks at the terms of all tutorials, and at lessons/GLOSSARY.md. */
export async function checkGlossary(root: string): Promise<Finding[]> {
  const sections = readSections(join(root, 'lessons'));
  const terms = readGlossary(sections);
  const file = 'lessons/GLOSSARY.md';
  const findings: Finding[] = [];
  if ((await textOf(root, file)) !== glossaryFile(terms))
    findings.push({
      file,
      found: 'another text than the tutorials make',
      expected: 'the sentences that explain the terms, as they stand there',
      remedy: 'Let it be written: npx -y pnpm check --write',
    });
  if (terms.length > most)
    findings.push({
      file,
      found: `${terms.length} terms`,
      expected: `at most ${most}: what a learner can look through`,
      remedy: 'Leave those out that one lesson alone needs.',
    });
  for (const [index, term] of terms.entries()) {
    findings.push(...aboutTerm(term));
    const first = terms.findIndex(({ id }) => id === term.id);
    if (first < index)
      findings.push({
        ...placeOf(term),
        found: `${term.name} is explained once more`,
        expected: `one explanation: lessons/${terms[first]!.section.file}:${terms[first]!.line}`,
        remedy: `Link to it: [${term.name}](…/GLOSSARY.md#${term.id})`,
      });
    else if (!ordinary.includes(term.name.toLowerCase()))
      findings.push(...usesBefore(term, sections));
  }
  return findings;
}

const placeOf = ({ section, line }: Term) => ({
  file: `lessons/${section.file}`,
  line,
});

function aboutTerm(term: Term): Finding[] {
  const anchor = hostAnchor(term.name.replaceAll('`', ''), new Set());
  const findings: Finding[] = [];
  if (term.id !== anchor)
    findings.push({
      ...placeOf(term),
      found: `${term.name} is linked to #${term.id}`,
      expected: `#${anchor}, the id that its heading in the glossary gets`,
      remedy: 'Correct the link.',
    });
  const words = term.meaning.split(' ').length;
  if (words < 8 || words > 70)
    findings.push({
      ...placeOf(term),
      found: `${term.name} is explained in ${words} words: ${term.meaning}`,
      expected: 'one or two sentences, of 8 to 70 words',
      remedy: 'Explain it in the sentence that has it in bold, or in the next.',
    });
  return findings;
}

/** Where the term stands in the sections before its explanation. */
function usesBefore(term: Term, sections: TextSection[]): Finding[] {
  const name = term.name.replaceAll('`', '');
  const pattern = new RegExp(
    `(?<![\\w-])${RegExp.escape(name)}(s|es)?(?![\\w-])`,
    // An abbreviation is not a word that happens to be spelt so.
    name === name.toUpperCase() ? '' : 'i',
  );
  const before = sections.slice(0, sections.indexOf(term.section));
  const above = term.section.blocks.filter(({ line }) => line < term.line);
  const uses = [...before, { ...term.section, blocks: above }].flatMap(
    ({ file, blocks }) =>
      blocks
        .filter(({ kind }) => kind === 'words')
        .filter(({ markdown }) => pattern.test(withoutCode(markdown)))
        .map(({ line }) => ({ file: `lessons/${file}`, line })),
  );
  return uses.slice(0, 3).map((place) => ({
    ...place,
    found: `${name}, which is explained in lessons/${term.section.file}:${term.line}`,
    expected: 'no term before it is explained',
    remedy: 'Explain it here, or say it without the term.',
  }));
}

/** A sentence without code, and without where its links lead. */
const withoutCode = (markdown: string) =>
  markdown.replaceAll(/`[^`]*`|\]\([^)]*\)/g, '`');
