/** The table of claims as text. */
import { engines } from '@on-the-wire/browser/engines.ts';
import { versionInWords } from '@on-the-wire/browser/version.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import { engineNames } from '@on-the-wire/viewer/page/engine.ts';
import { wordOf } from './claim.ts';
import { columns, type Column, type Http } from './columns.ts';
import { differs, measuredCell, measuredIn } from './measured.ts';
import type { Settled } from './settle.ts';

/** One outcome, in a line or two. */
export function describeSettled(settled: Settled): string {
  const { version, claim, http, word, evidence, file } = settled;
  const where = `${titleOf(settled)}, ${versionInWords(version)}`;
  const expected = wordOf(claim, http, version.engine);
  const verdict =
    settled.holds || settled.unmeasured
      ? word
      : `${word}, where ${expected} was expected: THIS BROWSER DOES SOMETHING ELSE`;
  const open = file ? `\n  ${file}` : '';
  return `${where}: ${verdict}\n  ${evidence}${open}`;
}

const titleOf = ({
  row,
  claim,
  http,
}: Pick<Settled, 'row' | 'claim' | 'http'>) =>
  `${row.title}, ${columns[claim.column]}, HTTP/${http}`;

/**
 * The whole table: what 2016 said, what these browsers showed, and where another
 * engine showed something else.
 *
 * @param room columns of the terminal; if the table is wider, its cells have
 *   several lines
 */
export function describeTable(
  all: readonly Settled[],
  room = Infinity,
): string {
  const versions = [...new Set(all.map(({ http }) => http))];
  const tables = versions.map((http) => tableOf(all, http, room));
  return [
    tables.join('\n\n'),
    '← what the table of 2016 said, if it was another word',
    differencesIn(all),
    [...new Set(all.map(({ version }) => versionInWords(version)))]
      .map((name) =>
        sumOf(
          name,
          all.filter(({ version }) => versionInWords(version) === name),
        ),
      )
      .join('\n'),
    `On the Wire ${courseVersion()}\n`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** How many hold in a browser, and those that do not. */
function sumOf(name: string, all: readonly Settled[]): string {
  const unmeasured = all.filter((each) => each.unmeasured);
  const wrong = all.filter((each) => !each.holds && !each.unmeasured);
  const parts = [
    `${name}: ${all.length} ${all.length === 1 ? 'claim' : 'claims'}`,
    unmeasured.length > 0 ? `${unmeasured.length} cannot be measured here` : '',
    wrong.length > 0
      ? `${wrong.length} of them ${wrong.length === 1 ? 'does' : 'do'} not hold`
      : unmeasured.length < all.length
        ? `${unmeasured.length > 0 ? 'the others' : 'all'} hold`
        : '',
  ];
  return [
    `${parts.filter((part) => part !== '').join(', ')}.`,
    ...[...wrong, ...unmeasured].map(describeSettled),
  ].join('\n');
}

/** What each engine showed in the cells in which they differ. */
function differencesIn(all: readonly Settled[]): string {
  const cells = [
    ...new Map(all.map((each) => [titleOf(each), each])).entries(),
  ];
  const parts = cells.flatMap(([title, { row, claim, http }]) => {
    if (!differs(claim, http)) return [];
    const lines = engines.flatMap((engine) => {
      const now = all.find(
        (each) => each.version.engine === engine && titleOf(each) === title,
      );
      const cell = measuredCell(engine, row.id, claim.column, http);
      const shown = now ?? cell;
      if (!shown) return [];
      const { date, ...version } = measuredIn(engine, cell);
      const name = versionInWords(now?.version ?? version);
      const when = now ? 'now' : date;
      const kept = !now && cell?.recording && pathOf(cell.recording);
      const file = now?.file ?? kept;
      return [
        `  ${name}, ${when}: ${shown.word}`,
        `    ${shown.evidence}`,
        ...(file ? [`    ${pnpm} wire ${file}`] : []),
      ];
    });
    return [title, ...lines];
  });
  return parts.length === 0
    ? ''
    : ['Where the engines differ:', ...parts].join('\n');
}

/** From the repository's root. */
const pathOf = (recording: string) => `shared/compare/claims/${recording}`;

function tableOf(all: readonly Settled[], http: Http, room: number): string {
  const names = Object.keys(columns) as Column[];
  const ids = [...new Set(all.map(({ row }) => row.id))];
  const body = ids.map((id) => {
    const cells = all.filter(
      (each) => each.row.id === id && each.http === http,
    );
    return [
      cells[0]?.row.title ?? id,
      ...names.map((column) => {
        const own = cells.filter(({ claim }) => claim.column === column);
        return own[0] ? cellOf(own[0], own) : '';
      }),
    ];
  });
  const head = [`Over HTTP/${http}`, ...names.map((name) => columns[name])];
  const table = [head, ...body];
  const widths = head.map((_title, index) =>
    Math.max(...table.map((cells) => cells[index]!.length)),
  );
  const taken = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const lines =
    taken - GAP.length <= room
      ? table.map((cells) => lineOf(cells, widths))
      : table.flatMap((cells) => [...linesOf(cells), '']);
  return lines.join('\n').trimEnd();
}

/** A word; and one for each engine in which it is another. */
function cellOf(first: Settled, own: readonly Settled[]): string {
  const { row, claim, http, version } = first;
  // Of what cannot be measured here, the word is that of the table.
  const bare = ({ word, unmeasured, version: { engine } }: Settled) =>
    unmeasured ? wordOf(claim, http, engine) : word;
  const marked = (each: Settled) =>
    bare(each) +
    (each.unmeasured ? ` (${each.word})` : each.holds ? '' : ' (!)');
  const said =
    claim.said !== undefined && claim.said !== first.word
      ? ` ← ${claim.said}`
      : '';
  const others = engines
    .filter((engine) => engine !== version.engine)
    .flatMap((engine) => {
      const now = own.find((each) => each.version.engine === engine);
      const cell = measuredCell(engine, row.id, claim.column, http);
      const word = now ? marked(now) : cell?.word;
      return word === undefined || word === (now ? marked : bare)(first)
        ? []
        : [`; ${engineNames[engine]}: ${word}`];
    });
  return `${marked(first)}${said}${others.join('')}`;
}

const GAP = '  ';
/** As wide as the longest word of a cell, XMLHttpRequest: 80 in all. */
const NARROW = [16, 14, 14, 14, 14];

const lineOf = (cells: readonly string[], widths: readonly number[]) =>
  cells
    .map((cell, index) => cell.padEnd(widths[index]!))
    .join(GAP)
    .trimEnd();

/** A row whose cells are broken into lines. */
function linesOf(cells: readonly string[]): string[] {
  const broken = cells.map((cell, index) => wrap(cell, NARROW[index]!));
  const height = Math.max(...broken.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) =>
    lineOf(
      broken.map((lines) => lines[at] ?? ''),
      NARROW,
    ),
  );
}
