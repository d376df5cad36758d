/**
 * What a unit says field by field, and its bytes. Pointing at a field, or
 * moving to it by keyboard, lights up its bytes, and the other way round.
 */
import type { Details } from '../source.ts';
import { button, part } from './parts.ts';
import { printable } from '@on-the-wire/wire/text.ts';
import { character } from '../content/comparison.ts';
import type { Field } from '@on-the-wire/wire/fields.ts';
import type { Range } from '@on-the-wire/wire/byte-ranges.ts';

const ROW = 16; // bytes, or half of them where there is little room
const FIRST = 512; // bytes that are drawn at once
const MORE = 4_096; // bytes that are drawn when more are wanted
const COLOURS = 6; // of fields that follow each other
const LONGEST = 1_000; // characters of a value that are drawn at once

/** The bytes of a unit, by index: where each stands, to what it belongs. */
interface Places {
  raw(index: number): number;
  /** The index of the innermost field. */
  field(index: number): number | undefined;
  /** The read in which it came begins here. */
  begins(index: number): boolean;
  /** The index of the first byte of a field; -1 where it has none. */
  firstOf(field: number): number;
}

/**
 * Draws the fields of a unit, and its bytes.
 *
 * @param bytes its own: it has some
 */
export function drawBytesAndFields(
  container: HTMLElement,
  details: Details,
  bytes: Uint8Array,
): void {
  const places = placesOf(details);
  const fields = drawFields(details);
  const hex = drawBytes(bytes, places, details);
  container.append(fields.element, hex.element);

  let lit: number | undefined;
  const light = (field: number | undefined) => {
    if (field === lit) return;
    for (const each of container.querySelectorAll('.lit'))
      each.classList.remove('lit');
    lit = field;
    if (field === undefined) return;
    for (const each of container.querySelectorAll(`[data-field="${field}"]`))
      each.classList.add('lit');
  };
  const fieldAt = (target: EventTarget | null) => {
    const of = (target as Element | null)?.closest<HTMLElement>('[data-field]');
    return of ? Number(of.dataset['field']) : undefined;
  };
  for (const area of [fields.element, hex.element]) {
    area.addEventListener('pointerover', ({ target }) =>
      light(fieldAt(target)),
    );
    area.addEventListener('pointerleave', () => light(undefined));
    area.addEventListener('focusin', ({ target }) => {
      light(fieldAt(target));
      if (area === fields.element) hex.show(lit);
      else fields.show(lit);
    });
    area.addEventListener('click', ({ target }) => {
      const field = fieldAt(target);
      if (field === undefined) return;
      light(field);
      if (area === fields.element) hex.show(field);
      else fields.show(field);
    });
  }
}

/** Numbers in a row, because a unit may have some millions of bytes. */
function placesOf({ ranges, fields, reads }: Details): Places {
  const pieces: { start: number; end: number; index: number }[] = [];
  let length = 0;
  for (const [start, end] of ranges) {
    pieces.push({ start, end, index: length });
    length += end - start;
  }
  const indexOf = (raw: number) => {
    const found = pieces.find(({ start, end }) => start <= raw && raw < end);
    return found && found.index + raw - found.start;
  };
  const owners = new Int32Array(length).fill(-1);
  // Wide fields first, so that what is inside of them wins.
  const byWidth = fields
    .map((field, index) => ({ field, index, width: widthOf(field) }))
    .sort((a, b) => b.width - a.width);
  for (const { field, index } of byWidth)
    for (const [start, end] of field.ranges) {
      const from = indexOf(start);
      if (from !== undefined) owners.fill(index, from, from + end - start);
    }
  const begins = new Set(reads.map(({ offset }) => indexOf(offset)));
  return {
    raw(index) {
      const piece = pieces.findLast((each) => each.index <= index);
      return piece ? piece.start + index - piece.index : 0;
    },
    field(index) {
      const owner = owners[index] ?? -1;
      return owner < 0 ? undefined : owner;
    },
    begins: (index) => begins.has(index),
    firstOf: (field) => owners.indexOf(field),
  };
}

const widthOf = ({ ranges }: Field) =>
  ranges.reduce((sum, [start, end]: Range) => sum + end - start, 0);

// ---- Fields ----

function drawFields({ fields }: Details) {
  const element = document.createElement('div');
  element.className = 'fields';
  element.role = 'list';
  element.ariaLabel = 'Fields';
  const items = fields.map((field, index) => {
    const item = document.createElement('div');
    item.className = 'field';
    item.role = 'listitem';
    item.dataset['field'] = String(index);
    item.dataset['colour'] = String(index % COLOURS);
    item.tabIndex = index === 0 ? 0 : -1;
    item.append(
      part('name', printable(field.label)),
      makeValue(field.value),
      part('meaning', field.meaning),
      part('section', field.section),
    );
    return item;
  });
  element.append(...items);
  moveBetween(element, () => items, { ArrowUp: -1, ArrowDown: 1 });
  return {
    element,
    show(field: number | undefined) {
      if (field !== undefined)
        items[field]?.scrollIntoView({ block: 'nearest' });
    },
  };
}

/** Nothing in it turns the line around, or hides. A long one opens. */
function makeValue(value: string): HTMLElement {
  const element = part('value', printable(value.slice(0, LONGEST)));
  if (value.length <= LONGEST) return element;
  const all = button(
    `Show all ${value.length.toLocaleString('en')} characters`,
  );
  all.addEventListener('click', () => {
    element.textContent = printable(value);
    element.closest<HTMLElement>('.field')?.focus();
  });
  element.append('… ', all);
  return element;
}

// ---- Bytes ----

function drawBytes(bytes: Uint8Array, places: Places, { fields }: Details) {
  const element = document.createElement('div');
  element.className = 'bytes';
  element.role = 'group';
  element.ariaLabel = 'Bytes';
  const grid = document.createElement('div');
  grid.className = 'hex';
  const more = button('');
  element.append(grid, more);

  let cells: HTMLElement[] = [];
  let drawn = 0;
  let perRow = ROW;

  const drawTo = (end: number) => {
    const rows = document.createDocumentFragment();
    for (; drawn < end; drawn += perRow)
      rows.append(row(drawn, Math.min(drawn + perRow, end)));
    drawn = end;
    grid.append(rows);
    const rest = bytes.length - drawn;
    more.hidden = rest === 0;
    more.textContent = `Show ${Math.min(rest, MORE).toLocaleString('en')} of ${rest.toLocaleString('en')} more bytes`;
  };

  const row = (from: number, to: number) => {
    const line = document.createElement('div');
    line.className = 'row';
    const text = part('text', '');
    const digits = part('digits', '');
    for (let i = from; i < to; i++) {
      const field = places.field(i);
      const begins = places.begins(i);
      const byte = bytes[i]!;
      const cell = part('byte', byte.toString(16).padStart(2, '0'));
      cell.tabIndex = i === 0 ? 0 : -1;
      cell.role = 'img';
      const name =
        field === undefined ? '' : `, ${printable(fields[field]!.label)}`;
      cell.ariaLabel = `byte ${places.raw(i)}: 0x${cell.textContent}${name}${begins ? ', a read begins' : ''}`;
      const letter = part('letter', character(byte));
      for (const each of [cell, letter]) {
        if (field !== undefined) {
          each.dataset['field'] = String(field);
          each.dataset['colour'] = String(field % COLOURS);
        }
        if (begins) each.dataset['read'] = '';
      }
      cells.push(cell);
      digits.append(cell);
      text.append(letter);
    }
    text.ariaHidden = 'true';
    line.append(part('offset', String(places.raw(from))), digits, text);
    return line;
  };

  const redraw = () => {
    const wanted =
      element.clientWidth > 0 && element.clientWidth < 600 ? ROW / 2 : ROW;
    if (wanted === perRow && drawn > 0) return;
    perRow = wanted;
    const end = Math.min(bytes.length, Math.max(FIRST, drawn));
    grid.replaceChildren();
    cells = [];
    drawn = 0;
    element.style.setProperty('--per-row', String(perRow));
    drawTo(end);
  };
  redraw();
  new ResizeObserver(redraw).observe(element);
  more.addEventListener('click', () =>
    drawTo(Math.min(bytes.length, drawn + MORE)),
  );
  moveBetween(grid, () => cells, {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: () => -perRow,
    ArrowDown: () => perRow,
  });
  return {
    element,
    show(field: number | undefined) {
      if (field === undefined) return;
      const first = places.firstOf(field);
      if (first < 0) return;
      if (first >= drawn) drawTo(Math.min(bytes.length, first + MORE));
      cells[first]?.scrollIntoView({ block: 'nearest' });
    },
  };
}

// ---- Both ----

/** Lets the arrow keys move the focus; Tab passes the whole with one step. */
function moveBetween(
  container: HTMLElement,
  items: () => HTMLElement[],
  steps: Record<string, number | (() => number)>,
): void {
  container.addEventListener('keydown', (event) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = steps[event.key];
    const edges: Record<string, number> = { Home: 0, End: all.length - 1 };
    const to =
      edges[event.key] ??
      (step === undefined
        ? undefined
        : at + (typeof step === 'number' ? step : step()));
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = all[Math.min(Math.max(to, 0), all.length - 1)]!;
    all[at]!.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}
