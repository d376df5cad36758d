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
import {
  fieldMeanings,
  type FieldMeaning,
} from '@on-the-wire/wire/field-meanings.ts';
import type { Column } from '@on-the-wire/compare/claims/columns.ts';

/** Where a hit leads: a section of a text, or a cell of the table. */
export type Place =
  | { section: TextSection; line: number; question?: string }
  | { row: string; column: Column };

/** What can be found. */
export interface SearchEntry {
  kind: 'term' | 'step' | 'question' | 'exercise' | 'fault' | 'field' | 'cell';
  /** What it is called, in plain text. */
  title: string;
  /** Its paragraphs, in plain text, and where each of them stands. */
  blocks: { text: string; line: number }[];
  place: Place;
}

/**
 * Makes an entry of each section, term, fault, field and cell. A fault or a
 * field leads to the first section that names it, or else to the first step of
 * a lesson that shows it.
 */
export function readEntries(): SearchEntry[] {
  const sections = readSections();
  // Where one of the patterns first matches: in the lesson, if it is there.
  const placeOf = (patterns: RegExp[], lesson: string): Place => {
    const own = sections.filter((each) => each.lesson.name === lesson);
    const steps = sections.filter(({ step }) => step);
    for (const pattern of patterns)
      for (const section of [...own, ...steps, ...sections]) {
        const block = section.blocks.find(({ markdown }) =>
          pattern.test(markdown),
        );
        if (block) return { section, line: block.line };
      }
    const section = own.find(({ step }) => step)!;
    return { section, line: section.line };
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
    ...sections.flatMap(entriesOf),
    ...[...faultKinds, ...presets].map((fault): SearchEntry => {
      const { name, sentence } = fault;
      const parameters = 'parameters' in fault ? fault.parameters : {};
      const place = placeOf(
        [
          literal(`*${name}*`),
          literal(`--fault ${name}`),
          literal(`*${'title' in fault ? fault.title : name}*`),
        ],
        'sse',
      );
      const meanings = Object.values(parameters).map(({ label, meaning }) =>
        meaning.startsWith(`${label}:`) ? meaning : `${label}: ${meaning}`,
      );
      return {
        kind: 'fault',
        title: name,
        blocks: [sentence, ...meanings].map((text) => ({ text, line: 0 })),
        place,
      };
    }),
    ...Map.groupBy(
      fieldMeanings(),
      ({ protocol, name }) => `${name} (${protocols[protocol].name})`,
    )
      .entries()
      .map(([title, meanings]): SearchEntry => {
        const { name, protocol } = meanings[0]!;
        return {
          kind: 'field',
          title,
          blocks: meanings.map(({ meaning, section }) => ({
            text: section ? `${meaning} (${section})` : meaning,
            line: 0,
          })),
          place: placeOf(
            [
              literal(`\`${name}\``),
              new RegExp(`\`${RegExp.escape(name)}:`, 'i'),
              // `GOAWAY` of “frame GOAWAY”, 1001 of “close code 1001”.
              new RegExp(`\\b${RegExp.escape(name.split(' ').at(-1)!)}\\b`),
            ],
            protocols[protocol].lesson,
          ),
        };
      }),
    ...rows.flatMap(({ id, title, claims }) =>
      claims.map(({ column, today, sentence }): SearchEntry => ({
        kind: 'cell',
        title: `${title}: ${columns[column]}`,
        blocks: [{ text: `Today: ${today}. ${sentence}`, line: 0 }],
        place: { row: id, column },
      })),
    ),
  ];
}

/** What is asked from memory is found where it is explained. */
const fromMemory = 'From memory';

/** An entry of the section itself, and one of each question in it. */
function entriesOf(section: TextSection): SearchEntry[] {
  const { exercise, title, blocks, line } = section;
  const asked = Map.groupBy(blocks, ({ question }) =>
    title === fromMemory ? undefined : question,
  );
  const own = asked.get(undefined) ?? [];
  asked.delete(undefined);
  return [
    {
      kind: exercise ? 'exercise' : 'step',
      title: exercise?.title ?? title,
      blocks: own.map(blockOf),
      place: { section, line },
    },
    ...[...asked].map(([question = '', [summary, ...said]]): SearchEntry => ({
      kind: 'question',
      title: readableText(question),
      blocks: said.map(blockOf),
      place: { section, line: summary?.line ?? line, question },
    })),
  ];
}

const blockOf = ({ kind, markdown, line }: TextSection['blocks'][number]) => ({
  text: kind === 'fence' ? markdown : withoutLabel(readableText(markdown)),
  line,
});

const literal = (text: string) => new RegExp(RegExp.escape(text), 'i');

/** As people write them, and the lesson on whose wire they are. */
const protocols: Record<
  FieldMeaning['protocol'],
  { name: string; lesson: string }
> = {
  http: { name: 'HTTP', lesson: 'xhr' },
  'http/2': { name: 'HTTP/2', lesson: 'http2' },
  'event stream': { name: 'event stream', lesson: 'sse' },
  websocket: { name: 'WebSocket', lesson: 'websocket' },
  mqtt: { name: 'MQTT', lesson: 'server-to-server' },
  tls: { name: 'TLS', lesson: 'http2' },
};

/** Without the label of a block, and the box before a prediction. */
const withoutLabel = (text: string) =>
  text.replace(/^((Predict|Do|See|Why)\.|\[ \]) /, '');
