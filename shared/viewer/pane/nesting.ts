/**
 * What contains what. A chunk is told after the events that it carries, because
 * it is complete after them; it is listed above. Which they are say the raw
 * offsets: what ends inside of a chunk is carried by it. An event that came in
 * several chunks is carried by all of them.
 */
import type { Direction } from '@on-the-wire/wire/unit.ts';
import { isUnit, type Line, type UnitLine } from '../source.ts';
import type { TimelineRow } from './timeline-row.ts';

/** So many units of one direction wait at most for what contains them. */
const MOST_WAITING = 65_536;

/** So many chunks or frames of one direction wait at most for an event. */
const MOST_CARRIERS = 4_096;

/** What one direction of a connection has told and what may belong together. */
interface Side {
  /** What may lie in a unit that is still to come. */
  waiting: UnitRow[];
  /** Chunks and frames in which nothing has ended. */
  carriers: UnitRow[];
}

/** A row with its line at hand: the row may have to make it. */
interface UnitRow {
  row: TimelineRow;
  line: UnitLine;
}

/** Finds out what each row contains, when they are added in their order. */
export class Nesting {
  readonly #sides = new Map<string, Side>();

  /**
   * Sets `place`, `events` and `chunks` of a row, and of those that it belongs
   * with.
   *
   * @param line that of the row
   * @returns the chunks for which it stands from now on, and which were listed
   *   until it came
   */
  add(row: TimelineRow, line: Line): TimelineRow[] {
    if (line.kind === 'end') this.#forget(line.connection, line.direction);
    if (!isUnit(line) || line.size === 0) return [];
    const side = this.#sideOf(line);
    const unit = { row, line };
    const own = isEvent(line) ? carriersOf(unit, side) : [];
    if (carries(line)) addCarrier(unit, side);
    // Layer 0 covers all bytes, in order: what ended before it has its place.
    if (line.layer > 0) push(side.waiting, unit, MOST_WAITING);
    else if (side.waiting.length > 0)
      side.waiting = side.waiting.filter(({ line: { end } }) => {
        return end > line.end;
      });
    return own;
  }

  #sideOf({ connection, direction }: UnitLine): Side {
    const key = keyOf(connection, direction);
    let side = this.#sides.get(key);
    if (!side) {
      side = { waiting: [], carriers: [] };
      this.#sides.set(key, side);
    }
    return side;
  }

  #forget(connection: number, ended: Direction | undefined): void {
    for (const way of ended ? [ended] : (['up', 'down'] as const))
      this.#sides.delete(keyOf(connection, way));
  }
}

const keyOf = (connection: number, direction: Direction) =>
  `${connection} ${direction}`;

/** What an event stream consists of. */
function isEvent({ kind }: UnitLine): boolean {
  return kind === 'event' || kind === 'comment' || kind === 'no event';
}

/** A body is told whole when it has ended, and stays there. */
function carries({ kind }: UnitLine): boolean {
  return /^http\/1\.1 chunk|^http\/2|^websocket/.test(kind);
}

/** The chunks in which the beginning of an event has come. */
function carriersOf(event: UnitRow, side: Side): TimelineRow[] {
  const { start, stream } = event.line;
  const [own, others]: [UnitRow[], UnitRow[]] = [[], []];
  for (const each of side.carriers)
    (each.line.stream === stream ? own : others).push(each);
  side.carriers = others;
  const begun = own.filter(({ line }) => line.end > start);
  for (const { row } of begun) fold(row, [event.row]);
  return begun.map(({ row }) => row);
}

/** Finds what a chunk or frame holds of what was told before it. */
function addCarrier(unit: UnitRow, side: Side): void {
  const { row } = unit;
  const { start, end, layer, stream } = unit.line;
  const held = side.waiting.filter(
    ({ line }) =>
      line.layer > layer &&
      line.stream === stream &&
      line.end > start &&
      line.end <= end,
  );
  for (const each of held) row.place = Math.min(row.place, each.row.place);
  const events = held.filter(({ line }) => isEvent(line));
  if (events.length > 0)
    fold(
      row,
      events.map((event) => event.row),
    );
  else if (held.length === 0) push(side.carriers, unit, MOST_CARRIERS);
}

function fold(carrier: TimelineRow, events: TimelineRow[]): void {
  carrier.events = events;
  carrier.isFolded = true;
  for (const event of events) (event.chunks ??= []).push(carrier);
}

/** The oldest half is given up where there are too many. */
function push(rows: UnitRow[], row: UnitRow, most: number): void {
  rows.push(row);
  if (rows.length > most) rows.splice(0, most / 2);
}
