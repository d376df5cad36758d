/**
 * Find: a text in all lines and in what they carry, with the number of hits and
 * the way to the next. Each hit is marked in its line and in the chosen unit.
 */
import type { Source } from '../source.ts';
import { Finder } from './finder.ts';
import { markText } from './marks.ts';
import { button } from './parts.ts';
import { compareRows, rowsAbove, type TimelineRow } from './timeline-row.ts';
import type { Timeline } from './timeline.ts';
import type { TimelineRows } from './timeline-rows.ts';

/** What it works on. */
interface Parts {
  /** The part below the bar, and the button that shows it. */
  panel: HTMLElement;
  opener: HTMLButtonElement;
  source: Source;
  rows: TimelineRows;
  timeline: Pick<Timeline, 'list' | 'redraw'>;
  /** What the chosen unit is drawn into. */
  unit: HTMLElement;
  /** The number of the line that is chosen. */
  chosen: () => number | undefined;
  /** Shows a line and its unit. */
  open: (n: number) => void;
}

/** Fills the panel. */
export function startFind(parts: Parts): {
  /** Lines have come, or others fit the filter. */
  update(): void;
  /** Other lines are in the document. */
  mark(): void;
  /** What is looked for; '' for nothing. */
  readonly text: string;
  /** What stands in a line where the line itself may not show the hit. */
  excerptOf(n: number): string | undefined;
  /** A key that was pressed in the wire, or in a page that is nothing else. */
  onKey(event: KeyboardEvent): void;
} {
  const { panel, opener, source, rows, timeline, unit, chosen, open } = parts;
  panel.classList.add('find');
  const text = document.createElement('input');
  text.type = 'search';
  text.placeholder = 'Find in lines and contents';
  text.ariaLabel = 'Find in lines and contents';
  text.maxLength = 1_000;
  text.dataset['control'] = 'find-text';
  const count = document.createElement('span');
  count.className = 'hits';
  count.role = 'status';
  const back = button('↑');
  back.ariaLabel = 'Previous hit';
  const on = button('↓');
  on.ariaLabel = 'Next hit';
  panel.append(text, count, back, on);

  const excerpts = new Map<number, string>();
  /** The rows of the hits, in the order of the list; undefined: to be made. */
  let places: TimelineRow[] | undefined;
  let made = -1;
  /** A step to the first hit that comes. */
  let pending = 0;

  const finder = new Finder(
    source,
    () => rows.end,
    (hits) => {
      places = undefined;
      if (finder.hits.length === 0) excerpts.clear();
      for (const { n, excerpt } of hits)
        if (excerpt !== undefined) excerpts.set(n, excerpt);
      timeline.redraw();
      if (pending !== 0 && reachable().length > 0) step(pending);
      else showCount();
    },
  );

  /** Those that the filter lets through and that are kept. */
  function reachable(): TimelineRow[] {
    if (places && made === rows.version) return places;
    made = rows.version;
    places = finder.hits
      .map(({ n }) => rows.find(n))
      .filter((row) => row?.fits === true)
      .sort((a, b) => compareRows(a!, b!)) as TimelineRow[];
    return places;
  }

  function showCount(): void {
    const all = reachable();
    const row = rows.find(chosen() ?? -1);
    const at = row ? rowsAbove(all, row) : -1;
    const isOne = row !== undefined && all[at] === row;
    const hits = `${all.length.toLocaleString('en')} ${all.length === 1 ? 'hit' : 'hits'}`;
    // Only where it ends it is said aloud.
    count.ariaBusy = String(!finder.isDone);
    count.textContent =
      finder.text === ''
        ? ''
        : (finder.problem ??
          `${isOne ? `${(at + 1).toLocaleString('en')} of ` : ''}${hits}${finder.isDone ? '' : ' so far'}`);
    back.disabled = on.disabled = all.length === 0;
  }

  function step(by: number): void {
    const all = reachable();
    pending = 0;
    if (all.length === 0) {
      if (!finder.isDone) pending = by;
      return;
    }
    const row = rows.find(chosen() ?? -1);
    const above = row ? rowsAbove(all, row) : by > 0 ? 0 : all.length;
    const isOn = row !== undefined && all[above] === row;
    const to = by > 0 ? above + (isOn ? 1 : 0) : above - 1;
    open(all[(to + all.length) % all.length]!.n);
    showCount();
  }

  const isOpen = () => !panel.hidden;

  function focus(): void {
    if (!isOpen()) opener.click();
    text.focus();
    text.select();
  }

  function close(): void {
    if (isOpen()) opener.click();
    timeline.list.focus();
  }

  opener.addEventListener('click', () => {
    pending = 0;
    finder.search(isOpen() ? text.value : '');
    if (isOpen()) text.focus();
  });
  text.addEventListener('input', () => {
    pending = 0;
    finder.search(text.value);
  });
  panel.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        close();
      } else if (event.key === 'Enter' && event.target === text) {
        event.preventDefault();
        step(event.shiftKey ? -1 : 1);
      }
    },
    { capture: true },
  );
  back.addEventListener('click', () => step(-1));
  on.addEventListener('click', () => step(1));

  /** The line whose unit was scrolled to its first hit. */
  let scrolled: number | undefined;

  const mark = () =>
    markText(
      unit,
      [...timeline.list.querySelectorAll('.summary')],
      finder.text,
    );

  // More of the unit may be drawn later.
  new MutationObserver(() => {
    const inUnit = mark();
    showCount();
    if (!inUnit || scrolled === chosen()) return;
    scrolled = chosen();
    inUnit.startContainer.parentElement?.scrollIntoView({ block: 'nearest' });
  }).observe(unit, { childList: true, subtree: true, characterData: true });

  showCount();
  return {
    update() {
      finder.goOn();
      if (isOpen()) showCount();
    },
    mark: () => void mark(),
    get text() {
      return finder.text;
    },
    excerptOf: (n) => excerpts.get(n),
    onKey(event) {
      if (event.defaultPrevented || event.altKey) return;
      const { key, shiftKey } = event;
      const withControl = event.ctrlKey || event.metaKey;
      const isTyped = (event.target as Element).matches?.(
        'input, select, textarea, [contenteditable]',
      );
      const isFind = withControl ? key === 'f' && !shiftKey : key === '/';
      const isNext = withControl
        ? key.toLowerCase() === 'g'
        : key === 'F3' && isOpen();
      if (isFind && (withControl || !isTyped)) focus();
      else if (isNext && isOpen()) step(shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
    },
  };
}
