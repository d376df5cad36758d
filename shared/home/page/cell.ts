/** The dialog of one cell: what it says, its code, and what happens here. */
import { inside, own } from '@on-the-wire/viewer/page/elements.ts';
import type { Http } from '@on-the-wire/compare/claims/columns.ts';
import { dateInWords } from '../date-in-words.ts';
import type { CellMessage, ClaimOutcome, RowMessage } from '../messages.ts';
import {
  ownBrowser,
  ownTitle,
  kindOfOutcome,
  engineWords,
} from './own-browser.ts';

/** What is known of a cell under a version of HTTP. */
export interface KnownOutcome extends ClaimOutcome {
  run: string;
}

/** A cell of the table, and what this browser has shown of it. */
export interface RunCell {
  row: RowMessage;
  cell: CellMessage;
  known: Partial<Record<Http, KnownOutcome>>;
}

/** A cell whose dialog is open. */
export interface OpenCell {
  row: RowMessage;
  cell: CellMessage;
  http: Http;
  /** The column's title. */
  column: string;
  known: KnownOutcome | undefined;
  run: () => Promise<KnownOutcome>;
  /** Whether this browser cannot run it: it refuses the certificate. */
  refused: boolean;
}

const dialog = own<HTMLDialogElement>('cell');
const button = own<HTMLButtonElement>('run');
let opened: OpenCell | undefined;

/** Listens to its buttons. */
export function startCell(): void {
  own('cell-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  button.addEventListener('click', () => void run());
}

/** Shows a cell. */
export function openCell(cell: OpenCell): void {
  opened = cell;
  const { row, column } = cell;
  own('cell-title').textContent = `${row.title}: ${column}`;
  showWords(cell);
  inside(dialog, '.sentence').textContent = cell.cell.sentence;
  inside(dialog, '.file').textContent = `${row.file}:${cell.cell.line}`;
  showOutcome(cell.known);
  button.disabled = cell.refused;
  if (cell.refused)
    own('outcome').textContent =
      'Your browser does not accept the certificate: the list above the table ' +
      'says how it will.';
  dialog.showModal();
  button.focus();
  void showCode(cell);
}

/** What was measured: in which browsers, when, and where they differ. */
function showWords({ row, cell, http }: OpenCell): void {
  const { said, column, measured } = cell;
  const words = engineWords(cell, http);
  const was = said === undefined ? '' : ` In 2016: ${said}.`;
  const now = words.length === 1 ? words[0]!.word : 'that depends';
  inside(dialog, '.today').textContent = `Over HTTP/${http}: ${now}.${was}`;
  const items = words.flatMap(({ word, engines }) =>
    engines.map((engine) => {
      const { title, date, isRecorded } = measured[http][engine];
      const item = document.createElement('li');
      item.append(`${title}: `, strong(word), `, ${dateInWords(date)}.`);
      if (engine === ownBrowser.engine) item.append(' Your engine.');
      if (isRecorded)
        item.append(
          ' ',
          unitsOf(`${row.id} ${column} ${http} ${engine}`, title),
        );
      return item;
    }),
  );
  inside(dialog, '.measured').replaceChildren(...items);
}

function strong(words: string): HTMLElement {
  const element = document.createElement('strong');
  element.textContent = words;
  return element;
}

function unitsOf(name: string, title: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = `/recording?run=${encodeURIComponent(name)}`;
  link.target = '_blank';
  link.rel = 'noopener';
  link.ariaLabel = `Its units in ${title}`;
  link.textContent = 'Its units ↗';
  return link;
}

async function showCode({ row, cell }: OpenCell): Promise<void> {
  const code = inside(dialog, '.code');
  code.textContent = 'Loading the code …';
  const response = await fetch(`/code?row=${encodeURIComponent(row.id)}`);
  const text = await response.text();
  if (opened?.row !== row || opened.cell !== cell) return;
  if (!response.ok) {
    code.textContent = text;
    return;
  }
  code.innerHTML = text;
  code.querySelector(`#L${cell.line}`)?.scrollIntoView({ block: 'start' });
  dialog.scrollTop = 0;
}

async function run(): Promise<void> {
  const asked = opened;
  if (!asked) return;
  button.disabled = true;
  own('outcome').textContent = 'Running …';
  own('units').hidden = true;
  try {
    const known = await asked.run();
    asked.known = known;
    if (opened === asked) showOutcome(known);
  } catch (error) {
    if (opened === asked) own('outcome').textContent = (error as Error).message;
  } finally {
    if (opened === asked) {
      button.disabled = false;
      if (dialog.open) button.focus();
    }
  }
}

function showOutcome(known: KnownOutcome | undefined): void {
  const outcome = own('outcome');
  const units = own<HTMLAnchorElement>('units');
  button.textContent = known ? 'Run it again' : 'Run it here';
  units.hidden = !known;
  outcome.className = '';
  outcome.textContent = '';
  if (!known || !opened) return;
  const kind = kindOfOutcome(opened.cell, opened.http, known);
  const { word, evidence } = known;
  outcome.className = { holds: 'good', differs: 'bad' }[kind as string] ?? '';
  outcome.textContent = {
    holds: `✓ ${word}: ${evidence}.`,
    differs: `✗ This browser does something else: ${word}: ${evidence}.`,
    own: `${ownTitle} was not measured for the course. It does: ${word}: ${evidence}.`,
    unmeasured: `– ${word}: ${evidence}.`,
  }[kind];
  units.href = `/recording?run=${known.run}`;
}
