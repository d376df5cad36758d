/**
 * The timeline: a line for each unit. Only those in sight are in the document,
 * so that 1,000,000 of them scroll as smoothly as ten. It follows the newest
 * until the reader chooses a line or scrolls up; then it says how many are new.
 */
import { countWhile, rowsAbove, type TimelineRow } from './timeline-row.ts';
import type { TimelineRows } from './timeline-rows.ts';
import { button, paragraph } from './parts.ts';
import { lineKey, makeLine, type Since, timeSince } from './timeline-line.ts';

const OVERSCAN = 6; // rows beyond what is in sight

/**
 * Pixels that the list is high at most: beyond some 17 million Firefox draws
 * nothing. Longer ones scroll faster than the pointer moves.
 */
const HIGHEST = 15_000_000;

/** The list of units that a reader scrolls. */
export interface Timeline {
  /** Draws what is in sight, at the next frame. */
  draw(): void;
  /** The same, where lines look otherwise than before. */
  redraw(): void;
  /** Chooses a line by its number, and brings it into sight. */
  choose(n: number | undefined): void;
  /** Goes to the newest line, and follows what comes. */
  follow(): void;
  /** What the times are counted from. */
  since: Since;
  /** The list, and the button that leads to what is new. */
  element: HTMLElement;
  /** The list: arrow keys move in it. */
  list: HTMLElement;
}

/**
 * @param rows what is drawn
 * @param options.isLive more may come: the newest is followed
 * @param options.excerptOf what is shown of a line instead of the beginning of
 *   what it carries
 * @param options.onChoose gets the number of the line that the reader chose
 * @param options.onDrawn is called when other lines are in the document
 */
export function makeTimeline(
  rows: TimelineRows,
  {
    isLive,
    excerptOf,
    onChoose,
    onDrawn,
  }: {
    isLive: boolean;
    excerptOf: (n: number) => string | undefined;
    onChoose: (n: number) => void;
    onDrawn: () => void;
  },
): Timeline {
  const element = document.createElement('div');
  element.className = 'list';
  const list = document.createElement('div');
  list.className = 'timeline';
  list.dataset['control'] = 'lines';
  list.tabIndex = 0;
  list.role = 'listbox';
  list.ariaLabel = 'Units, oldest first';
  const room = document.createElement('div');
  room.className = 'room';
  room.role = 'presentation';
  list.append(room);
  const newer = button('');
  newer.className = 'newer';
  newer.hidden = true;
  const keys = paragraph(
    'Right arrow shows the chunk that an event came in, left arrow folds it.',
  );
  keys.className = 'visually-hidden';
  keys.id = 'wire-list-keys';
  list.setAttribute('aria-describedby', keys.id);
  element.append(list, newer, keys);

  const drawn = new DrawnLines(room);
  let chosen: number | undefined;
  /** A line to bring into sight, which has not come yet. */
  let awaited: number | undefined;
  let follows = isLive;
  let since: Since = 'run';
  let height = 24;
  let frame = 0;
  /** The last place that was in sight: what stands below it is new. */
  let seen = -1;
  /** What stays where it is when lines come above it: its distance from the top. */
  let anchor: { row: TimelineRow; distance: number } | undefined;
  /** Where we scrolled to ourselves. */
  let ownTop = 0;

  const draw = () => {
    frame ||= requestAnimationFrame(drawNow);
  };

  // ---- Where it stands: in pixels of a list of any length ----

  const whole = () => rows.shown.length * height;
  /** So many pixels of lines are one pixel of scrolling. */
  const scale = () =>
    whole() <= HIGHEST
      ? 1
      : (whole() - list.clientHeight) / (HIGHEST - list.clientHeight);
  const top = () => list.scrollTop * scale();
  const scrollTo = (pixels: number) => {
    list.scrollTop = pixels / scale();
    ownTop = list.scrollTop;
  };

  function keepInPlace(): void {
    if (follows) {
      scrollTo(whole());
    } else if (anchor) {
      const wanted = rowsAbove(rows.shown, anchor.row) * height;
      if (Math.abs(wanted - anchor.distance - top()) >= 1)
        scrollTo(wanted - anchor.distance);
    }
  }

  function takeAnchor(): void {
    const first = Math.ceil(top() / height);
    const last = Math.floor((top() + list.clientHeight) / height) - 1;
    const at = rows.indexOf(chosen);
    const kept = at >= first && at <= last ? at : first;
    const row = rows.shown[kept];
    anchor = row && { row, distance: kept * height - top() };
  }

  function reveal(at: number): void {
    const bottom = (at + 1) * height - list.clientHeight;
    if (at * height < top()) scrollTo(at * height);
    else if (bottom > top()) scrollTo(bottom);
    takeAnchor();
  }

  // ---- What is in sight ----

  function drawNow(): void {
    frame = 0;
    const { shown } = rows;
    room.style.blockSize = `${Math.min(whole(), HIGHEST)}px`;
    keepInPlace();
    const awaitedAt = rows.indexOf(awaited);
    if (awaitedAt >= 0) {
      awaited = undefined;
      reveal(awaitedAt);
    }
    const first = Math.floor(top() / height) - OVERSCAN;
    const from = Math.max(0, first);
    const inSight = Math.ceil(list.clientHeight / height);
    const to = Math.min(shown.length, first + inSight + 2 * OVERSCAN);
    drawn.draw(shown, {
      from,
      to,
      // Where the list is higher than it may be, it begins elsewhere.
      start: list.scrollTop - top(),
      height,
      chosen,
      since,
      excerptOf,
    });
    takeAnchor();
    showNewer();
    const active = chosen !== undefined && drawn.get(chosen);
    if (active) list.setAttribute('aria-activedescendant', active.id);
    else list.removeAttribute('aria-activedescendant');
    onDrawn();
  }

  function showNewer(): void {
    const { shown } = rows;
    const last = Math.floor((top() + list.clientHeight) / height) - 1;
    const lowest = shown[follows ? shown.length - 1 : last];
    if (lowest) seen = Math.max(seen, lowest.place);
    const count =
      shown.length - countWhile(shown, ({ place }) => place <= seen);
    const isWanted = isLive && !follows && count > 0;
    if (!isWanted && document.activeElement === newer) list.focus();
    newer.hidden = !isWanted;
    newer.textContent = `${count.toLocaleString('en')} new`;
    newer.ariaLabel = `${newer.textContent}: go to the newest line`;
  }

  function choose(n: number | undefined): void {
    chosen = n;
    const at = rows.indexOf(n);
    awaited = at < 0 ? n : undefined;
    if (n !== undefined) follows = false;
    if (at >= 0) reveal(at);
    draw();
  }

  function follow(): void {
    follows = true;
    awaited = undefined;
    draw();
  }

  // ---- What the reader does ----

  function move(to: number): void {
    const { shown } = rows;
    const row = shown[Math.min(Math.max(to, 0), shown.length - 1)];
    if (!row) return;
    choose(row.n);
    onChoose(row.n);
  }

  function fold(n: number | undefined, isFolded: boolean): void {
    const left = n === undefined ? undefined : rows.fold(n, isFolded);
    if (left === undefined) return;
    if (n === chosen && left !== n) onChoose(left);
    draw();
  }

  list.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(chosen);
    const page = Math.max(1, Math.floor(list.clientHeight / height) - 1);
    const target = targetOfKey(event.key, at, page, rows.shown.length - 1);
    const folds = event.key === 'ArrowLeft';
    if (target === undefined && !folds && event.key !== 'ArrowRight') return;
    event.preventDefault();
    if (target === undefined) return fold(chosen, folds);
    move(target);
    // At the end: what comes is followed again.
    if (event.key === 'End' && isLive) follow();
  });
  list.addEventListener('click', ({ target }) => {
    const line = (target as Element).closest<HTMLElement>('.line');
    if (!line) return;
    const n = Number(line.dataset['n']);
    const handle = (target as Element).closest<HTMLElement>('.fold');
    if (handle) return fold(n, 'open' in handle.dataset);
    choose(n);
    onChoose(n);
  });
  list.addEventListener('scroll', () => {
    if (list.scrollTop !== ownTop) {
      const rest = list.scrollHeight - list.scrollTop - list.clientHeight;
      // A reader who scrolls up wants to stay there.
      follows = isLive && rest < height;
      awaited = undefined;
      takeAnchor();
    }
    draw();
  });
  newer.addEventListener('click', () => {
    list.focus();
    follow();
  });
  new ResizeObserver(() => {
    const isInSight = chosen !== undefined && anchor?.row.n === chosen;
    height = parseFloat(getComputedStyle(room).lineHeight) || height;
    if (isInSight) awaited = chosen;
    draw();
  }).observe(list);

  return {
    element,
    list,
    draw,
    redraw() {
      drawn.forget();
      draw();
    },
    choose,
    follow,
    get since() {
      return since;
    },
    set since(wanted) {
      since = wanted;
      draw();
    },
  };
}

/** The lines in the document: those in sight, and no others. */
class DrawnLines {
  readonly #room: HTMLElement;
  readonly #lines = new Map<number, { element: HTMLElement; key: string }>();

  constructor(room: HTMLElement) {
    this.#room = room;
  }

  get(n: number): HTMLElement | undefined {
    return this.#lines.get(n)?.element;
  }

  /** All will be drawn again. */
  forget(): void {
    for (const line of this.#lines.values()) line.key = '';
  }

  /**
   * @param shown the whole timeline
   * @param sight.from the place of the first line in it, from 0; `to` is that
   *   after the last
   * @param sight.start where the timeline begins, in pixels
   * @param sight.height of a line, in pixels
   */
  draw(
    shown: readonly TimelineRow[],
    sight: {
      from: number;
      to: number;
      start: number;
      height: number;
      chosen: number | undefined;
      since: Since;
      excerptOf: (n: number) => string | undefined;
    },
  ): void {
    const { from, to, start, height, chosen, since, excerptOf } = sight;
    const numbers = new Set<number>();
    for (let at = from; at < to; at++) numbers.add(shown[at]!.n);
    for (const [n, { element }] of this.#lines) {
      if (numbers.has(n)) continue;
      element.remove();
      this.#lines.delete(n);
    }
    let before: Element | null = null;
    for (let at = from; at < to; at++) {
      const row = shown[at]!;
      const { n } = row;
      const element = this.#lineOf(row, excerptOf(n));
      element.style.insetBlockStart = `${start + at * height}px`;
      element.ariaPosInSet = String(at + 1);
      element.ariaSetSize = String(shown.length);
      element.ariaSelected = String(n === chosen);
      const time = element.firstElementChild!;
      const words = timeSince(row, since, () => lineBefore(shown, at));
      if (time.textContent !== words) time.textContent = words;
      // Screen readers read them in this order.
      const place: Element | null = before
        ? before.nextElementSibling
        : this.#room.firstElementChild;
      if (place !== element) this.#room.insertBefore(element, place);
      before = element;
    }
  }

  #lineOf(row: TimelineRow, excerpt: string | undefined): HTMLElement {
    const { n } = row;
    const old = this.#lines.get(n);
    const key = lineKey(row, excerpt);
    if (old?.key === key) return old.element;
    const element = makeLine(row, excerpt);
    old?.element.replaceWith(element);
    this.#lines.set(n, { element, key });
    return element;
  }
}

/** The line before one: what contains it stands above, but came after it. */
function lineBefore(
  shown: readonly TimelineRow[],
  at: number,
): TimelineRow | undefined {
  let before = at - 1;
  while (shown[before]?.place === shown[at]!.place) before -= 1;
  return shown[before];
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
