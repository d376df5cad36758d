/**
 * A run that was saved, as a source of lines: decoded again from its reads.
 * Pure, because a page that stands alone does it too.
 */
import { concat } from '@on-the-wire/wire/bytes.ts';
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import type { Unbrotli } from '@on-the-wire/wire/fields.ts';
import type { CapturedConnection, Capture } from '@on-the-wire/wire/capture.ts';
import { sayReplaced } from '@on-the-wire/wire/masking/replaced.ts';
import { byteCount } from '@on-the-wire/wire/text.ts';
import {
  bytesOf,
  type Direction,
  type Unit,
  describe,
} from '@on-the-wire/wire/unit.ts';
import { countNote, countUnit, noCounts } from '../counts.ts';
import { unitParts } from '../live/unit-parts.ts';
import {
  isUnit,
  type Details,
  type Line,
  type NoteLine,
  type Source,
  type UnitLine,
} from '../source.ts';

/** What a fault's comment begins with; anything else is a label. */
export const FAULT = 'fault ';
/** What the comment begins with that names the chosen unit. */
const CHOSEN = 'chosen: ';

/** Where a unit is in a run: its number may be another one when it is opened. */
export interface UnitLocation {
  connection: number;
  direction: Direction;
  layer: number;
  /** The raw offset of its first byte. */
  start: number;
}

/** Where a unit of a connection is. */
export function locationOf(
  connection: number,
  { direction, layer, ranges }: Pick<Unit, 'direction' | 'layer' | 'ranges'>,
): UnitLocation {
  return { connection, direction, layer, start: ranges[0]?.[0] ?? 0 };
}

/** A comment that names the unit that was chosen. */
export function chosenComment({
  direction,
  layer,
  start,
}: UnitLocation): string {
  return `${CHOSEN}${direction}, byte ${start}, layer ${layer}`;
}

type Entry = Omit<UnitLine, 'n'> | Omit<NoteLine, 'n'>;

/** A saved run; all of its lines come at once. */
export class SavedRun implements Source {
  readonly isLive = false;
  readonly lines: readonly Line[];
  readonly counts = noCounts();
  /** Which version of the course saved it; early ones did not say. */
  readonly version: string | undefined;
  /** The number of the unit that was chosen when the run was saved. */
  readonly chosen: number | undefined;
  readonly #units: (Unit | undefined)[];
  readonly #connections: Map<number, CapturedConnection>;
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #began: number;
  readonly #unbrotli: Unbrotli | undefined;

  constructor(recording: Capture, unbrotli?: Unbrotli) {
    const { connections, version } = recording;
    this.version = version;
    this.#unbrotli = unbrotli;
    this.#connections = new Map(connections.map((each) => [each.id, each]));
    this.#began = Math.min(...connections.map(({ start }) => start));
    const all = connections.flatMap((each) => entriesOf(each, this.#began));
    // What happened at the same time keeps its order.
    all.sort((a, b) => a.entry.time - b.entry.time);
    this.#units = all.map(({ unit }) => unit);
    this.lines = all.map(({ entry }, n) => ({ n, ...entry }) as Line);
    for (const line of this.lines) {
      if (isUnit(line)) countUnit(this.counts, line);
      else countNote(this.counts, line.kind);
    }
    this.chosen = this.#findChosen();
  }

  follow(listener: Parameters<Source['follow']>[0]): void {
    listener({ lines: this.lines, dropped: 0, counts: this.counts });
  }

  details(n: number): Promise<Details | undefined> {
    const line = this.lines[n];
    const unit = this.#units[n];
    const connection = line && this.#connections.get(line.connection);
    if (!line || !unit || !connection) return Promise.resolve(undefined);
    const { direction, ranges } = unit;
    const missing = connection.missing?.[direction] ?? 0;
    const bytes = bytesOf(unit, this.#bytesOf(connection, direction), missing);
    return Promise.resolve({
      line: line as UnitLine,
      ranges,
      bytes,
      fields: describe(unit, bytes, this.#unbrotli),
      reads: this.#readsOf(connection, unit, missing),
    });
  }

  #readsOf(
    { reads }: CapturedConnection,
    { direction, ranges }: Unit,
    missing: number,
  ): Details['reads'] {
    const [start, end] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
    const within: Details['reads'] = [];
    let offset = missing;
    for (const { direction: way, bytes, time } of reads) {
      if (way !== direction) continue;
      if (offset >= end) break;
      if (offset + bytes.length > start)
        within.push({ offset, time: time - this.#began });
      offset += bytes.length;
    }
    return within;
  }

  #bytesOf(connection: CapturedConnection, direction: Direction): Uint8Array {
    const key = `${connection.id} ${direction}`;
    let all = this.#bytes.get(key);
    if (!all) {
      all = joined(connection, direction);
      this.#bytes.set(key, all);
    }
    return all;
  }

  #findChosen(): number | undefined {
    for (const { id, comments } of this.#connections.values()) {
      const text = comments.find((each) => each.text.startsWith(CHOSEN))?.text;
      if (text === undefined) continue;
      const n = this.#units.findIndex((unit, index) => {
        if (!unit || this.lines[index]!.connection !== id) return false;
        const { direction, layer, ranges } = unit;
        const start = ranges[0]?.[0] ?? 0;
        return (
          text === chosenComment({ connection: id, direction, layer, start })
        );
      });
      if (n >= 0) return n;
    }
    return undefined;
  }
}

function joined(
  { reads }: CapturedConnection,
  direction: Direction,
): Uint8Array {
  const own = reads.filter((read) => read.direction === direction);
  return concat(own.map(({ bytes }) => bytes));
}

function entriesOf(
  connection: CapturedConnection,
  began: number,
): { entry: Entry; unit?: Unit }[] {
  const { id, start, reads, ends, comments, secure, alpn, missing } =
    connection;
  const entries: { entry: Entry; unit?: Unit }[] = [];
  const note = (
    time: number,
    rest: Omit<NoteLine, 'n' | 'connection' | 'time'>,
  ) => entries.push({ entry: { connection: id, time: time - began, ...rest } });
  const whole = connection.isMasked && {
    up: joined(connection, 'up'),
    down: joined(connection, 'down'),
  };
  const add = (time: number, units: Unit[]) => {
    for (const each of units) {
      const { direction } = each;
      const unit = whole
        ? sayReplaced(
            each,
            bytesOf(each, whole[direction], missing?.[direction]),
          )
        : each;
      entries.push({
        entry: { connection: id, time: time - began, ...unitParts(unit) },
        unit,
      });
    }
  };

  const tls = secure ? `, over TLS${alpn ? `, ALPN chose ${alpn}` : ''}` : '';
  note(start, {
    kind: 'open',
    summary: `opened, to port ${connection.realPort}${tls}`,
  });
  // A note stands where what is gone would stand: before what is kept of it.
  for (const direction of ['up', 'down'] as const) {
    const gone = missing?.[direction] ?? 0;
    if (gone === 0) continue;
    const first = reads.find((read) => read.direction === direction);
    note(first?.time ?? start, {
      kind: 'label',
      direction,
      summary: `${byteCount(gone)} before this ${gone === 1 ? 'was' : 'were'} dropped from the recording`,
    });
  }
  const decoder = decodeConnection(connection);
  for (const { direction, time, bytes } of reads)
    add(time, decoder.feed(direction, bytes));
  const last = Math.max(start, ...reads.slice(-1).map(({ time }) => time));
  for (const direction of ['up', 'down'] as const) {
    const end = ends.find((each) => each.direction === direction);
    add(end?.time ?? last, decoder.end(direction));
  }
  const [first, second] = ends;
  // The tap itself cut both sides.
  const isCut =
    second?.how === 'rst' && first?.how === 'rst' && first.time === second.time;
  for (const { direction, time, how } of isCut ? [first] : ends)
    note(time, {
      kind: 'end',
      ...(!isCut && { direction }),
      summary:
        how === 'fin'
          ? 'FIN: closed in this direction'
          : 'RST: the connection was reset',
    });
  for (const { time, text } of comments) {
    if (text.startsWith(CHOSEN)) continue;
    if (text.startsWith(FAULT))
      note(time, { kind: 'fault', summary: text.slice(FAULT.length) });
    else note(time, { kind: 'label', summary: text });
  }
  return entries;
}
