/** The table: its cells, the switch above it, and the outcomes of running them. */
import { inside, own, announce } from '@on-the-wire/viewer/page/elements.ts';
import { recall, remember } from '@on-the-wire/viewer/page/memory.ts';
import type { Column, Http } from '@on-the-wire/compare/claims/columns.ts';
import type { CellMessage, RowMessage, TableMessage } from '../messages.ts';
import { hideAddresses, lookAtAddresses } from './accepted.ts';
import {
  openCell,
  startCell,
  type KnownOutcome,
  type RunCell,
} from './cell.ts';
import { isForwarded } from './forwarded.ts';
import {
  ownBrowser,
  ownTitle,
  kindOfOutcome,
  engineWords,
  type OutcomeKind,
} from './own-browser.ts';
import { showColumn, startColumn } from './own-column.ts';
import { runClaim } from './run-claim.ts';

/** What this browser remembers about the cells that it has run. */
interface Remembered {
  /** The server that has the recordings. */
  home: string;
  known: Record<string, KnownOutcome>;
}

interface Cell extends RunCell {
  button: HTMLButtonElement;
}

let http: Http = '1.1';
let table: TableMessage;
const cells: Cell[] = [];
let runningAll = false;
/** Stop was pressed: what runs now is the last. */
let stopping = false;

/** Under this name it is remembered. */
const REMEMBERED = 'table';

let changed: () => void;

/**
 * Draws the table, and listens.
 *
 * @param onChange is called whenever a cell says something else
 */
export async function startTable(onChange: () => void): Promise<void> {
  changed = onChange;
  table = (await (await fetch('/table')).json()) as TableMessage;
  startCell();
  http = chosenHttp();
  draw();
  startColumn(table, cells);
  recallCells();
  showColumn(http);
  own('http').addEventListener('change', () => {
    http = chosenHttp();
    cells.forEach(show);
    sum();
    changed();
    showColumn(http);
    void lookIfNeeded();
  });
  addEventListener('focus', () => void lookIfNeeded());
  own('run-all').addEventListener('click', () => void runAll());
  own('not-here').hidden = !isForwarded;
  own('run-all').hidden = isForwarded;
  own('run').hidden = isForwarded;
  void lookIfNeeded();
}

/** Over HTTP/2 only: whether this browser refuses the certificate. */
let refused = false;

/** Cells that cannot be run here are grey, and the reason stands above them. */
async function lookIfNeeded(): Promise<void> {
  if (isForwarded || http === '1.1') {
    setRefused(false);
    return hideAddresses();
  }
  // Where one has run, all can.
  if (runningAll || cells.some(({ known }) => known[2])) return;
  const accepted = await lookAtAddresses().catch(() => true);
  if (http === '2') setRefused(!accepted);
  else hideAddresses();
}

function setRefused(now: boolean): void {
  refused = now;
  own('table').toggleAttribute('data-refused', now);
  own<HTMLButtonElement>('run-all').disabled = now;
}

/** What is chosen over the table; a reload may keep it. */
const chosenHttp = () =>
  inside<HTMLInputElement>(own('http'), ':checked').value as Http;

/**
 * What a cell says now: what this browser showed, or else what its engine does;
 * of one that was not measured, what Chromium does.
 *
 * @param row its id
 */
export function wordOfCell(row: string, column: Column): string {
  const { cell, known } = cells.find(
    (each) => each.row.id === row && each.cell.column === column,
  )!;
  const found = known[http];
  return found && !found.unmeasured
    ? found.word
    : cell.words[http][ownBrowser.engine ?? 'chromium'];
}

/** A row, by its id. */
export const rowOf = (id: string): RowMessage =>
  table.rows.find((row) => row.id === id)!;

/** What stands above a column. */
export const columnTitle = (column: Column): string => table.columns[column];

/**
 * Opens the dialog of a cell.
 *
 * @param row its id
 */
export function openAt(row: string, column: Column): void {
  open(
    cells.find((each) => each.row.id === row && each.cell.column === column)!,
  );
}

/**
 * Narrows the table.
 *
 * @param fits the columns that are left; nothing: all, and none is chosen
 * @param decided the ids of the rows that are marked
 */
export function markTable(
  fits: readonly Column[] | undefined,
  decided: ReadonlySet<string>,
): void {
  for (const { row, cell, button } of cells) {
    const isOut = fits !== undefined && !fits.includes(cell.column);
    button.closest('td')!.classList.toggle('out', isOut);
    button.closest('tr')!.classList.toggle('decides', decided.has(row.id));
  }
  for (const head of own('table').querySelectorAll<HTMLElement>('thead th')) {
    const isOut = !(fits?.includes(head.dataset['column'] as Column) ?? true);
    head.classList.toggle('out', isOut);
    inside(head, 'span').textContent = isOut ? 'ruled out' : '';
  }
}

function draw(): void {
  const head = document.createElement('thead');
  head.append(
    line(
      (Object.keys(table.columns) as Column[]).map(columnHead),
      document.createElement('td'),
    ),
  );
  const bodies = [
    group('The table of 2016', ({ cells: all }) => 'said' in all[0]!),
    group('What a decision needs', ({ cells: all }) => !('said' in all[0]!)),
  ];
  own('table').replaceChildren(head, ...bodies);
}

function group(title: string, has: (row: RowMessage) => boolean) {
  const body = document.createElement('tbody');
  const name = header(title, 'rowgroup');
  name.colSpan = 1 + Object.keys(table.columns).length;
  body.append(line([name]));
  for (const row of table.rows.filter(has)) {
    const drawn = row.cells.map((cell) => drawCell(row, cell));
    body.append(line(drawn, header(row.title, 'row')));
  }
  return body;
}

function drawCell(row: RowMessage, cell: CellMessage): HTMLTableCellElement {
  const button = document.createElement('button');
  button.type = 'button';
  const drawn: Cell = { row, cell, button, known: {} };
  cells.push(drawn);
  button.addEventListener('click', () => open(drawn));
  show(drawn);
  const place = document.createElement('td');
  place.append(button);
  return place;
}

/** Each cell's name in what is remembered. */
const nameOf = ({ row, cell }: Cell, over: Http) =>
  `${row.id} ${cell.column} ${over}`;

function rememberCells(): void {
  const { home } = table;
  const known: Remembered['known'] = {};
  for (const drawn of cells)
    for (const [over, found] of Object.entries(drawn.known))
      known[nameOf(drawn, over as Http)] = found;
  remember(REMEMBERED, { home, known } satisfies Remembered);
}

/** Shows the outcomes of runs before this page was loaded, on the same server. */
function recallCells(): void {
  const remembered = recall<Remembered>(REMEMBERED);
  if (remembered?.home !== table.home) return;
  for (const drawn of cells) {
    for (const over of ['1.1', '2'] as const) {
      const found = remembered.known[nameOf(drawn, over)];
      if (found) drawn.known[over] = found;
    }
    show(drawn);
  }
  sum();
  changed();
}

function open(drawn: Cell): void {
  const { row, cell, known } = drawn;
  openCell({
    row,
    cell,
    http,
    column: table.columns[cell.column],
    known: known[http],
    run: () => run(drawn, http),
    refused,
  });
}

/** Runs one, and shows the outcome. */
async function run(drawn: Cell, over: Http): Promise<KnownOutcome> {
  const { row, cell, known } = drawn;
  const { column } = cell;
  known[over] = await runClaim({ row: row.id, column, http: over });
  rememberCells();
  show(drawn);
  sum();
  changed();
  showColumn(http);
  return known[over];
}

async function runAll(): Promise<void> {
  const button = own('run-all');
  stopping = runningAll;
  if (runningAll) return;
  runningAll = true;
  button.textContent = 'Stop';
  const over = http;
  for (const [index, drawn] of cells.entries()) {
    if (stopping || http !== over) break;
    own('sum').textContent = `${index + 1} of ${cells.length} …`;
    drawn.button.dataset['state'] = 'running';
    try {
      await run(drawn, over);
    } catch (error) {
      own('sum').textContent = (error as Error).message;
      show(drawn);
      runningAll = false;
      button.textContent = 'Run all';
      return;
    }
  }
  runningAll = false;
  button.textContent = 'Run all';
  sum();
}

/** The words of a cell: what 2016 said, what holds, whether it does here. */
function show({ cell, button, known }: Cell): void {
  const { said } = cell;
  const found = known[http];
  const words = engineWords(cell, http);
  const parts: (Node | string)[] = [];
  if (said !== undefined && (words.length > 1 || said !== words[0]!.word)) {
    const before = document.createElement('s');
    before.textContent = said;
    parts.push(before, ' ');
  }
  if (words.length === 1) parts.push(words[0]!.word);
  else
    for (const { word, names, isOwn } of words) {
      const by = document.createElement('span');
      by.className = isOwn ? 'by own' : 'by';
      by.textContent = `${word} (${names})`;
      parts.push(by, ' ');
    }
  const kind = found && kindOfOutcome(cell, http, found);
  if (found && kind) {
    const mark = document.createElement('span');
    mark.className = `mark ${classOf[kind]}`;
    mark.textContent = {
      holds: '✓ shown',
      differs: `✗ here: ${found.word}`,
      own: `${ownTitle}: ${found.word}`,
      unmeasured: `– ${found.word}`,
    }[kind];
    parts.push(' ', mark);
  }
  button.dataset['state'] = kind ?? 'open';
  button.replaceChildren(...parts);
}

/** How each kind looks. */
const classOf: Record<OutcomeKind, string> = {
  holds: 'good',
  differs: 'bad',
  own: '',
  unmeasured: 'soft',
};

function sum(): void {
  const kinds = cells.flatMap(({ cell, known }) => {
    const found = known[http];
    return found ? kindOfOutcome(cell, http, found) : [];
  });
  if (kinds.length === 0 || runningAll) return;
  const count = (wanted: OutcomeKind) =>
    kinds.filter((kind) => kind === wanted).length;
  const wrong = count('differs');
  const unmeasured = count('unmeasured');
  const words = [
    `${kinds.length} of ${cells.length} run`,
    wrong > 0 && `${wrong} ${wrong === 1 ? 'does' : 'do'} not hold`,
    unmeasured > 0 && `${unmeasured} cannot be measured here`,
    wrong === 0 && count('holds') > 0 && unmeasured === 0
      ? 'all hold in this browser'
      : count('holds') > 0 && `${count('holds')} hold`,
  ].filter(Boolean);
  const [first, ...rest] = words as string[];
  const all = rest.length > 0 ? `${first}: ${rest.join(', ')}` : first!;
  own('sum').textContent = all;
  announce(all);
}

function columnHead(column: Column): HTMLTableCellElement {
  const head = header(columnTitle(column), 'col');
  const out = document.createElement('span');
  head.dataset['column'] = column;
  head.append(out);
  return head;
}

function header(text: string, scope: string): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}

function line(rest: Node[], first?: Node): HTMLTableRowElement {
  const row = document.createElement('tr');
  row.append(...(first ? [first] : []), ...rest);
  return row;
}
