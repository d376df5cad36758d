/** The dialog of one cell: what it says, its code, and what happens here. */
import { inside, own } from '@on-the-wire/viewer/page/elements.ts';
import type { Http } from '@on-the-wire/compare/claims/columns.ts';
import type { CellMessage, ClaimOutcome, RowMessage } from '../messages.ts';

/** What is known of a cell under a version of HTTP. */
export interface KnownOutcome extends ClaimOutcome {
  run: string;
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
  const { row, column, http } = cell;
  own('cell-title').textContent = `${row.title}: ${column}`;
  const { said, today, sentence } = cell.cell;
  const was = said === undefined ? '' : ` In 2016: ${said}.`;
  inside(dialog, '.today').textContent =
    `Over HTTP/${http}, in Chromium: ${today[http]}.${was}`;
  inside(dialog, '.sentence').textContent = sentence;
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
    button.disabled = false;
    if (dialog.open) button.focus();
  }
}

function showOutcome(known: KnownOutcome | undefined): void {
  const outcome = own('outcome');
  const units = own<HTMLAnchorElement>('units');
  outcome.className = !known ? '' : known.holds ? 'good' : 'bad';
  button.textContent = known ? 'Run it again' : 'Run it here';
  units.hidden = !known;
  outcome.textContent = known
    ? `${known.holds ? '✓' : '✗ This browser does something else:'} ${known.word}: ${known.evidence}.`
    : '';
  if (known) units.href = `/recording?run=${known.run}`;
}
