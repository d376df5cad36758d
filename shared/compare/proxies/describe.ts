/** The table of proxies as text. */
import { findProxy, howToInstall, titleOf } from '@on-the-wire/proxies/find.ts';
import { programs } from '@on-the-wire/proxies/programs.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import type { Http } from '../claims/columns.ts';
import { LONGEST, type ProxyColumn } from './column.ts';
import {
  measuredProxies,
  measuredProxyCell,
  type MeasuredProxy,
} from './measured.ts';
import { isAsked, type ProxyChoice, type SettledProxy } from './settle.ts';
import { subjectTitle, type Subject } from './subjects.ts';

/** How long it takes, before it begins. */
export function describeDuration({
  columns,
  subjects,
  leftOut = [],
}: ProxyChoice): string {
  const waiting = columns.filter(({ waits }) => waits);
  const some = subjects.length > 1 ? 25 : 15;
  return waiting.length > 0
    ? `This takes some ${LONGEST / 1000 + 10} s: ${waiting.length === 1 ? 'one question waits' : `${waiting.length} questions wait`} for a timeout, all side by side, and at most ${LONGEST / 1000} s.`
    : `This takes some ${some} s.` +
        (leftOut.length > 0
          ? ` It leaves out what waits for a timeout: ${leftOut.map(({ title }) => title).join('; ')}.`
          : '');
}

/** One outcome, in two lines. */
export function describeSettledProxy(settled: SettledProxy): string {
  const { subject, column, http, word, evidence } = settled;
  return `${nameOf(subject, settled)}, HTTP/${http}, ${column.title}: ${word}\n  ${evidence}`;
}

/** "nginx 1.22.1 (Debian), today’s defaults written out" */
function nameOf(
  subject: Subject,
  { installed }: Pick<SettledProxy, 'installed'>,
): string {
  return [titleOf(installed), ...(subject.with ? [subject.with] : [])].join(
    ', ',
  );
}

/** Which version our run was of: "nginx 1.22.1 (Debian)". */
export function ourTitle(
  { program }: Subject,
  { version, builder }: MeasuredProxy,
): string {
  return `${programs[program].title} ${version}${builder && ` (${builder})`}`;
}

/**
 * The whole table: what was measured here, and our run beside it where that was
 * something else, or where the program is not installed.
 *
 * @param room columns of the terminal
 */
export function describeProxies(
  choice: ProxyChoice,
  all: readonly SettledProxy[],
  room = Infinity,
): string {
  const { subjects } = choice;
  const missing = subjects.filter(({ program }) => !findProxy(program));
  const names = [...new Set(missing.map(({ program }) => program))];
  const parts = [
    ...choice.http.map((http) => tableOf(choice, all, http, room)),
    '(our run: …) what was measured for the course, where it was something else',
    ...names.map(
      (name) =>
        `${howToInstall(name)} What the table says of it is our run of ${ourDate(name)}.`,
    ),
    subjects
      .map((subject) => {
        const own = all.find((each) => each.subject === subject);
        const ours = measuredProxies[subject.id];
        return [
          own ? nameOf(subject, own) : subjectTitle(subject),
          ...(ours
            ? [`our run: ${ourTitle(subject, ours)}, ${ours.date}`]
            : []),
        ].join('; ');
      })
      .join('\n'),
    `On the Wire ${courseVersion()}\n`,
  ];
  return parts.join('\n\n');
}

const ourDate = (name: string) => measuredProxies[name]?.date ?? 'no day';

function tableOf(
  choice: ProxyChoice,
  all: readonly SettledProxy[],
  http: Http,
  room: number,
): string {
  const subjects = choice.subjects.filter(
    ({ program }) => http === '1.1' || programs[program].endsTls,
  );
  const columns = choice.columns.filter((each) => (each.http ?? http) === http);
  if (subjects.length === 0 || columns.length === 0)
    return `Over HTTP/${http} there is nothing to ask.`;
  const cell = (subject: Subject, column: ProxyColumn) =>
    wordsOf(all, subject, column, http);
  const width = Math.floor((room - TITLE) / subjects.length) - GAP.length;
  if (width < LEAST)
    return [
      `Over HTTP/${http}`,
      ...columns.map((column) =>
        [
          column.title,
          ...subjects.map(
            (subject) => `  ${headOf(subject)}: ${cell(subject, column)}`,
          ),
        ].join('\n'),
      ),
    ].join('\n\n');
  const table = [
    [`Over HTTP/${http}`, ...subjects.map(headOf)],
    ...columns.map((column) => [
      column.title,
      ...subjects.map((subject) => cell(subject, column)),
    ]),
  ];
  const widths = table[0]!.map((_title, at) =>
    Math.min(
      at === 0 ? TITLE : width,
      Math.max(...table.map((cells) => cells[at]!.length)),
    ),
  );
  return table
    .map((cells) => `${linesOf(cells, widths)}\n`)
    .join('\n')
    .trimEnd();
}

const headOf = (subject: Subject) =>
  `${subjectTitle(subject)}${findProxy(subject.program) ? '' : ' (our run)'}`;

/** The words of a cell. */
function wordsOf(
  all: readonly SettledProxy[],
  subject: Subject,
  column: ProxyColumn,
  http: Http,
): string {
  if (!isAsked(subject, column, http)) return '–';
  const own = all.find(
    (each) =>
      each.subject === subject && each.column === column && each.http === http,
  );
  const ours = measuredProxyCell(subject.id, column.id, http)?.word;
  if (!own) return ours ?? '–';
  return ours === undefined || ours === own.word
    ? own.word
    : `${own.word} (our run: ${ours})`;
}

const GAP = '  ';
const TITLE = 24;
const LEAST = 12;

/** A space at which no line is broken. */
const HARD = '\u00a0';

/** A number stays with its unit. */
const withUnits = (words: string): string =>
  words.replaceAll(/(?<=\d) (?=s\b|kB\b)/g, HARD);

/** A row whose cells are broken into lines. */
function linesOf(cells: readonly string[], widths: readonly number[]): string {
  const broken = cells.map((cell, at) =>
    wrap(withUnits(cell), widths[at]!).map((part) =>
      part.replaceAll(HARD, ' '),
    ),
  );
  const height = Math.max(...broken.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    broken
      .map((lines, at) => (lines[line] ?? '').padEnd(widths[at]!))
      .join(GAP)
      .trimEnd(),
  ).join('\n');
}
