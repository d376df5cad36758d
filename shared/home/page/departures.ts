/** The learner's own departures board, and its copy to show. */
import { own } from '@on-the-wire/viewer/page/elements.ts';
import { FlapText } from '@on-the-wire/lesson/board/flap-text.ts';
import { flapStyle } from '@on-the-wire/lesson/board/departures-board.ts';
import type { StandingMessage } from '../messages.ts';
import { dateInWords } from '../date-in-words.ts';
import { saveFile, standAlonePage } from './stand-alone.ts';

/** The columns, each with its flaps. */
const columns = [
  { name: 'train', title: 'Train', flaps: 18 },
  { name: 'to', title: 'To', flaps: 34 },
  { name: 'duration', title: 'Minutes', flaps: 3 },
  { name: 'status', title: 'Status', flaps: 8 },
] as const;

/** How it looks, here and in the copy. Its colours are those of all boards. */
const boardStyle = `
${flapStyle}
.own-board {
  container-type: inline-size;
}
.own-board table {
  inline-size: 100%;
  border: 1px solid var(--flap-edge);
  border-radius: 0.75rem;
  border-collapse: separate;
  border-spacing: 0;
  padding: 0.75rem 1rem;
  background: var(--board);
  color: var(--flap-ink);
  font-size: clamp(0.75rem, 1.75cqi, 1.05rem);
}
.own-board thead th {
  padding: 0 0.6em 0.3em 0;
  color: var(--flap-soft);
  font: 500 0.75rem/1.3 var(--sans);
  text-align: start;
}
.own-board :is(td, tbody th) {
  padding: 0 0.6em 0.24em 0;
  font-weight: 600;
  text-align: start;
}
.own-board .of-lesson :is(td, th) {
  padding-block-start: 0.5em;
}
.own-board .flaps {
  contain: layout;
  inline-size: max-content;
}
.own-board .boarding .status {
  color: var(--flap-amber);
}
.own-board .departed .status {
  color: var(--flap-green);
}
@media (forced-colors: active) {
  .own-board .flaps > span {
    outline: 1px solid;
  }
}
@container (max-width: 46rem) {
  .own-board table,
  .own-board tbody {
    display: block;
  }
  .own-board table {
    padding-inline: 0.9rem;
    font-size: min(1rem, calc((100cqi - 2.2rem) / 26.5));
  }
  .own-board thead {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .own-board tr {
    display: grid;
    grid-template: 'train status' auto 'to to' auto / 1fr auto;
    padding-block-end: 0.5em;
  }
  .own-board .train {
    grid-area: train;
  }
  .own-board .status {
    grid-area: status;
  }
  .own-board .to {
    grid-area: to;
  }
  .own-board .duration {
    display: none;
  }
  .own-board :is(td, tbody th) {
    padding-inline-end: 0;
  }
}
`;

const board = own('departures');
const rows = new Map<string, { line: HTMLElement; cells: FlapText[] }>();
let latest: StandingMessage | undefined;

/** Draws the board, and listens to its button. */
export function startDepartures(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(boardStyle);
  document.adoptedStyleSheets.push(sheet);
  own('save-departures').addEventListener('click', () => void save());
}

/** Shows how far the learner is; a train whose status has changed turns. */
export function showDepartures(standing: StandingMessage): void {
  latest = standing;
  const { trains } = standing;
  if (trains.some(({ train }) => !rows.has(train))) draw(standing);
  for (const { train, title, minutes, status } of trains) {
    const { line, cells } = rows.get(train)!;
    line.className = [
      train.includes('/') ? '' : 'of-lesson',
      status.replace(' ', '-'),
    ]
      .join(' ')
      .trim();
    const texts = [train, title, String(minutes), status];
    for (const [at, cell] of cells.entries()) cell.set(texts[at]!);
  }
}

function draw({ trains }: StandingMessage): void {
  rows.clear();
  const table = element('table');
  table.role = 'table'; // a folded one would lose it
  const caption = element('caption', 'Lessons and exercises');
  caption.className = 'visually-hidden';
  const heads = columns.map(({ title, name }) => {
    const head = element('th', title);
    head.scope = 'col';
    head.className = name;
    return head;
  });
  const head = element('thead');
  const headLine = element('tr');
  headLine.append(...heads);
  head.append(headLine);
  const body = element('tbody');
  for (const { train, title, minutes, status } of trains) {
    const texts = [train, title, String(minutes), status];
    const cells = columns.map(
      ({ flaps }, at) => new FlapText(flaps, texts[at]),
    );
    const line = element('tr');
    line.role = 'row';
    line.append(
      ...cells.map((cell, at) => {
        const place = element(at === 0 ? 'th' : 'td');
        if (at === 0) (place as HTMLTableCellElement).scope = 'row';
        place.role = at === 0 ? 'rowheader' : 'cell';
        place.className = columns[at]!.name;
        place.append(cell.element);
        return place;
      }),
    );
    body.append(line);
    rows.set(train, { line, cells });
  }
  table.append(caption, head, body);
  board.replaceChildren(table);
}

/** Saves it as a page that stands alone. */
async function save(): Promise<void> {
  if (!latest) return;
  saveFile('on-the-wire-departures.html', 'text/html', await makePage(latest));
}

function makePage({ trains, version }: StandingMessage): Promise<string> {
  const departed = trains.filter(({ status }) => status === 'departed').length;
  // It has been drawn from texts that cannot be markup; flaps that are still
  // turning stand where they will stop.
  const still = document.createElement('div');
  still.className = 'own-board';
  const drawn = board.cloneNode(true) as HTMLElement;
  for (const place of drawn.querySelectorAll('.flap-text')) {
    const words = place.querySelector('.visually-hidden')!.textContent;
    const count = place.querySelectorAll('.flaps > span').length;
    place.replaceChildren(...new FlapText(count, words).element.childNodes);
  }
  still.append(...drawn.childNodes);
  return standAlonePage({
    title: 'Departures',
    style: boardStyle,
    main: `<p>${dateInWords(new Date())}: ${departed} of ${trains.length} trains have departed.</p>
${still.outerHTML}`,
    version,
  });
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text = '',
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
