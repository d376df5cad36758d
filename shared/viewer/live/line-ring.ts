/** The last lines of a live run, in memory of fixed size. */
import type { Unit } from '@on-the-wire/wire/unit.ts';
import { TextColumn } from './text-column.ts';
import type { LiveUnit, Note } from './live-units.ts';

/** What a line was made of. */
export type Entry = LiveUnit | Note;

/** Bytes of a row: a line of the processor's cache. */
const ROW = 64;
/** The first numbers of a row are doubles. */
const DOUBLES = ROW / 8;
const TIME = 0;
const FROM = 1;
const TO = 2;
/** And behind them, whole numbers of 32 bits. */
const WORDS = ROW / 4;
const CONNECTION = 6;
/** 0 for none; otherwise which of `#links`, from 1. */
const LINK = 7;
/** 0 for a note; otherwise which of `#kinds`, from 1. */
const KIND = 8;
const LAYER = 9;
const FLAGS = 10;
const BYTES = 11;
const PAYLOAD = 12;
/** One more than the number; 0: it has none. */
const EXCHANGE = 13;
const STREAM = 14;
const MESSAGE = 15;

const DOWN = 1;
const COUNTS = 2;
const IS_RARE = 4;

/** The highest number that is kept in 32 bits. */
const MOST = 0xffff_ffff;

/** A unit that was kept: its texts are made when they are asked for. */
class KeptUnit implements Unit {
  readonly kind: Unit['kind'];
  readonly direction: Unit['direction'];
  readonly layer: number;
  readonly ranges: Unit['ranges'];
  readonly size: number;
  readonly payload: number;
  readonly counts: boolean;
  readonly updates = 0; // They were counted when they came.
  readonly problem: string | undefined;
  readonly exchange: number | undefined;
  readonly stream: number | undefined;
  readonly message: number | undefined;
  readonly dissector: Unit['dissector'];
  readonly #texts: TextColumn;
  readonly #n: number;

  constructor(
    texts: TextColumn,
    n: number,
    parts: Omit<Unit, 'summary' | 'text' | 'updates'>,
  ) {
    this.#texts = texts;
    this.#n = n;
    this.kind = parts.kind;
    this.direction = parts.direction;
    this.layer = parts.layer;
    this.ranges = parts.ranges;
    this.size = parts.size;
    this.payload = parts.payload;
    this.counts = parts.counts;
    this.problem = parts.problem;
    this.exchange = parts.exchange;
    this.stream = parts.stream;
    this.message = parts.message;
    this.dissector = parts.dissector;
  }

  get summary(): string {
    return this.#texts.summary(this.#n);
  }

  get text(): string | undefined {
    return this.#texts.text(this.#n);
  }
}

/** What few units have. */
interface Rare {
  ranges?: Unit['ranges'];
  problem?: string;
  /** Where they are more than `MOST`. */
  sizes?: { size: number; payload: number };
}

/**
 * The last lines of a run, in a ring of fixed size. In rows of numbers, and
 * not as objects: 100,000 of those, and the garbage that they become, cost the
 * tap a third of its speed and the process 100 MB (`pnpm bench tap`, `wire`).
 * And not in columns: a line would be written to a dozen places far from each
 * other, none of which the processor has at hand.
 */
export class LineRing {
  /** How many lines there were in all. */
  end = 0;
  readonly #size: number;
  /** The rows, as doubles and as words: the same memory. */
  readonly #doubles: Float64Array;
  readonly #words: Uint32Array;
  readonly #texts: TextColumn;
  readonly #dissector: (Unit['dissector'] | undefined)[];
  readonly #rare = new Map<number, Rare>();
  readonly #notes = new Map<number, Note>();
  readonly #links: string[] = [];
  readonly #kinds: Unit['kind'][] = [];
  readonly #kindNumbers = new Map<Unit['kind'], number>();

  /** @param size how many lines are kept */
  constructor(size: number) {
    this.#size = size;
    this.#doubles = new Float64Array(size * DOUBLES);
    this.#words = new Uint32Array(this.#doubles.buffer);
    this.#texts = new TextColumn(size);
    // Array.from would write to each of them: most of what a small run costs.
    // oxlint-disable-next-line unicorn/no-new-array -- holes of the right number
    this.#dissector = new Array(size);
  }

  /** The number of the first line that is kept. */
  get first(): number {
    return Math.max(0, this.end - this.#size);
  }

  /** Adds a note as the next line. */
  addNote(note: Note): void {
    const at = this.#next(note);
    const row = at * WORDS;
    this.#words.fill(0, row + KIND, row + WORDS);
    this.#texts.add(this.end - 1, '', undefined);
    this.#dissector[at] = undefined;
    this.#notes.set(at, note);
  }

  /** Adds a unit, without its bytes, as the next line. */
  addUnit(live: LiveUnit): void {
    const { unit } = live;
    const { ranges, problem, size, payload } = unit;
    const at = this.#next(live);
    const place = at * DOUBLES;
    const range = ranges[0];
    this.#doubles[place + FROM] = range === undefined ? 0 : range[0];
    this.#doubles[place + TO] = range === undefined ? 0 : range[1];
    const words = this.#words;
    const row = at * WORDS;
    const isLarge = size > MOST || payload > MOST;
    const isRare = ranges.length !== 1 || problem !== undefined || isLarge;
    words[row + KIND] = this.#numberOf(unit.kind);
    words[row + LAYER] = unit.layer;
    words[row + FLAGS] =
      (unit.direction === 'down' ? DOWN : 0) |
      (unit.counts ? COUNTS : 0) |
      (isRare ? IS_RARE : 0);
    words[row + BYTES] = size;
    words[row + PAYLOAD] = payload;
    words[row + EXCHANGE] = (unit.exchange ?? -1) + 1;
    words[row + STREAM] = (unit.stream ?? -1) + 1;
    words[row + MESSAGE] = (unit.message ?? -1) + 1;
    this.#texts.add(this.end - 1, unit.summary, unit.text);
    if (this.#dissector[at] !== unit.dissector)
      this.#dissector[at] = unit.dissector;
    if (!isRare) return;
    this.#rare.set(at, {
      ...(ranges.length !== 1 && { ranges }),
      ...(problem !== undefined && { problem }),
      ...(isLarge && { sizes: { size, payload } }),
    });
  }

  /** The line of a number; undefined where it is not, or no longer, kept. */
  get(n: number): Entry | undefined {
    if (n < this.first || n >= this.end) return undefined;
    const at = n % this.#size;
    const note = this.#notes.get(at);
    if (note) return note;
    const rare = this.#rare.get(at);
    const row = at * WORDS;
    const number = (which: number): number => this.#words[row + which]!;
    const double = (which: number) => this.#doubles[at * DOUBLES + which]!;
    const optional = (which: number) =>
      number(which) === 0 ? undefined : number(which) - 1;
    const unit = new KeptUnit(this.#texts, n, {
      kind: this.#kinds[number(KIND) - 1]!,
      direction: number(FLAGS) & DOWN ? 'down' : 'up',
      layer: number(LAYER),
      ranges: rare?.ranges ?? [[double(FROM), double(TO)]],
      size: rare?.sizes?.size ?? number(BYTES),
      payload: rare?.sizes?.payload ?? number(PAYLOAD),
      counts: (number(FLAGS) & COUNTS) !== 0,
      problem: rare?.problem,
      exchange: optional(EXCHANGE),
      stream: optional(STREAM),
      message: optional(MESSAGE),
      dissector: this.#dissector[at]!,
    });
    return {
      connection: number(CONNECTION),
      link: this.#links[number(LINK) - 1],
      time: double(TIME),
      unit,
    };
  }

  /** Makes room for a line; what was there before is forgotten. */
  #next({ connection, link, time }: Entry): number {
    const at = this.end % this.#size;
    const words = this.#words;
    const row = at * WORDS;
    if (this.end >= this.#size) {
      if (words[row + FLAGS]! & IS_RARE) this.#rare.delete(at);
      if (words[row + KIND] === 0) this.#notes.delete(at);
    }
    this.end += 1;
    words[row + CONNECTION] = connection;
    words[row + LINK] = link === undefined ? 0 : this.#placeOf(link) + 1;
    this.#doubles[at * DOUBLES + TIME] = time;
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
}
