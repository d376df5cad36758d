/**
 * Two units side by side; where it is narrow, a row of the one above that of
 * the other. What differs is marked by a sign and a line, not by colour alone.
 */
import {
  compareUnits,
  type ComparedSection,
  type Side,
} from '../content/comparison.ts';
import type { Details } from '../source.ts';
import { button, paragraph, part } from './parts.ts';

/** Rows that are the same around what differs. */
const AROUND = 3;
/** Rows and folds that are drawn at once. */
const FIRST = 400;

/** What is drawn in one place: a row, or rows that are the same, folded. */
interface Item {
  from: number;
  to: number;
  isFold: boolean;
  /** The first row of a difference. */
  begins: boolean;
}

/**
 * Draws the comparison into an element, behind what is there.
 *
 * @returns the elements of a bar: how many differences, and the way between them
 */
export function drawComparison(
  container: HTMLElement,
  a: Details,
  b: Details,
): HTMLElement[] {
  const sections = compareUnits(a, b).map((section) =>
    makeSection(section, a.line.n, b.line.n),
  );
  container.append(...sections.map(({ element }) => element));
  const all = sections.flatMap(({ differences, open }) =>
    Array.from({ length: differences }, (_, index) => () => open(index)),
  );
  const count = paragraph('');
  count.role = 'status';
  const inWords = () =>
    all.length === 1 ? '1 difference' : `${all.length} differences`;
  count.textContent = all.length === 0 ? 'No difference' : inWords();
  let at = -1;
  const goBy = (step: number) => () => {
    at =
      at < 0 && step < 0
        ? all.length - 1
        : (at + step + all.length) % all.length;
    count.textContent = `${at + 1} of ${inWords()}`;
    all[at]!();
  };
  const [previous, next] = [
    button('Previous difference'),
    button('Next difference'),
  ];
  previous.addEventListener('click', goBy(-1));
  next.addEventListener('click', goBy(1));
  previous.disabled = next.disabled = all.length === 0;
  return [previous, next, count];
}

function makeSection(section: ComparedSection, a: number, b: number) {
  const items = itemsOf(section);
  const beginnings = items.flatMap(({ begins }, at) => (begins ? [at] : []));
  const element = document.createElement('section');
  element.className = 'compared';
  const title = document.createElement('h3');
  title.textContent = section.name;
  const table = document.createElement('div');
  table.role = 'table';
  table.ariaLabel = section.name;
  table.className = section.name === 'Bytes' ? 'rows bytes-rows' : 'rows';
  const titles = document.createElement('div');
  titles.role = 'row';
  titles.className = 'row titles';
  for (const n of [a, b]) {
    const head = part('side', `Unit ${n}`);
    head.role = 'columnheader';
    titles.append(head);
  }
  table.append(titles);
  element.append(title, table);
  if (section.rows === 0) table.replaceWith(paragraph('There is nothing.'));
  if (section.cutAt !== undefined)
    element.append(
      paragraph(
        `Only the first ${section.cutAt.toLocaleString('en')} bytes are compared.`,
      ),
    );

  const drawn: HTMLElement[] = [];
  const more = button('');
  element.append(more);
  const drawTo = (end: number) => {
    for (const item of items.slice(drawn.length, end)) {
      const row = item.isFold
        ? makeFold(section, item)
        : makeRow(section, item.from);
      drawn.push(row);
      table.append(row);
    }
    more.hidden = drawn.length >= items.length;
    more.textContent = 'Show more';
  };
  more.addEventListener('click', () => drawTo(drawn.length + FIRST));
  drawTo(FIRST);
  return {
    element,
    differences: beginnings.length,
    open(index: number) {
      const at = beginnings[index]!;
      if (at >= drawn.length) drawTo(at + FIRST);
      for (const each of element.parentElement!.querySelectorAll('.at'))
        each.classList.remove('at');
      drawn[at]!.classList.add('at');
      drawn[at]!.scrollIntoView({ block: 'center' });
    },
  };
}

function itemsOf({ rows, isSame }: ComparedSection): Item[] {
  const items: Item[] = [];
  const add = (from: number, to: number, begins: boolean) => {
    for (let row = from; row < to; row++)
      items.push({
        from: row,
        to: row + 1,
        isFold: false,
        begins: begins && row === from,
      });
  };
  for (let from = 0, to; from < rows; from = to) {
    const same = isSame(from);
    for (to = from + 1; to < rows && isSame(to) === same; to++);
    if (!same) {
      add(from, to, true);
      continue;
    }
    const start = from === 0 ? 0 : from + AROUND;
    const end = to === rows ? rows : to - AROUND;
    if (end - start < 2) {
      add(from, to, false);
      continue;
    }
    add(from, start, false);
    items.push({ from: start, to: end, isFold: true, begins: false });
    add(end, to, false);
  }
  return items;
}

function makeFold(section: ComparedSection, { from, to }: Item): HTMLElement {
  const row = document.createElement('div');
  row.role = 'row';
  row.className = 'row fold';
  const cell = part('', '');
  cell.role = 'cell';
  const open = button(`${(to - from).toLocaleString('en')} rows are the same`);
  // What is opened is drawn in steps, too.
  open.addEventListener('click', () => {
    const end = Math.min(to, from + FIRST);
    const rows = [];
    for (let at = from; at < end; at++) rows.push(makeRow(section, at));
    const rest = { from: end, to, isFold: true, begins: false };
    row.replaceWith(...rows, ...(end < to ? [makeFold(section, rest)] : []));
  });
  cell.append(open);
  row.append(cell);
  return row;
}

function makeRow(section: ComparedSection, at: number): HTMLElement {
  const { a, b } = section.row(at);
  const isSame = section.isSame(at);
  const row = document.createElement('div');
  row.role = 'row';
  row.className = 'row';
  if (!isSame) row.dataset['differs'] = '';
  row.append(
    makeSide(a, isSame ? '' : '−', 'del'),
    makeSide(b, isSame ? '' : '+', 'ins'),
  );
  return row;
}

function makeSide(
  side: Side | undefined,
  sign: string,
  mark: 'del' | 'ins',
): HTMLElement {
  const cell = part('side', '');
  cell.role = 'cell';
  if (!side) {
    cell.dataset['nothing'] = '';
    return cell;
  }
  const place = part('place', String(side.place));
  place.ariaHidden = 'true';
  const text = part('pieces', '');
  for (const piece of side.pieces) {
    if (!piece.differs) {
      text.append(piece.text);
      continue;
    }
    const marked = document.createElement(mark);
    marked.textContent = piece.text;
    text.append(marked);
  }
  cell.append(place, part('sign', sign), text);
  return cell;
}
