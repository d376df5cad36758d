/**
 * A chosen unit: what it says field by field, and its bytes. Pointing at a
 * field, or moving to it by keyboard, lights up its bytes, and the other way
 * round.
 */
import type { Details } from '../source.ts';
import { button, paragraph, part } from './parts.ts';
import { printable } from '@on-the-wire/wire/text.ts';
import type { Field } from '@on-the-wire/wire/fields.ts';
import type { Range } from '@on-the-wire/wire/byte-ranges.ts';

const ROW = 16; // bytes, or half of them where there is little room
const FIRST = 512; // bytes that are drawn at once
const MORE = 4_096; // bytes that are drawn when more are wanted
const COLOURS = 6; // of fields that follow each other
const LONGEST = 1_000; // characters of a value

/** A byte of a unit, where it stands and to what it belongs. */
interface Place {
  raw: number;
  /** The index of the innermost field. */
  field: number | undefined;
  /** The read in which it came begins here. */
  begins: boolean;
}

/** Draws a unit; what was drawn before is forgotten. */
export function drawUnit(container: HTMLElement, details: Details): void {
  const { bytes } = details;
  const top = makeHeader(details);
  container.replaceChildren(top);
  if (!bytes) {
    top.append(
      paragraph(
        'Its bytes are no longer kept: the recording holds 64 MiB, and the oldest leave first. While one connection has more than half of that, its own leave before all others.',
      ),
    );
    return;
  }
  const places = placesOf(details);
  const fields = drawFields(details);
  const hex = drawBytes(bytes, places, details);
  top.append(readsSentence(details));
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

function makeHeader({ line }: Details): HTMLElement {
  const element = document.createElement('header');
  const title = document.createElement('h2');
  title.textContent = line.summary;
  const { direction, connection, time, size, payload, kind } = line;
  const where = [
    kind,
    `connection ${connection}`,
    direction === 'up' ? 'to the server' : 'from the server',
    `${(time / 1000).toFixed(3)} s`,
    `${size.toLocaleString('en')} bytes: ${payload.toLocaleString('en')} payload, ${(size - payload).toLocaleString('en')} overhead`,
  ];
  element.append(title, paragraph(where.join(' · ')));
  if (line.problem !== undefined) {
    const problem = paragraph(line.problem);
    problem.className = 'problem';
    element.append(problem);
  }
  return element;
}

/** "A read is not a message": how this unit came. */
function readsSentence({ reads, ranges, line }: Details): HTMLElement {
  const first = ranges[0]?.[0] ?? 0;
  const starts = reads.filter(({ offset }) => offset > first).length;
  const sentences =
    starts === 0
      ? reads[0]?.offset === first
        ? 'Its first byte is the first of a read.'
        : 'It came in the middle of a read: a read is not a message.'
      : `It came in ${starts + 1} reads: a read is not a message. ▏marks where one begins.`;
  const element = paragraph(line.size === 0 ? '' : sentences);
  element.className = 'reads';
  return element;
}

function placesOf({ ranges, fields, reads }: Details): Place[] {
  const begins = new Set(reads.map(({ offset }) => offset));
  const places: Place[] = [];
  for (const [start, end] of ranges)
    for (let raw = start; raw < end; raw++)
      places.push({ raw, field: undefined, begins: begins.has(raw) });
  const at = new Map(places.map((place, index) => [place.raw, index]));
  // Wide fields first, so that what is inside of them wins.
  const byWidth = fields
    .map((field, index) => ({ field, index, width: widthOf(field) }))
    .sort((a, b) => b.width - a.width);
  for (const { field, index } of byWidth)
    for (const [start, end] of field.ranges) {
      const from = at.get(start);
      if (from === undefined) continue;
      for (let i = from; i < from + (end - start); i++) {
        const place = places[i];
        if (place) place.field = index;
      }
    }
  return places;
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
      part('value', shorten(field.value)),
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

// ---- Bytes ----

function drawBytes(bytes: Uint8Array, places: Place[], { fields }: Details) {
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
      const place = places[i]!;
      const byte = bytes[i]!;
      const cell = part('byte', byte.toString(16).padStart(2, '0'));
      cell.tabIndex = i === 0 ? 0 : -1;
      cell.role = 'img';
      const name =
        place.field === undefined ? '' : `, ${fields[place.field]!.label}`;
      cell.ariaLabel = `byte ${place.raw}: 0x${cell.textContent}${name}${place.begins ? ', a read begins' : ''}`;
      const letter = part('letter', character(byte));
      for (const each of [cell, letter]) {
        if (place.field !== undefined) {
          each.dataset['field'] = String(place.field);
          each.dataset['colour'] = String(place.field % COLOURS);
        }
        if (place.begins) each.dataset['read'] = '';
      }
      cells.push(cell);
      digits.append(cell);
      text.append(letter);
    }
    text.ariaHidden = 'true';
    line.append(part('offset', String(places[from]?.raw ?? 0)), digits, text);
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
      const first = places.findIndex((place) => place.field === field);
      if (first >= drawn) drawTo(Math.min(bytes.length, first + MORE));
      cells[first]?.scrollIntoView({ block: 'nearest' });
    },
  };
}

/** What has a shape is shown, everything else is a dot. */
function character(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
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

/** Nothing in it turns the line around, or hides. */
function shorten(value: string): string {
  const start = printable(value.slice(0, LONGEST));
  const rest = value.length - LONGEST;
  if (rest <= 0) return start;
  return `${start}… (${rest.toLocaleString('en')} more characters)`;
}
