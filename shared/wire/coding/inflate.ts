/**
 * DEFLATE, RFC 1951, from compressed bytes to plain ones. Written here because
 * a decoder needs what libraries do not give: it may stop after any byte and
 * tell exactly which plain bytes that byte completed, it uses 35 KB at most,
 * and less for a short byte stream, and it stops at an allowance.
 */
import {
  CanonicalCode,
  CodeWalk,
  NO_CODE,
  UNDECIDED,
} from './canonical-code.ts';
import {
  DISTANCE_BASES,
  DISTANCE_BITS,
  FIXED_DISTANCES,
  FIXED_LENGTHS,
  LENGTH_BASES,
  LENGTH_BITS,
  ORDER,
  REPEAT,
  REPEAT_BITS,
} from './inflate-tables.ts';

const WINDOW = 32_768;
/** Of most byte streams little is read: a window begins small, and grows. */
const FIRST_WINDOW = 1_024;

type State =
  | 'block'
  | 'stored length'
  | 'stored'
  | 'counts'
  | 'code lengths'
  | 'lengths'
  | 'repeat'
  | 'symbol'
  | 'length bits'
  | 'distance'
  | 'distance bits'
  | 'done'
  | 'failed';

/** Gets plain bytes: `bytes[from..to)`, valid during the call only. */
export type Emit = (bytes: Uint8Array, from: number, to: number) => void;

/** One byte stream of DEFLATE; `write` takes it in any pieces. */
export class Inflater {
  /** Why it stopped; what it expected and found. */
  problem: string | undefined;
  /** How many more plain bytes it may make; the owner renews it. */
  allowance = Infinity;
  #endless: boolean;
  #state: State = 'block';
  #hold = 0;
  #held = 0;
  #final = false;
  #remaining = 0;
  #lengthCode = FIXED_LENGTHS;
  #distanceCode = FIXED_DISTANCES;
  #walk = new CodeWalk();
  #lengths: number[] = [];
  #wanted = { codes: 0, lengths: 0, distances: 0 };
  #symbol = 0;
  #length = 0;
  #window = new Uint8Array(FIRST_WINDOW);
  #position = 0;
  #emitted = 0;
  #made = 0;

  /**
   * @param endless after a final block comes another one, as in
   *   permessage-deflate (RFC 7692, 7.2.3.4), instead of the end
   */
  constructor(endless = false) {
    this.#endless = endless;
  }

  /** The final block has ended. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /**
   * Takes `bytes[from..to)`; hands out all plain bytes that they complete.
   * Returns where it stopped: before `to` when done or failed.
   */
  write(bytes: Uint8Array, from: number, to: number, emit: Emit): number {
    let next = from;
    for (;;) {
      // Most bits belong to symbols; all else is asked for what it needs.
      const isSymbol = this.#state === 'symbol' || this.#state === 'distance';
      const wanted = isSymbol ? 1 : this.#bitsWanted();
      if (wanted < 0) break;
      if (this.#held < wanted) {
        if (next === to) break;
        this.#hold |= bytes[next++]! << this.#held;
        this.#held += 8;
      } else if (isSymbol) {
        this.#symbols(emit);
      } else if (this.#state === 'stored') {
        next = this.#copyStored(bytes, next, to, emit);
        if (this.#remaining > 0) break;
        this.#endBlock();
      } else {
        this.#step(emit);
      }
    }
    this.#flush(emit);
    return next;
  }

  /** How many bits the state needs to go on; below 0: it cannot. */
  #bitsWanted(): number {
    switch (this.#state) {
      case 'block':
        return 3;
      case 'stored length':
        return 16;
      case 'stored':
        return 0;
      case 'counts':
        return 14;
      case 'code lengths':
        return 3;
      case 'repeat':
        return REPEAT_BITS[this.#symbol - 16]!;
      case 'length bits':
        return LENGTH_BITS[this.#symbol]!;
      case 'distance bits':
        return DISTANCE_BITS[this.#symbol]!;
      case 'done':
      case 'failed':
        return -1;
      default:
        return 1;
    }
  }

  #bits(count: number): number {
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  #fail(problem: string, section = ' (RFC 1951, 3.2)'): void {
    this.problem = `${problem}${section}`;
    this.#state = 'failed';
  }

  #step(emit: Emit): void {
    switch (this.#state) {
      case 'block':
        return this.#openBlock();
      case 'stored length':
        return this.#storedLength();
      case 'counts':
        this.#wanted.lengths = this.#bits(5) + 257;
        this.#wanted.distances = this.#bits(5) + 1;
        this.#wanted.codes = this.#bits(4) + 4;
        this.#lengths = Array(19).fill(0);
        this.#remaining = 0;
        this.#state = 'code lengths';
        return;
      case 'code lengths':
        this.#lengths[ORDER[this.#remaining++]!] = this.#bits(3);
        if (this.#remaining === this.#wanted.codes) this.#readLengths();
        return;
      case 'repeat':
        return this.#repeat();
      case 'length bits':
        this.#length = LENGTH_BASES[this.#symbol]!;
        this.#length += this.#bits(LENGTH_BITS[this.#symbol]!);
        this.#state = 'distance';
        return;
      case 'distance bits':
        return this.#copy(emit);
      default:
        return this.#symbols(emit);
    }
  }

  #openBlock(): void {
    this.#final = this.#bits(1) === 1;
    const type = this.#bits(2);
    if (type === 0) {
      // A stored block begins with the next whole byte.
      this.#bits(this.#held & 7);
      this.#remaining = -1;
      this.#state = 'stored length';
    } else if (type === 1) {
      this.#lengthCode = FIXED_LENGTHS;
      this.#distanceCode = FIXED_DISTANCES;
      this.#state = 'symbol';
    } else if (type === 2) {
      this.#state = 'counts';
    } else {
      this.#fail('expected a block of type 0, 1 or 2, found 3');
    }
  }

  #storedLength(): void {
    const value = this.#bits(16);
    if (this.#remaining < 0) {
      this.#remaining = value;
    } else if (value === (~this.#remaining & 0xffff)) {
      this.#state = 'stored';
    } else {
      this.#fail('expected the length of a stored block and its complement');
    }
  }

  #copyStored(bytes: Uint8Array, from: number, to: number, emit: Emit): number {
    let next = from;
    while (next < to && this.#remaining > 0 && this.#state === 'stored') {
      this.#put(bytes[next++]!, emit);
      this.#remaining--;
    }
    return next;
  }

  #endBlock(): void {
    if (this.#state === 'failed') return;
    if (!this.#final) {
      this.#state = 'block';
    } else if (this.#endless) {
      this.#bits(this.#held & 7);
      this.#state = 'block';
    } else {
      this.#state = 'done';
    }
  }

  /** The code in which the lengths of the block's two codes are written. */
  #readLengths(): void {
    this.#lengthCode = new CanonicalCode(this.#lengths);
    this.#lengths = [];
    if (this.#lengthCode.unused === 0) this.#state = 'lengths';
    else this.#fail('expected a complete code for code lengths');
  }

  #repeat(): void {
    const symbol = this.#symbol;
    const count = this.#bits(REPEAT_BITS[symbol - 16]!) + REPEAT[symbol - 16]!;
    const previous = this.#lengths.at(-1);
    if (symbol === 16 && previous === undefined) {
      this.#fail('expected a code length before its repetition');
      return;
    }
    const value = symbol === 16 ? previous! : 0;
    for (let i = 0; i < count; i++) this.#lengths.push(value);
    this.#state = 'lengths';
    this.#lengthsComplete();
  }

  #lengthsComplete(): void {
    const { lengths, distances } = this.#wanted;
    const missing = lengths + distances - this.#lengths.length;
    if (missing > 0) return;
    const own = this.#lengths.slice(0, lengths);
    this.#lengthCode = new CanonicalCode(own);
    this.#distanceCode = new CanonicalCode(this.#lengths.slice(lengths));
    this.#lengths = [];
    this.#state = 'symbol';
    if (missing < 0) this.#fail('expected fewer code lengths');
    else if (!own[256]) this.#fail('expected a code for the end of the block');
    else if (this.#lengthCode.unused < 0 || this.#distanceCode.unused < 0)
      this.#fail('expected codes that can be told apart');
    else if (isGappy(this.#lengthCode) || isGappy(this.#distanceCode))
      this.#fail('expected codes without a gap');
  }

  /** The states that read one symbol; takes the bits that are held. */
  #symbols(emit: Emit): void {
    const isDistance = this.#state === 'distance';
    const code = isDistance ? this.#distanceCode : this.#lengthCode;
    let symbol = UNDECIDED;
    while (this.#held > 0 && symbol === UNDECIDED) {
      symbol = this.#walk.step(code, this.#hold & 1);
      this.#hold >>>= 1;
      this.#held--;
    }
    if (symbol === UNDECIDED) return;
    if (symbol === NO_CODE) {
      this.#fail('expected a code of this block');
    } else if (this.#state === 'lengths') {
      this.#symbol = symbol;
      if (symbol >= 16) {
        this.#state = 'repeat';
      } else {
        this.#lengths.push(symbol);
        this.#lengthsComplete();
      }
    } else if (isDistance) {
      this.#symbol = symbol;
      if (symbol < 30) this.#state = 'distance bits';
      else this.#fail('expected a distance code below 30');
    } else if (symbol < 256) {
      this.#put(symbol, emit);
    } else if (symbol === 256) {
      this.#endBlock();
    } else {
      this.#symbol = symbol - 257;
      if (this.#symbol < 29) this.#state = 'length bits';
      else this.#fail('expected a length code below 286');
    }
  }

  #copy(emit: Emit): void {
    let distance = DISTANCE_BASES[this.#symbol]!;
    distance += this.#bits(DISTANCE_BITS[this.#symbol]!);
    if (distance > this.#made) {
      this.#fail(
        `expected a distance of at most ${this.#made}, found ${distance}`,
      );
      return;
    }
    this.#state = 'symbol';
    let left = this.#length;
    // Where nothing may be made any more, also the first byte is too many.
    if (this.#isSpent()) return;
    while (left > 0) {
      const from = (this.#position - distance) & (WINDOW - 1);
      left -= this.#repeatFrom(from, left, emit);
      if (left > 0 && this.#isSpent()) return;
    }
  }

  /** Copies as much as lies in one piece; returns how much. */
  #repeatFrom(from: number, wanted: number, emit: Emit): number {
    const position = this.#position;
    const window = this.#window;
    const room = window.length - Math.max(position, from);
    const count = Math.min(wanted, room, this.allowance);
    // Byte by byte, as what is copied may be what was just written.
    if (position - from === 1)
      window.fill(window[from]!, position, position + count);
    else
      for (let i = 0; i < count; i++) window[position + i] = window[from + i]!;
    this.#advance(count, emit);
    return count;
  }

  #put(byte: number, emit: Emit): void {
    if (this.#isSpent()) return;
    this.#window[this.#position] = byte;
    this.#advance(1, emit);
  }

  #isSpent(): boolean {
    if (this.allowance > 0) return false;
    this.#fail('the limit for inflated bytes was reached', '');
    return true;
  }

  #advance(count: number, emit: Emit): void {
    this.allowance -= count;
    this.#made = Math.min(WINDOW, this.#made + count);
    this.#position += count;
    const { length } = this.#window;
    if (this.#position < length) return;
    if (length < WINDOW) {
      const wider = new Uint8Array(length * 2);
      wider.set(this.#window);
      this.#window = wider;
    } else {
      this.#flush(emit);
      this.#position = 0;
      this.#emitted = 0;
    }
  }

  #flush(emit: Emit): void {
    if (this.#emitted < this.#position)
      emit(this.#window, this.#emitted, this.#position);
    this.#emitted = this.#position;
  }
}

/**
 * Some rows of bits mean nothing. That is allowed where there is a single code,
 * which takes one bit, or none at all: RFC 1951, 3.2.7, and zlib.
 */
function isGappy(code: CanonicalCode): boolean {
  const longest = code.counts.length - 1;
  return code.unused > 0 && longest > 1;
}
