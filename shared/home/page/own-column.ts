/** What the reader's own browser has shown, beside what was measured. */
import { inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { isSafari } from '@on-the-wire/viewer/page/engine.ts';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import type { Http } from '@on-the-wire/compare/claims/columns.ts';
import { dateInWords } from '../date-in-words.ts';
import type { TableMessage } from '../messages.ts';
import type { RunCell } from './cell.ts';
import { ownBrowser, ownTitle } from './own-browser.ts';
import { saveFile, standAlonePage } from './stand-alone.ts';

const AS_SAID = 'as the browser says';
const NAME = 'on-the-wire-claims';
const section = own('own');
let table: TableMessage;
let cells: readonly RunCell[];

/** Shows it where the reader's engine was not measured; listens to its buttons. */
export function startColumn(of: TableMessage, all: readonly RunCell[]): void {
  table = of;
  cells = all;
  own('alone').hidden = !isSafari(navigator.userAgent);
  own('save-json').addEventListener('click', saveJson);
  own('save-html').addEventListener('click', () => void saveHtml());
}

/** Shows what is known now, over a version of HTTP. */
export function showColumn(http: Http): void {
  const isMeasured = ownBrowser.engine !== undefined;
  const run = cells.filter(({ known }) => known[http]).length;
  section.hidden = isMeasured && run === 0;
  for (const name of ['save-json', 'save-html'])
    own<HTMLButtonElement>(name).disabled = run === 0;
  inside(section, '.says').textContent = isMeasured
    ? `What ${ownTitle} has shown here, beside what was measured.`
    : `${ownTitle} was not measured for the course. “Run all” above the ` +
      'table fills this column over the chosen version of HTTP.';
  inside(section, 'table').replaceChildren(...drawn(http, !isMeasured));
}

/** The rows of the column: all of them, or those that were run. */
function drawn(http: Http, all: boolean): HTMLElement[] {
  const measured = Object.entries(table.measured) as [
    Engine,
    { title: string },
  ][];
  const caption = element('caption', `Over HTTP/${http}`);
  const head = element('thead');
  head.append(
    line([
      element('td'),
      ...measured.map(([, { title }]) => header(title, 'col')),
      header(`${ownTitle} (${AS_SAID})`, 'col'),
    ]),
  );
  const body = element('tbody');
  for (const { row, cell, known } of cells) {
    const found = known[http];
    if (!found && !all) continue;
    const here = element('td', found?.word ?? 'not run yet');
    if (found) here.append(element('small', found.evidence));
    body.append(
      line([
        header(`${row.title}: ${table.columns[cell.column]}`, 'row'),
        ...measured.map(([engine]) => element('td', cell.words[http][engine])),
        here,
      ]),
    );
  }
  return [caption, head, body];
}

function saveJson(): void {
  const outcomes = cells.flatMap(({ row, cell, known }) =>
    Object.entries(known).map(([http, { word, evidence }]) => [
      `${row.id} ${cell.column} ${http}`,
      { word, evidence },
    ]),
  );
  const { product, version } = ownBrowser;
  const saved = {
    product,
    version,
    builder: AS_SAID,
    userAgent: navigator.userAgent,
    date: new Date().toISOString().slice(0, 10),
    cells: Object.fromEntries(outcomes) as object,
  };
  saveFile(`${NAME}.json`, 'application/json', JSON.stringify(saved, null, 2));
}

async function saveHtml(): Promise<void> {
  const tables = (['1.1', '2'] as const)
    .filter((http) => cells.some(({ known }) => known[http]))
    .map((http) => {
      const made = element('table');
      made.append(...drawn(http, false));
      return made.outerHTML;
    });
  const says = element(
    'p',
    `${ownTitle}, ${AS_SAID}: ${navigator.userAgent}. ${dateInWords(new Date())}.`,
  );
  const page = await standAlonePage({
    title: 'What this browser does',
    style,
    main: `${says.outerHTML}\n${tables.join('\n')}`,
    version: table.version,
  });
  saveFile(`${NAME}.html`, 'text/html', page);
}

/** Of the saved page. */
const style = `
table {
  margin-block: 1.5rem;
  border-collapse: collapse;
}
caption {
  padding-block: 0.5rem;
  font-weight: 600;
  text-align: start;
}
:is(th, td) {
  padding: 0.4rem 0.6rem;
  border-block-end: 1px solid var(--line);
  text-align: start;
  vertical-align: top;
}
small {
  display: block;
  color: var(--soft);
  overflow-wrap: anywhere;
}
body {
  background: var(--paper);
  color: var(--ink);
}
`;

function line(cells_: HTMLElement[]): HTMLElement {
  const row = element('tr');
  row.append(...cells_);
  return row;
}

function header(text: string, scope: string): HTMLElement {
  const cell = element('th', text);
  (cell as HTMLTableCellElement).scope = scope;
  return cell;
}

function element(tag: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
