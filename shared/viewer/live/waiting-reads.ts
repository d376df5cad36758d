/**
 * Reads that wait for their decoder, in the order in which they came. In
 * columns, as objects they would all be garbage; their bytes are copied one
 * behind the other. Both grow with what waits, up to a limit, and become small
 * again when nothing does.
 */
import type { Direction } from '@on-the-wire/wire/unit.ts';

/** Reads and bytes that there is room for when little waits. */
const READS = 1_024;
const BYTES = 256 * 1_024;

/** A part of a read; valid until another one is added or taken. */
export interface ReadPart {
  connection: number;
  direction: Direction;
  /** ms since the tap was created. */
  time: number;
  bytes: Uint8Array;
}

/** A queue of reads; see above. */
export class WaitingReads {
  /** How many reads have been taken as a whole. */
  taken = 0;
  readonly #mostReads: number;
  readonly #mostBytes: number;
  #bytes = new Uint8Array(BYTES);
  #connection = new Uint32Array(READS);
  #isDown = new Uint8Array(READS);
  #time = new Float64Array(READS);
  /** Where the bytes of a read end; those of the next begin there. */
  #end = new Uint32Array(READS);
  /** The first read that waits, and the first of its bytes that does. */
  #first = 0;
  #start = 0;
  #count = 0;
  /** The same object for each: there are as many as reads. */
  readonly #part: ReadPart = {
    connection: 0,
    direction: 'up',
    time: 0,
    bytes: this.#bytes,
  };

  /** @param most how many reads, and how many bytes, may wait */
  constructor(most: { reads: number; bytes: number }) {
    this.#mostReads = most.reads;
    this.#mostBytes = most.bytes;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#first === this.#count;
  }

  /** How many reads were ever added. */
  get added(): number {
    return this.taken + this.#count - this.#first;
  }

  /**
   * Adds a copy of a read. Where nothing waits there is room for any.
   *
   * @param time ms since the tap was created
   * @returns false: there is no room
   */
  add(
    connection: number,
    direction: Direction,
    time: number,
    bytes: Uint8Array,
  ): boolean {
    if (!this.#hasRoom(bytes.length)) return false;
    const at = this.#count++;
    const start = at === 0 ? 0 : this.#end[at - 1]!;
    this.#bytes.set(bytes, start);
    this.#connection[at] = connection;
    this.#isDown[at] = direction === 'down' ? 1 : 0;
    this.#time[at] = time;
    this.#end[at] = start + bytes.length;
    return true;
  }

  /** Takes at most `most` bytes of the first read; undefined without one. */
  take(most: number): ReadPart | undefined {
    if (this.isEmpty) return undefined;
    const at = this.#first;
    const start = this.#start;
    const end = Math.min(this.#end[at]!, start + most);
    const part = this.#part;
    part.connection = this.#connection[at]!;
    part.direction = this.#isDown[at] ? 'down' : 'up';
    part.time = this.#time[at]!;
    part.bytes = this.#bytes.subarray(start, end);
    this.#start = end;
    if (end === this.#end[at]!) {
      this.taken += 1;
      this.#first += 1;
      if (this.isEmpty) this.#reset();
    }
    return part;
  }

  /** The connection of which most bytes wait. */
  largest(): { connection: number; bytes: number } {
    const sums = new Map<number, number>();
    let largest = { connection: 0, bytes: 0 };
    let start = this.#start;
    for (let at = this.#first; at < this.#count; at += 1) {
      const connection = this.#connection[at]!;
      const length = this.#end[at]! - start;
      const bytes = (sums.get(connection) ?? 0) + length;
      sums.set(connection, bytes);
      if (bytes > largest.bytes) largest = { connection, bytes };
      start = this.#end[at]!;
    }
    return largest;
  }

  /** Forgets the bytes of a connection; its reads keep their place. */
  drop(connection: number): void {
    let start = this.#start;
    let kept = this.#start;
    for (let at = this.#first; at < this.#count; at += 1) {
      const end = this.#end[at]!;
      if (this.#connection[at] !== connection) {
        this.#bytes.copyWithin(kept, start, end);
        kept += end - start;
      }
      start = end;
      this.#end[at] = kept;
    }
  }

  #hasRoom(more: number): boolean {
    const used = this.#count === 0 ? 0 : this.#end[this.#count - 1]!;
    const reads = this.#count - this.#first + 1;
    const bytes = used - this.#start + more;
    const isFull = reads > this.#mostReads || bytes > this.#mostBytes;
    if (isFull && !this.isEmpty) return false;
    const fits =
      this.#count < this.#time.length && used + more <= this.#bytes.length;
    if (fits) return true;
    this.#moveTo(
      Math.max(READS, Math.min(this.#mostReads, reads * 2)),
      Math.max(BYTES, bytes, Math.min(this.#mostBytes, bytes * 2)),
    );
    return true;
  }

  /** What was taken leaves room; the rest gets more of it. */
  #moveTo(reads: number, bytes: number): void {
    const [first, start, count] = [this.#first, this.#start, this.#count];
    const used = count === 0 ? 0 : this.#end[count - 1]!;
    this.#bytes = moved(this.#bytes, start, used, new Uint8Array(bytes));
    const into = <T extends Column>(old: T, made: T): T =>
      moved(old, first, count, made);
    this.#connection = into(this.#connection, new Uint32Array(reads));
    this.#isDown = into(this.#isDown, new Uint8Array(reads));
    this.#time = into(this.#time, new Float64Array(reads));
    this.#end = into(this.#end, new Uint32Array(reads));
    this.#first = 0;
    this.#start = 0;
    this.#count = count - first;
    for (let at = 0; at < this.#count; at += 1) this.#end[at]! -= start;
  }

  #reset(): void {
    this.#first = 0;
    this.#start = 0;
    this.#count = 0;
    if (this.#bytes.length > BYTES || this.#time.length > READS)
      this.#moveTo(READS, BYTES);
  }
}

type Column = Uint8Array | Uint32Array | Float64Array;

/** The elements from `from` to `to` of one column, at the start of another. */
function moved<T extends Column>(old: T, from: number, to: number, made: T): T {
  made.set(old.subarray(from, to));
  return made;
}
