/** The last lines of a live run, in memory of fixed size. */
import { makeUnit, type Direction, type Unit } from '@on-the-wire/wire/unit.ts';
import type { LiveUnit, Note } from './live-units.ts';

/** What a line was made of. */
export type Entry = LiveUnit | Note;

const DOWN = 1;
const COUNTS = 2;

/** What few units have. */
interface Rare {
  ranges?: Unit['ranges'];
  problem?: string;
}

/**
 * The last lines of a run, in a ring of fixed size. In columns of numbers, and
 * not as objects: 100,000 of those, and the garbage that they become, cost the
 * tap a third of its speed and the process 100 MB (`pnpm bench tap`, `wire`).
 */
export class LineRing {
  /** How many lines there were in all. */
  end = 0;
  readonly #size: number;
  readonly #connection: Uint32Array;
  /** 0 for none; otherwise which of `#links`, from 1. */
  readonly #link: Uint8Array;
  readonly #time: Float64Array;
  /** 0 for a note; otherwise which of `#kinds`, from 1. */
  readonly #kind: Uint8Array;
  readonly #layer: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #bytes: Float64Array;
  readonly #payload: Float64Array;
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  /** One more than the number; 0: it has none. */
  readonly #exchange: Float64Array;
  readonly #stream: Float64Array;
  readonly #message: Float64Array;
  readonly #summary: string[];
  readonly #dissector: (Unit['dissector'] | undefined)[];
  readonly #rare = new Map<number, Rare>();
  readonly #notes = new Map<number, Note>();
  readonly #links: string[] = [];
  readonly #kinds: Unit['kind'][] = [];
  readonly #kindNumbers = new Map<Unit['kind'], number>();

  /** @param size how many lines are kept */
  constructor(size: number) {
    const numbers = () => new Float64Array(size);
    this.#size = size;
    this.#connection = new Uint32Array(size);
    this.#link = new Uint8Array(size);
    this.#time = numbers();
    this.#kind = new Uint8Array(size);
    this.#layer = new Uint8Array(size);
    this.#flags = new Uint8Array(size);
    this.#bytes = numbers();
    this.#payload = numbers();
    this.#from = numbers();
    this.#to = numbers();
    this.#exchange = numbers();
    this.#stream = numbers();
    this.#message = numbers();
    this.#summary = Array.from({ length: size }, () => '');
    this.#dissector = Array.from({ length: size });
  }

  /** The number of the first line that is kept. */
  get first(): number {
    return Math.max(0, this.end - this.#size);
  }

  /** Adds a note as the next line. */
  addNote(note: Note): void {
    const at = this.#next(note);
    this.#kind[at] = 0;
    this.#summary[at] = '';
    this.#dissector[at] = undefined;
    this.#notes.set(at, note);
  }

  /** Adds a unit, without its bytes, as the next line. */
  addUnit(live: LiveUnit): void {
    const { unit } = live;
    const at = this.#next(live);
    this.#kind[at] = this.#numberOf(unit.kind);
    this.#layer[at] = unit.layer;
    this.#flags[at] =
      (unit.direction === 'down' ? DOWN : 0) | (unit.counts ? COUNTS : 0);
    this.#bytes[at] = unit.size;
    this.#payload[at] = unit.payload;
    this.#exchange[at] = (unit.exchange ?? -1) + 1;
    this.#stream[at] = (unit.stream ?? -1) + 1;
    this.#message[at] = (unit.message ?? -1) + 1;
    this.#summary[at] = unit.summary;
    this.#dissector[at] = unit.dissector;
    const { ranges, problem } = unit;
    this.#from[at] = ranges[0]?.[0] ?? 0;
    this.#to[at] = ranges[0]?.[1] ?? 0;
    if (ranges.length === 1 && problem === undefined) return;
    this.#rare.set(at, {
      ...(ranges.length !== 1 && { ranges }),
      ...(problem !== undefined && { problem }),
    });
  }

  /** The line of a number; undefined where it is not, or no longer, kept. */
  get(n: number): Entry | undefined {
    if (n < this.first || n >= this.end) return undefined;
    const at = n % this.#size;
    const note = this.#notes.get(at);
    if (note) return note;
    const rare = this.#rare.get(at);
    const unit = makeUnit({
      kind: this.#kinds[this.#kind[at]! - 1]!,
      direction: this.#direction(at),
      layer: this.#layer[at]!,
      ranges: rare?.ranges ?? [[this.#from[at]!, this.#to[at]!]],
      size: this.#bytes[at]!,
      payload: this.#payload[at]!,
      counts: (this.#flags[at]! & COUNTS) !== 0,
      summary: this.#summary[at]!,
      problem: rare?.problem,
      exchange: optional(this.#exchange[at]!),
      stream: optional(this.#stream[at]!),
      message: optional(this.#message[at]!),
      dissector: this.#dissector[at]!,
    });
    return {
      connection: this.#connection[at]!,
      link: this.#links[this.#link[at]! - 1],
      time: this.#time[at]!,
      unit,
    };
  }

  /** Makes room for a line; what was there before is forgotten. */
  #next({ connection, link, time }: Entry): number {
    const at = this.end % this.#size;
    if (this.end >= this.#size) {
      this.#rare.delete(at);
      this.#notes.delete(at);
    }
    this.end += 1;
    this.#connection[at] = connection;
    this.#time[at] = time;
    this.#link[at] = link === undefined ? 0 : this.#placeOf(link) + 1;
    return at;
  }

  #placeOf(link: string): number {
    const known = this.#links.indexOf(link);
    return known >= 0 ? known : this.#links.push(link) - 1;
  }

  #numberOf(kind: Unit['kind']): number {
    let number = this.#kindNumbers.get(kind);
    if (number === undefined) {
      number = this.#kinds.push(kind);
      this.#kindNumbers.set(kind, number);
    }
    return number;
  }

  #direction(at: number): Direction {
    return this.#flags[at]! & DOWN ? 'down' : 'up';
  }
}

const optional = (number: number) => (number === 0 ? undefined : number - 1);
