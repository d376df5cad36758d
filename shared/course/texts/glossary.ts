/**
 * The glossary, made of the places where the tutorials explain a term.
 *
 * Such a place is a link in bold, `[**backoff**](../GLOSSARY.md#backoff)`. What
 * the glossary says of the term is the sentence around it and the next one of
 * the same block, as they stand there; so the two are written to be understood
 * alone. A link without bold, `[backoff](../GLOSSARY.md#backoff)`, only leads
 * there.
 */
import { readSections, type TextSection } from './sections.ts';

/** A term, and what it means. */
export interface Term {
  /** The anchor that links to it have: `idempotency-key`. */
  id: string;
  /** As it stands in bold, in Markdown. */
  name: string;
  /** One or two sentences of Markdown, whose links lead to other terms only. */
  meaning: string;
  /** Where it is explained. */
  section: TextSection;
  /** The line of the section's file in which its paragraph begins, from 1. */
  line: number;
}

const definition = /\[\*\*([^\]]+?)\*\*\]\([^)#]*GLOSSARY\.md#([^)]+)\)/g;

/** All terms, in the order in which they are explained. */
export function readGlossary(sections: TextSection[] = readSections()): Term[] {
  return sections.flatMap((section) =>
    section.blocks
      .filter(({ kind }) => kind === 'words')
      .flatMap(({ markdown, line }) =>
        [...markdown.matchAll(definition)].map((found) => ({
          id: found[2]!,
          name: found[1]!.replaceAll(/\s+/g, ' '),
          meaning: meaningAt(markdown, found.index),
          section,
          line,
        })),
      ),
  );
}

/** Terms as a list is looked through: by their letters. */
export function byName(terms: Term[]): Term[] {
  const letters = ({ name }: Term) => name.replaceAll(/[^\p{L}\p{N} ]/gu, '');
  return terms.toSorted((a, b) =>
    letters(a).localeCompare(letters(b), 'en', { sensitivity: 'base' }),
  );
}

/** The sentence in which `at` lies and the next, their links taken out. */
function meaningAt(markdown: string, at: number): string {
  // What looks like the end of a sentence in a label, in code, in a target or
  // at the end of a line is none.
  const masked = markdown
    .replace(/^\*\*(Predict|Do|See|Why)\.\*\*/, (label) =>
      'x'.repeat(label.length),
    )
    .replaceAll('\n', ' ')
    .replaceAll(
      /`[^`]*`|\]\([^)]*\)/g,
      ([first, ...rest]) => first + 'x'.repeat(rest.length),
    );
  const sentences = [
    ...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(masked),
  ].map(({ index, segment }) => [index, index + segment.length] as const);
  const first = sentences.findIndex(([, end]) => at < end);
  const from = sentences[first]![0];
  const to = (sentences[first + 1] ?? sentences[first]!)[1];
  return markdown
    .slice(from, to)
    .replace(/^\*\*(Predict|Do|See|Why)\.\*\*\s+/, '')
    .replaceAll(definition, '**$1**')
    .replaceAll(/\[([^\]]*)\]\((?![^)#]*GLOSSARY\.md#)[^)]*\)/g, '$1')
    .replaceAll(/\[([^\]]*)\]\([^)#]*GLOSSARY\.md#([^)]+)\)/g, '[$1](#$2)')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A section in a few words: `XHR and fetch, step 3`. */
export function placeInWords({
  lesson,
  exercise,
  trip,
  step,
  title,
}: TextSection): string {
  const { title: name } = lesson.manifest;
  if (trip) {
    const part = step === undefined ? '' : `, step ${step}`;
    return `${name}, side trip “${trip.title}”${part}`;
  }
  if (exercise) return `${name}, exercise “${exercise.title}”`;
  if (step !== undefined) return `${name}, step ${step}`;
  return title === name ? `${name}, introduction` : `${name}, “${title}”`;
}

/**
 * Writes the glossary as a text.
 *
 * @param linkTo where a section is, as a link of the text names it
 * @returns Markdown: a heading for each term, whose Git host's id is the term's
 */
export function glossaryMarkdown(
  terms: Term[],
  linkTo: (section: TextSection) => string,
): string {
  const entries = byName(terms).map(
    ({ name, meaning, section }) =>
      `## ${capital(name)}\n\n${meaning} [${placeInWords(section)}](${linkTo(section)})\n`,
  );
  return (
    'Each term is explained where the course first needs it. These are the ' +
    'sentences that stand there. After them you find the place.\n\n' +
    entries.join('\n')
  );
}

const capital = (name: string) => name[0]!.toUpperCase() + name.slice(1);

/** The text of lessons/GLOSSARY.md. */
export const glossaryFile = (terms: Term[]): string =>
  '# Glossary\n\n' +
  '<!-- Made from the tutorials by `npx -y pnpm check --write`. -->\n\n' +
  glossaryMarkdown(terms, ({ file, anchor }) => `${file}#${anchor}`);
