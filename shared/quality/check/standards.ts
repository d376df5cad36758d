/**
 * Each section of a standard that a text names exists, and is about what the
 * text says: a word of the section's title stands beside it. The titles are in
 * standards.json, with the edition that they were read in; where the title's
 * own words would not stand in a sentence, further words follow it there.
 */
import { readFile } from 'node:fs/promises';
import { citationsIn, type Citation } from './citations.ts';
import type { Finding } from './finding.ts';
import { lineAt, textsOf, type Text } from './texts.ts';
import { filesOf, textOf } from './tree.ts';

/** A title, or a title and further words that count as its own. */
type Title = string | [title: string, ...about: string[]];

/** A standard by its name: RFC 9110, HTML, Fetch, MQTT. */
export type Standards = Record<
  string,
  {
    title: Title;
    /** Where the titles are from: who published them, and when. */
    source: string;
    /** By number: 7.6.1, appendix B. */
    sections: Record<string, Title>;
  }
>;

const table = new URL('standards.json', import.meta.url);

/** Which files cite: texts, pages, and code that is no test. */
const citing =
  /^(?!.*\/test\/|shared\/quality\/check\/(?:citations|standards)\.ts)(?:lessons|shared|scripts)\/.*\.(?:md|html|ts)$|^[A-Z]+\.md$/;

/** So many lines of code before and after a string are read with it. */
const around = 5;

/** Looks at each citation in texts, comments and strings. */
export async function checkStandards(
  root: string,
  standards?: Standards,
): Promise<Finding[]> {
  const known =
    standards ?? (JSON.parse(await readFile(table, 'utf8')) as Standards);
  const files = (await filesOf(root)).filter((file) => citing.test(file));
  const findings = await Promise.all(
    files.map(async (file) => {
      const source = (await textOf(root, file)) ?? '';
      const lines = source.split('\n');
      return textsOf(file, source).flatMap((text) =>
        citationsOf(text, file).flatMap((citation) =>
          checkCitation(citation, contextOf(text, lines, file), known).map(
            (finding) => ({
              file,
              line: lineAt(text, citation.index),
              ...finding,
            }),
          ),
        ),
      );
    }),
  );
  return findings.flat();
}

/** In the files about MQTT a string that is a number is one of its sections. */
function citationsOf(text: Text, file: string): Citation[] {
  const isSection =
    text.kind === 'string' &&
    file.startsWith('shared/wire/mqtt/') &&
    /^\d+(?:\.\d+)+$/.test(text.words);
  if (!isSection) return citationsIn(text.words);
  const section = text.words;
  return [
    { standard: 'MQTT', section, index: 0, written: section, isUnified: true },
  ];
}

/**
 * What is read with a citation: its paragraph, or row of a table; of a comment
 * what it stands above; of a string the code around it.
 */
function contextOf(text: Text, lines: string[], file: string): string {
  const last = text.line + text.words.split('\n').length - 1;
  const [before, after] =
    text.kind === 'string'
      ? [around, around]
      : text.kind === 'comment'
        ? [0, around]
        : [0, 0];
  const code = lines
    .slice(Math.max(0, text.line - 1 - before), last + after)
    .join('\n');
  // A file is named after what it is about.
  const name = file.slice(file.lastIndexOf('/') + 1);
  const isTop = text.kind === 'comment' && text.line <= 2;
  return `${text.words}\n${code}\n${isTop ? file : name}`;
}

function checkCitation(
  { standard, section, written, isUnified }: Citation,
  context: string,
  standards: Standards,
): Omit<Finding, 'file' | 'line'>[] {
  const found = written;
  const entry = standards[standard];
  const title = section === undefined ? entry?.title : entry?.sections[section];
  const one = section === undefined ? standard : `${standard}, ${section}`;
  const misfits = isUnified
    ? []
    : [
        {
          found,
          expected: one,
          remedy:
            'Write it so, as everywhere: the name, a comma, the number; several as “RFC 9113, 4.1 and 6”.',
        },
      ];
  if (title === undefined)
    return [
      ...misfits,
      {
        found,
        expected: `a section that shared/quality/check/standards.json names${entry ? `: of ${standard} it has ${Object.keys(entry.sections).join(', ')}` : ''}`,
        remedy: 'Look it up; if it exists, add its title to the table.',
      },
    ];
  const [own, ...about] = typeof title === 'string' ? [title] : title;
  const words = significant(own).concat(about.flatMap(wordsOf));
  const beside = new Set(wordsOf(context.replaceAll(written, '')));
  if (words.some((word) => [...beside].some((other) => isSame(word, other))))
    return misfits;
  return [
    ...misfits,
    {
      found: `${one}: “${own}”`,
      expected: `beside it one of the words ${words.join(', ')}`,
      remedy:
        'Cite the section that says it, or say it in the words of its title; or, if it is right, add a word to the table.',
    },
  ];
}

// --- Words ---

const small = new Set(
  'a an and as at by for from in is its of on or other some the to use used using via with http https section general overview introduction considerations definition definitions'.split(
    ' ',
  ),
);

/** The words of a title that tell it from others; all, if none does. */
function significant(title: string): string[] {
  const all = wordsOf(title);
  const telling = all.filter((word) => !small.has(word) && word.length > 1);
  return telling.length > 0 ? telling : all;
}

/** In small letters; a name as in code also as the words it is made of. */
function wordsOf(text: string): string[] {
  const names = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return names.flatMap((name) => {
    const parts = name.split(/(?<=[a-z\d])(?=[A-Z])/);
    const all = parts.length > 1 ? [name, ...parts] : [name];
    return all.map((word) => word.toLowerCase());
  });
}

/** Whether two words have the same stem: framing and frames. */
function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  const shorter = Math.min(one.length, other.length);
  if (shorter < 4) return `${one}s` === other || `${other}s` === one;
  let same = 0;
  while (same < shorter && one[same] === other[same]) same += 1;
  return same >= Math.max(4, shorter - 2);
}
