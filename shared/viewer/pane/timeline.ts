/**
 * The timeline: a line for each unit. Only those in sight are in the document,
 * so that 100,000 of them scroll as smoothly as ten.
 */
import type { TimelineRow, TimelineRows } from './timeline-rows.ts';
import { makeLine } from './timeline-line.ts';

const OVERSCAN = 6; // rows beyond what is in sight

/** The list of units that a reader scrolls. */
export interface Timeline {
  /** Draws what is in sight, at the next frame. */
  draw(): void;
  /** TimelineRows left the front: what is in sight stays in sight. */
  shift(rows: number): void;
  /** Chooses a line by its number, and brings it into sight. */
  choose(n: number | undefined): void;
  element: HTMLElement;
}

/**
 * @param rows what is drawn
 * @param onChoose gets the number of the line that the reader chose
 */
export function makeTimeline(
  rows: TimelineRows,
  onChoose: (n: number) => void,
): Timeline {
  const element = document.createElement('div');
  element.className = 'timeline';
  element.dataset['control'] = 'lines';
  element.tabIndex = 0;
  element.role = 'listbox';
  element.ariaLabel = 'Units, oldest first';
  const room = document.createElement('div');
  room.className = 'room';
  room.role = 'presentation';
  element.append(room);

  /** The lines in the document, by their number. */
  const drawn = new Map<number, HTMLElement>();
  let chosen: number | undefined;
  let follows = true;
  let height = 24;
  let frame = 0;

  const draw = () => {
    frame ||= requestAnimationFrame(drawNow);
  };

  function drawNow(): void {
    frame = 0;
    const { shown } = rows;
    room.style.blockSize = `${shown.length * height}px`;
    if (follows) element.scrollTop = element.scrollHeight;
    const top = Math.floor(element.scrollTop / height) - OVERSCAN;
    const from = Math.max(0, top);
    const to = Math.min(
      shown.length,
      top + Math.ceil(element.clientHeight / height) + 2 * OVERSCAN,
    );
    drawLines(room, drawn, {
      from,
      wanted: shown.slice(from, to),
      rows: shown.length,
      height,
      chosen,
    });
    const active = chosen !== undefined && drawn.get(chosen);
    if (active) element.setAttribute('aria-activedescendant', active.id);
    else element.removeAttribute('aria-activedescendant');
  }

  function choose(n: number | undefined): void {
    chosen = n;
    const at = rows.shown.findIndex(({ line }) => line.n === n);
    if (at >= 0) {
      follows = false;
      const [top, bottom] = [at * height, (at + 1) * height];
      if (top < element.scrollTop) element.scrollTop = top;
      else if (bottom > element.scrollTop + element.clientHeight)
        element.scrollTop = bottom - element.clientHeight;
    }
    draw();
  }

  function move(to: number): void {
    const { shown } = rows;
    const row = shown[Math.min(Math.max(to, 0), shown.length - 1)];
    if (!row) return;
    choose(row.line.n);
    onChoose(row.line.n);
  }

  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.shown.findIndex(({ line }) => line.n === chosen);
    const page = Math.max(1, Math.floor(element.clientHeight / height) - 1);
    const target = targetOfKey(event.key, at, page, rows.shown.length - 1);
    if (target === undefined) return;
    event.preventDefault();
    move(target);
    // At the end: what comes is followed again.
    if (event.key === 'End') follows = true;
  });
  element.addEventListener('click', ({ target }) => {
    const line = (target as Element).closest<HTMLElement>('.line');
    if (!line) return;
    const n = Number(line.dataset['n']);
    choose(n);
    onChoose(n);
  });
  element.addEventListener('scroll', () => {
    const rest =
      element.scrollHeight - element.scrollTop - element.clientHeight;
    // A reader who scrolls up wants to stay there.
    follows = rest < height;
    draw();
  });
  new ResizeObserver(() => {
    height = parseFloat(getComputedStyle(room).lineHeight) || height;
    draw();
  }).observe(element);

  return {
    element,
    draw,
    choose,
    shift(count) {
      if (!follows) element.scrollTop -= count * height;
      draw();
    },
  };
}

/**
 * Puts those lines into the document that are in sight, and no others.
 *
 * @param room what they stand in
 * @param drawn the lines in the document, by their number
 * @param sight.from the place of the first in the whole timeline, from 0
 * @param sight.rows how many the whole timeline has
 * @param sight.height of a line, in pixels
 */
function drawLines(
  room: HTMLElement,
  drawn: Map<number, HTMLElement>,
  {
    from,
    wanted,
    rows,
    height,
    chosen,
  }: {
    from: number;
    wanted: readonly TimelineRow[];
    rows: number;
    height: number;
    chosen: number | undefined;
  },
): void {
  const numbers = new Set(wanted.map(({ line }) => line.n));
  for (const [n, line] of drawn) {
    if (numbers.has(n)) continue;
    line.remove();
    drawn.delete(n);
  }
  let before: Element | null = null;
  for (const [i, row] of wanted.entries()) {
    const { n } = row.line;
    let line = drawn.get(n);
    if (!line) {
      line = makeLine(row);
      drawn.set(n, line);
    }
    const at = from + i;
    line.style.insetBlockStart = `${at * height}px`;
    line.ariaPosInSet = String(at + 1);
    line.ariaSetSize = String(rows);
    line.ariaSelected = String(n === chosen);
    // Screen readers read them in this order.
    const place: Element | null = before
      ? before.nextElementSibling
      : room.firstElementChild;
    if (place !== line) room.insertBefore(line, place);
    before = line;
  }
}

/**
 * Where a key leads; undefined for one that leads nowhere.
 *
 * @param at the row that is chosen; below 0 where none is
 * @param page how many rows a page has
 * @param last the last row
 */
function targetOfKey(
  key: string,
  at: number,
  page: number,
  last: number,
): number | undefined {
  const start = at < 0 ? last + 1 : at;
  const to: Record<string, number> = {
    ArrowUp: start - 1,
    ArrowDown: Math.min(start + 1, last),
    PageUp: start - page,
    PageDown: start + page,
    Home: 0,
    End: last,
  };
  return to[key];
}
