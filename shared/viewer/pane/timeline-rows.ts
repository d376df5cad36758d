/**
 * The lines of a run as the page has them: so many as the shell keeps, those
 * of them that a filter lets through, and the lane of each connection.
 */
import { isUnit, type Line, type Lines } from '../source.ts';

/** So many lines are kept at least, and a tenth more at most. */
const KEPT = 100_000;
/** So many connections that live at the same time get a lane of their own. */
export const LANES = 8;

/** A line, and where it is drawn. */
export interface TimelineRow {
  line: Line;
  /** The lane of its connection, from 0. */
  lane: number;
  /** The lanes in which a connection lives: a bit for each. */
  open: number;
}

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

/** The rows of a timeline, oldest first, and the filter on them. */
export class TimelineRows {
  /** The rows that the filter lets through, oldest first. */
  shown: TimelineRow[] = [];
  /** How many lines are kept, shown or not. */
  get kept(): number {
    return this.#all.length;
  }
  /** Lines that nobody keeps any more, and lines that were cleared away. */
  dropped = 0;
  cleared = 0;
  /** The connections among the lines that are kept. */
  readonly connections = new Set<number>();
  /** The links among the lines that were ever added. */
  readonly links = new Set<string>();
  #all: TimelineRow[] = [];
  #filter: Filter = {
    text: '',
    direction: '',
    connection: '',
    link: '',
    group: '',
  };
  #lanes = new Lanes();
  #keptAtMost: number;

  constructor(kept = KEPT) {
    this.#keptAtMost = kept * 1.1;
  }

  /** @returns how many rows left the front of `shown` */
  add({ lines, dropped }: Lines): number {
    this.dropped = dropped;
    for (const line of lines) {
      const row = this.#lanes.place(line);
      this.#all.push(row);
      this.connections.add(line.connection);
      if (line.link !== undefined) this.links.add(line.link);
      if (passes(line, this.#filter)) this.shown.push(row);
    }
    return this.#all.length > this.#keptAtMost ? this.#dropSome() : 0;
  }

  set filter(filter: Filter) {
    this.#filter = filter;
    this.shown = this.#all.filter(({ line }) => passes(line, filter));
  }

  /** As `newest` of the wire: see pane.ts. */
  newest(kind: string, text: string): number | undefined {
    const fits = ({ line }: TimelineRow) =>
      line.kind === kind && line.summary.includes(text);
    const row = this.shown.findLast(fits) ?? this.#all.findLast(fits);
    return row?.line.n;
  }

  /** Puts away all lines so far; they can still be opened by their number. */
  clear(): void {
    this.cleared += this.#all.length;
    this.#all = [];
    this.shown = [];
    this.connections.clear();
  }

  #dropSome(): number {
    const first = this.#all.length - Math.floor(this.#keptAtMost / 1.1);
    const n = this.#all[first]!.line.n;
    this.#all = this.#all.slice(first);
    const gone = this.shown.findIndex(({ line }) => line.n >= n);
    const left = gone < 0 ? this.shown.length : gone;
    this.shown = this.shown.slice(left);
    this.connections.clear();
    for (const { line } of this.#all) this.connections.add(line.connection);
    return left;
  }
}

/** Gives each connection that lives the first lane that is free. */
class Lanes {
  #lanes = new Map<number, number>();
  #ended = new Map<number, Set<string>>();
  #open = 0;

  place(line: Line): TimelineRow {
    const { connection } = line;
    let lane = this.#lanes.get(connection);
    if (lane === undefined) {
      lane = this.#free();
      this.#lanes.set(connection, lane);
      this.#open |= 1 << lane;
    }
    const row = { line, lane, open: this.#open };
    if (line.kind === 'end') this.#end(connection, lane, line.direction);
    return row;
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

function passes(line: Line, filter: Filter): boolean {
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
  return (
    !text ||
    line.summary.toLowerCase().includes(text) ||
    (isUnit(line) && !!line.problem?.toLowerCase().includes(text))
  );
}
