/**
 * The lines of a run as the page has them: so many as the shell keeps, those
 * of them that a filter lets through, and the lane of each connection. What
 * contains other lines stands above them.
 */
import { lineText } from '../find/line-text.ts';
import { isUnit, wordsOfLine, type Line, type Lines } from '../source.ts';
import { Nesting } from './nesting.ts';
import {
  compareRows,
  countWhile,
  isShown,
  LANES,
  rowsAbove,
  TimelineRow,
  type LineOf,
} from './timeline-row.ts';

/** So many lines of a live run are kept at least, and a tenth more at most. */
export const KEPT = 100_000;
/** Requests of a connection whose time is known, counted. */
const REQUESTS = 10_000;

/** What is shown; an empty text lets everything through. */
export interface Filter {
  text: string;
  /** `up` or `down`. */
  direction: string;
  /** The number of a connection. */
  connection: string;
  /** The name of a link. */
  link: string;
  group: Group | '';
}

/** The kinds of lines that a reader can choose between. */
export type Group = 'headers' | 'messages' | 'framing' | 'notes' | 'problems';

/** The rows of a timeline, in the order of the list, and the filter on them. */
export class TimelineRows {
  /** The rows that are listed: the filter lets them through, none stands for them. */
  shown: TimelineRow[] = [];
  /** How many rows the filter lets through. */
  fitting = 0;
  /** How many lines are kept, shown or not. */
  get kept(): number {
    return this.#all.length;
  }
  /** The number that the next line will have. */
  end = 0;
  /** Grows when rows leave, or others fit the filter. */
  version = 0;
  /** Lines that nobody keeps any more, and lines that were cleared away. */
  dropped = 0;
  cleared = 0;
  /** The connections among the lines that are kept. */
  readonly connections = new Set<number>();
  /** The links among the lines that were ever added. */
  readonly links = new Set<string>();
  #all: TimelineRow[] = [];
  /** Those that do not stand at their own number, by it. */
  readonly #moved = new Map<number, TimelineRow>();
  #filter: Filter = {
    text: '',
    direction: '',
    connection: '',
    link: '',
    group: '',
  };
  readonly #lanes = new Lanes();
  readonly #nesting = new Nesting();
  readonly #requests = new Requests();
  readonly #keptAtMost: number;
  readonly #lineOf: LineOf | undefined;

  /**
   * @param kept so many lines at least; those of a saved run are all kept
   * @param lineOf keeps them where they are; without it, they are kept here
   */
  constructor(kept = KEPT, lineOf?: LineOf) {
    this.#keptAtMost = kept * 1.1;
    this.#lineOf = lineOf;
  }

  add({ lines, dropped }: Lines): void {
    this.dropped = dropped;
    for (const line of lines) this.#add(line);
    if (this.#all.length > this.#keptAtMost) this.#dropSome();
  }

  #add(line: Line): void {
    const { lane, open } = this.#lanes.place(line);
    const asked = this.#requests.timeFor(line);
    const fits = passes(line, this.#filter, false);
    const row = new TimelineRow(
      line,
      { lane, open, asked, fits },
      this.#lineOf,
    );
    this.end = line.n + 1;
    this.connections.add(line.connection);
    if (line.link !== undefined) this.links.add(line.link);
    if (row.fits) this.fitting += 1;
    const folded = this.#nesting.add(row, line);
    if (row.place < line.n) this.#moved.set(line.n, row);
    insert(this.#all, row);
    if (isShown(row)) insert(this.shown, row);
    for (const chunk of folded) if (!isShown(chunk)) remove(this.shown, chunk);
  }

  set filter(filter: Filter) {
    const isSameText = filter.text === this.#filter.text;
    this.#filter = filter;
    this.version += 1;
    this.fitting = 0;
    for (const row of this.#all) {
      if (!isSameText) row.isHit = false;
      row.fits = passes(row.line, filter, row.isHit);
      if (row.fits) this.fitting += 1;
    }
    this.shown = this.#all.filter(isShown);
  }

  /** Lets lines through whose content has the filter's text, by their numbers. */
  addHits(numbers: readonly number[]): void {
    let more = 0;
    for (const n of numbers) {
      const row = this.find(n);
      if (!row || row.fits) continue;
      row.isHit = true;
      row.fits = passes(row.line, this.#filter, true);
      if (row.fits) more += 1;
    }
    if (more === 0) return;
    this.fitting += more;
    this.version += 1;
    this.shown = this.#all.filter(isShown);
  }

  /** The row of a line, by its number; undefined where it is not kept. */
  find(n: number): TimelineRow | undefined {
    const moved = this.#moved.get(n);
    if (moved) return moved;
    // What contains others may stand above it at the same number.
    let at = countWhile(this.#all, ({ place }) => place < n);
    while (this.#all[at]?.place === n && this.#all[at]!.n !== n) at += 1;
    const row = this.#all[at];
    return row?.n === n ? row : undefined;
  }

  /** Where a line is in `shown`; below 0 where it is not. */
  indexOf(n: number | undefined): number {
    const row = n === undefined ? undefined : this.find(n);
    if (!row) return -1;
    const at = rowsAbove(this.shown, row);
    return this.shown[at] === row ? at : -1;
  }

  /**
   * Folds the chunks of an event, or unfolds them; those of its own that a
   * chunk is, too.
   *
   * @param n the number of the event, or of one of its chunks
   * @returns the number of the line that now stands there; undefined where
   *   nothing was folded or unfolded
   */
  fold(n: number, isFolded: boolean): number | undefined {
    const row = this.find(n);
    const chunks = row?.events ? [row] : (row?.chunks ?? []);
    const changed = chunks.filter((each) => each.isFolded !== isFolded);
    if (!row || changed.length === 0) return undefined;
    for (const chunk of changed) {
      const before = isShown(chunk);
      chunk.isFolded = isFolded;
      if (isShown(chunk) === before) continue;
      if (before) remove(this.shown, chunk);
      else insert(this.shown, chunk);
    }
    return isShown(row) ? n : row.events?.find(({ fits }) => fits)?.n;
  }

  /** As `newest` of the wire: see pane.ts. */
  newest(kind: string, text: string): number | undefined {
    const isOne = ({ line }: TimelineRow) =>
      line.kind === kind && wordsOfLine(line).includes(text);
    const row =
      this.#all.findLast((each) => each.fits && isOne(each)) ??
      this.#all.findLast(isOne);
    return row?.n;
  }

  /** Puts away all lines so far; they can still be opened by their number. */
  clear(): void {
    this.version += 1;
    this.cleared += this.#all.length;
    this.#all = [];
    this.#moved.clear();
    this.shown = [];
    this.fitting = 0;
    this.connections.clear();
  }

  #dropSome(): void {
    this.version += 1;
    const first = this.#all.length - Math.floor(this.#keptAtMost / 1.1);
    for (const row of this.#all.slice(0, first)) {
      this.#moved.delete(row.n);
      if (row.fits) this.fitting -= 1;
    }
    this.#all = this.#all.slice(first);
    this.shown = this.shown.slice(rowsAbove(this.shown, this.#all[0]!));
    this.connections.clear();
    for (const { line } of this.#all) this.connections.add(line.connection);
  }
}

/** Adds a row where it belongs: almost always at the end. */
function insert(list: TimelineRow[], row: TimelineRow): void {
  const last = list.at(-1);
  if (!last || compareRows(last, row) < 0) list.push(row);
  else list.splice(rowsAbove(list, row), 0, row);
}

function remove(list: TimelineRow[], row: TimelineRow): void {
  const at = rowsAbove(list, row);
  if (list[at] === row) list.splice(at, 1);
}

/** When the request of each exchange, or of each HTTP/2 stream, was made. */
class Requests {
  readonly #times = new Map<number, Map<number, number>>();

  /** undefined for what belongs to no request. */
  timeFor(line: Line): number | undefined {
    // A client may end its direction before the response has come.
    if (line.kind === 'end' && line.direction !== 'up')
      this.#times.delete(line.connection);
    if (!isUnit(line)) return undefined;
    const which = line.exchange ?? line.stream;
    if (which === undefined) return undefined;
    let times = this.#times.get(line.connection);
    if (!times) this.#times.set(line.connection, (times = new Map()));
    const known = times.get(which);
    if (known !== undefined) return known;
    times.set(which, line.time);
    if (times.size > REQUESTS) times.delete(times.keys().next().value!);
    return line.time;
  }
}

/** Gives each connection that lives the first lane that is free. */
class Lanes {
  #lanes = new Map<number, number>();
  #ended = new Map<number, Set<string>>();
  #open = 0;

  place(line: Line): Pick<TimelineRow, 'lane' | 'open'> {
    const { connection } = line;
    let lane = this.#lanes.get(connection);
    if (lane === undefined) {
      lane = this.#free();
      this.#lanes.set(connection, lane);
      this.#open |= 1 << lane;
    }
    const place = { lane, open: this.#open };
    if (line.kind === 'end') this.#end(connection, lane, line.direction);
    return place;
  }

  #free(): number {
    for (let lane = 0; lane < LANES; lane++)
      if ((this.#open & (1 << lane)) === 0) return lane;
    return LANES - 1;
  }

  #end(connection: number, lane: number, direction: string | undefined): void {
    const ended = this.#ended.get(connection) ?? new Set();
    ended.add(direction ?? 'both');
    this.#ended.set(connection, ended);
    if (!ended.has('both') && ended.size < 2) return;
    this.#ended.delete(connection);
    this.#lanes.delete(connection);
    if (![...this.#lanes.values()].includes(lane)) this.#open &= ~(1 << lane);
  }
}

/** To which group a line belongs. */
export function groupOf(line: Line): Group {
  if (!isUnit(line)) return 'notes';
  const { kind, counts, payload } = line;
  if (kind === 'malformed' || kind === 'limit') return 'problems';
  if (/headers$|HEADERS|header list|CONNECT$|CONNACK/.test(kind))
    return 'headers';
  if (kind === 'event' || (counts && payload > 0)) return 'messages';
  return 'framing';
}

function passes(line: Line, filter: Filter, isHit: boolean): boolean {
  const { text, direction, connection, link, group } = filter;
  if (link && line.link !== link) return false;
  if (connection && line.connection !== Number(connection)) return false;
  if (direction && line.direction !== direction) return false;
  if (group === 'problems') {
    const hasOne = isUnit(line)
      ? line.problem !== undefined
      : line.kind === 'fault';
    if (!hasOne) return false;
  } else if (group && groupOf(line) !== group) return false;
  return !text || isHit || lineText(line).toLowerCase().includes(text);
}
