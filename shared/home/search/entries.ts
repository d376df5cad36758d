/** Everything that the search looks through. */
import { columns } from '@on-the-wire/compare/claims/columns.ts';
import { rows } from '@on-the-wire/compare/claims/rows/rows.ts';
import { readGlossary } from '@on-the-wire/course/texts/glossary.ts';
import { readableText } from '@on-the-wire/course/texts/readable-text.ts';
import {
  readSections,
  type TextSection,
} from '@on-the-wire/course/texts/sections.ts';
import { faultKinds, presets } from '@on-the-wire/tap/faults/catalogue.ts';
import type { Column } from '@on-the-wire/compare/claims/columns.ts';

/** Where a hit leads: a section of a text, or a cell of the table. */
export type Place =
  { section: TextSection; line: number } | { row: string; column: Column };

/** What can be found. */
export interface SearchEntry {
  kind: 'term' | 'step' | 'exercise' | 'fault' | 'cell';
  /** What it is called, in plain text. */
  title: string;
  /** Its paragraphs, in plain text, and where each of them stands. */
  blocks: { text: string; line: number }[];
  place: Place;
}

/**
 * Makes an entry of each section, term, fault and cell. A fault leads to the
 * first section that names it, or else to the first step of one lesson.
 */
export function readEntries(): SearchEntry[] {
  const sections = readSections();
  const placeOf = (names: string[], lesson: string): Place => {
    const named = sections.find(({ blocks }) =>
      blocks.some(({ markdown }) =>
        names.some((name) => markdown.includes(name)),
      ),
    );
    const section =
      named ??
      sections.find((each) => each.lesson.name === lesson && each.step)!;
    const block = section.blocks.find(({ markdown }) =>
      names.some((name) => markdown.includes(name)),
    );
    return { section, line: block?.line ?? section.line };
  };
  return [
    ...readGlossary(sections).map(
      ({ name, meaning, section, line }): SearchEntry => ({
        kind: 'term',
        title: readableText(name),
        blocks: [{ text: readableText(meaning), line }],
        place: { section, line },
      }),
    ),
    ...sections.map((section): SearchEntry => ({
      kind: section.exercise ? 'exercise' : 'step',
      title: section.exercise?.title ?? section.title,
      blocks: section.blocks.map(({ kind, markdown, line }) => ({
        text:
          kind === 'fence' ? markdown : withoutLabel(readableText(markdown)),
        line,
      })),
      place: { section, line: section.line },
    })),
    ...[...faultKinds, ...presets].map((fault): SearchEntry => {
      const { name, sentence } = fault;
      const parameters = 'parameters' in fault ? fault.parameters : {};
      const place = placeOf(
        [
          `*${name}*`,
          `--fault ${name}`,
          `*${'title' in fault ? fault.title : name}*`,
        ],
        'sse',
      );
      const meanings = Object.values(parameters).map(
        ({ label, meaning }) => `${label}: ${meaning}`,
      );
      return {
        kind: 'fault',
        title: name,
        blocks: [sentence, ...meanings].map((text) => ({ text, line: 0 })),
        place,
      };
    }),
    ...rows.flatMap(({ id, title, claims }) =>
      claims.map(({ column, today, sentence }): SearchEntry => ({
        kind: 'cell',
        title: `${title}: ${columns[column]}`,
        blocks: [{ text: `${today}. ${sentence}`, line: 0 }],
        place: { row: id, column },
      })),
    ),
  ];
}

/** Without the label of a block, and the box before a prediction. */
const withoutLabel = (text: string) =>
  text.replace(/^((Predict|Do|See|Why)\.|\[ \]) /, '');
