/** A line of the timeline, where it stands among the others, and what it holds. */
import { isUnit, type Line } from '../source.ts';

/** So many connections that live at the same time get a lane of their own. */
export const LANES = 8;

/**
 * A line, and where it is drawn. Of a saved run it is small, and its line is
 * made when it is asked for: 300,000 lines, kept as objects, stop the page again
 * and again while the garbage collector looks at them.
 */
export class TimelineRow {
  /** The number of the line. */
  readonly n: number;
  readonly layer: number;
  /** The lane of its connection, from 0. */
  lane: number;
  /** The lanes in which a connection lives: a bit for each. */
  open: number;
  /** When the request was made that it belongs to: ms since the run began. */
  asked: number | undefined;
  /**
   * The number that it stands at: its own; of what contains other lines that of
   * the first of these.
   */
  place: number;
  /** Of a chunk or frame of an event stream: what it carries. */
  events: TimelineRow[] | undefined = undefined;
  /** Of an event: the chunks or frames that it came in. */
  chunks: TimelineRow[] | undefined = undefined;
  /** Its events stand for it. */
  isFolded = false;
  /** The filter lets it through. */
  fits: boolean;
  /** What it carries has the text that is searched. */
  isHit = false;
  readonly #line: Line | LineOf;

  /** @param lineOf where the line is kept; without it, here */
  constructor(
    line: Line,
    {
      lane,
      open,
      asked,
      fits,
    }: Pick<TimelineRow, 'lane' | 'open' | 'asked' | 'fits'>,
    lineOf?: LineOf,
  ) {
    this.n = this.place = line.n;
    this.layer = isUnit(line) ? line.layer : 0;
    this.lane = lane;
    this.open = open;
    this.asked = asked;
    this.fits = fits;
    this.#line = lineOf ?? line;
  }

  get line(): Line {
    return typeof this.#line === 'function' ? this.#line(this.n) : this.#line;
  }
}

/** Gives the line of a number, where all lines are kept. */
export type LineOf = (n: number) => Line;

/** Whether a row is in the list: not where its events stand for it. */
export function isShown({ fits, isFolded, events }: TimelineRow): boolean {
  if (!fits || !isFolded) return fits;
  return !events?.some((event) => event.fits);
}

/** Below 0 where `a` is listed above `b`: what contains is above the contained. */
export function compareRows(a: TimelineRow, b: TimelineRow): number {
  return a.place - b.place || a.layer - b.layer || a.n - b.n;
}

/** How many rows of a list are above this one, which need not be in it. */
export function rowsAbove(
  list: readonly TimelineRow[],
  row: TimelineRow,
): number {
  return countWhile(list, (each) => compareRows(each, row) < 0);
}

/** How many rows fit, where those that do are the first. */
export function countWhile(
  list: readonly TimelineRow[],
  fits: (row: TimelineRow) => boolean,
): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (fits(list[middle]!)) from = middle + 1;
    else to = middle;
  }
  return from;
}
