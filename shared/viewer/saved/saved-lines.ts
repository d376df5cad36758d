/** The lines of a saved run: all of them, however many there are. */
import { LineRing, type Entry } from '../live/line-ring.ts';
import type { LiveUnit, Note } from '../live/live-units.ts';

/** So many lines have their columns together. */
const SIZE = 16_384;

/**
 * Lines that are only added, in columns as those of a live run, but none of
 * them is forgotten. In blocks: columns that grow would be copied, and be there
 * twice meanwhile.
 */
export class SavedLines {
  readonly #blocks: LineRing[] = [];
  /** How many there are. */
  end = 0;

  /** Adds a note as the next line. */
  addNote(note: Note): void {
    this.#next().addNote(note);
  }

  /** Adds a unit, without its bytes, as the next line. */
  addUnit(live: LiveUnit): void {
    this.#next().addUnit(live);
  }

  /** The line of a number; undefined where there is none. */
  get(n: number): Entry | undefined {
    return this.#blocks[Math.floor(n / SIZE)]?.get(n % SIZE);
  }

  #next(): LineRing {
    if (this.end % SIZE === 0) this.#blocks.push(new LineRing(SIZE));
    this.end += 1;
    return this.#blocks.at(-1)!;
  }
}
