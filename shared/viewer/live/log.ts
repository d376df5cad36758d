/**
 * The lines of a live run, as the shell shows them: numbered, and so many of
 * them kept that memory stays bounded. Their bytes stay in the tap's recording.
 */
import { EventEmitter } from 'node:events';
import type { Recording } from '@on-the-wire/tap/tap.ts';
import { nodeDecompressors } from '@on-the-wire/wire/coding/node-decompressors.ts';
import { contentOf, describe } from '@on-the-wire/wire/unit.ts';
import { LineRing } from './line-ring.ts';
import { recordedBytes } from './recorded-bytes.ts';
import { toLine } from '../line-of.ts';
import type { LiveUnits } from './live-units.ts';
import { locationOf, type UnitLocation } from '../saved/saved.ts';
import type { UnitContent } from '@on-the-wire/wire/fields.ts';
import type { Counts, Details, Line, RunReader, UnitLine } from '../source.ts';

/** How many lines are kept. */
const KEPT = 100_000;

/** Keeps what `LiveUnits` emits for one tap. Emits `grew` after each line. */
export class WireLog extends EventEmitter<{ grew: [] }> implements RunReader {
  /** What the whole run came to, dropped lines included. */
  readonly counts: Counts;
  readonly began: number;
  readonly decompressors = nodeDecompressors;
  readonly #recording: Recording;
  readonly #kept: LineRing;

  /** @param kept how many lines are kept; more are dropped, oldest first */
  constructor(recording: Recording, units: LiveUnits, kept = KEPT) {
    super();
    this.#recording = recording;
    this.counts = units.counts;
    this.began = units.began;
    this.#kept = new LineRing(kept);
    this.setMaxListeners(0); // one for each open page
    units.on('unit', (unit) => {
      this.#kept.addUnit(unit);
      this.emit('grew');
    });
    units.on('note', (note) => {
      this.#kept.addNote(note);
      this.emit('grew');
    });
  }

  /** The number of the first line that is kept: so many were dropped. */
  get first(): number {
    return this.#kept.first;
  }

  /** The number that the next line will get. */
  get end(): number {
    return this.#kept.end;
  }

  /** At most `most` lines, from number `from` on, or from the first kept. */
  lines(from: number, most: number): Line[] {
    const lines: Line[] = [];
    const start = Math.max(from, this.first);
    const end = Math.min(start + most, this.end);
    for (let n = start; n < end; n++) lines.push(toLine(this.#kept.get(n)!, n));
    return lines;
  }

  line(n: number): Line | undefined {
    const entry = this.#kept.get(n);
    return entry && toLine(entry, n);
  }

  content(n: number): UnitContent | undefined {
    const found = this.#unitAt(n);
    const bytes = this.bytes(n);
    return found && bytes && contentOf(found.unit, bytes, nodeDecompressors);
  }

  bytes(n: number): Uint8Array | undefined {
    const found = this.#unitAt(n);
    if (!found) return undefined;
    return recordedBytes(this.#recording, found.connection, found.unit);
  }

  headerList(n: number): readonly string[] | undefined {
    return this.#unitAt(n)?.unit.dissector.headers;
  }

  #unitAt(n: number) {
    const entry = this.#kept.get(n);
    return entry && 'unit' in entry ? entry : undefined;
  }

  /**
   * A unit with its bytes and fields.
   *
   * @param n the number of its line
   * @returns undefined where that line is no longer kept, or is no unit
   */
  details(n: number): Details | undefined {
    const entry = this.#kept.get(n);
    if (!entry || !('unit' in entry)) return undefined;
    const { connection, unit } = entry;
    const { direction, ranges } = unit;
    const bytes = recordedBytes(this.#recording, connection, unit);
    const [start, end] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
    return {
      line: toLine(entry, n) as UnitLine,
      ranges,
      bytes,
      fields: bytes ? describe(unit, bytes, nodeDecompressors) : [],
      content: bytes && contentOf(unit, bytes, nodeDecompressors),
      reads: bytes
        ? this.#recording.readsWithin(connection, direction, start, end)
        : [],
    };
  }

  /** Where a unit is in the run; undefined where `details` is. */
  locationOf(n: number): UnitLocation | undefined {
    const entry = this.#kept.get(n);
    if (!entry || !('unit' in entry)) return undefined;
    return locationOf(entry.connection, entry.unit);
  }
}
