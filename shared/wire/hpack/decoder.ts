/**
 * Header compression of HTTP/2, RFC 7541, from a block to its fields. Reading
 * is done in two steps: what the bytes are needs no memory of earlier blocks;
 * what they mean needs the table.
 *
 * What goes in: whole blocks, in the order in which they were sent. What comes
 * out: their fields, and what is wrong with them. A block that is cut off, or
 * was never seen, makes all later ones unreadable: see `lose`.
 */
import { decodeHuffman } from './huffman.ts';
import { HpackTable, STATIC_SIZE } from './table.ts';
import { HEADER_FIELDS_LIMIT, HPACK_TABLE_LIMIT } from '../limits.ts';
import { latin1, number } from '../text.ts';

/** A string as it stands in the block: without its length. */
export interface Literal {
  start: number;
  end: number;
  isHuffman: boolean;
}

/** One thing that a block says, RFC 7541, 6. Offsets count in the block. */
export interface Representation {
  kind:
    | 'indexed'
    | 'incremental'
    | 'without indexing'
    | 'never indexed'
    | 'size update';
  start: number;
  end: number;
  /** Into the tables; 0: the name is written out. For a size update: the size. */
  index: number;
  name: Literal | undefined;
  value: Literal | undefined;
}

class BlockReader {
  at = 0;
  problem: string | undefined;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  fail(problem: string): number {
    this.problem ??= problem;
    return 0;
  }

  /** RFC 7541, 5.1. */
  integer(prefixBits: number): number {
    const most = 2 ** prefixBits - 1;
    let value = this.bytes[this.at++]! & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined)
        return this.fail(
          'expected the rest of an integer, the block ended (RFC 7541, 5.1)',
        );
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.fail('expected an integer of at most 6 bytes (RFC 7541, 5.1)');
  }

  /** RFC 7541, 5.2. */
  string(): Literal | undefined {
    const first = this.bytes[this.at];
    if (first === undefined) {
      this.fail('expected a string, the block ended (RFC 7541, 5.2)');
      return undefined;
    }
    const length = this.integer(7);
    const start = this.at;
    const end = start + length;
    if (end > this.bytes.length)
      this.fail(
        `expected a string of ${number(length)} bytes, found ${number(this.bytes.length - start)} (RFC 7541, 5.2)`,
      );
    if (this.problem) return undefined;
    this.at = end;
    return { start, end, isHuffman: (first & 0x80) !== 0 };
  }

  representation(): Representation {
    const start = this.at;
    const first = this.bytes[start]!;
    if (first & 0x80) return this.#short('indexed', start, 7);
    if ((first & 0xe0) === 0x20) return this.#short('size update', start, 5);
    if (first & 0x40) return this.#literal('incremental', start, 6);
    return this.#literal(
      first & 0x10 ? 'never indexed' : 'without indexing',
      start,
      4,
    );
  }

  #short(
    kind: Representation['kind'],
    start: number,
    prefixBits: number,
  ): Representation {
    const index = this.integer(prefixBits);
    return {
      kind,
      start,
      end: this.at,
      index,
      name: undefined,
      value: undefined,
    };
  }

  #literal(
    kind: Representation['kind'],
    start: number,
    prefixBits: number,
  ): Representation {
    const index = this.integer(prefixBits);
    const name = index === 0 && !this.problem ? this.string() : undefined;
    const value = this.problem ? undefined : this.string();
    return { kind, start, end: this.at, index, name, value };
  }
}

/**
 * What a block consists of, as far as it can be read.
 * @returns and why it cannot be read on; undefined if all was
 */
export function readRepresentations(block: Uint8Array): {
  representations: Representation[];
  problem: string | undefined;
} {
  const reader = new BlockReader(block);
  const representations: Representation[] = [];
  while (reader.at < block.length && !reader.problem) {
    const one = reader.representation();
    if (!reader.problem) representations.push(one);
  }
  return { representations, problem: reader.problem };
}

/** The header fields of one block. */
export interface HeaderList {
  /** Name, value, name, value …; in small memory, as the table shares them. */
  fields: string[];
  problem: string | undefined;
}

const TOO_MANY = `more than ${number(HEADER_FIELDS_LIMIT)} fields: the later ones are not kept`;

/** The decoder of one direction: it remembers the dynamic table. */
export class HpackDecoder {
  readonly table = new HpackTable();
  /** The largest table that the receiver has allowed, in bytes. */
  allowed = 4_096;
  /** An earlier block could not be read: no later one can. */
  #isLost = false;

  /** Some bytes of a block never came: the table is unknown from now on. */
  lose(): void {
    this.#isLost = true;
  }

  decode(block: Uint8Array): HeaderList {
    const list: HeaderList = { fields: [], problem: undefined };
    if (this.#isLost) {
      list.problem = 'the fields cannot be read, as an earlier block could not';
      return list;
    }
    // Each is taken as it is read: of a long block all of them would be many.
    const reader = new BlockReader(block);
    while (reader.at < block.length && !this.#isLost) {
      const one = reader.representation();
      if (reader.problem) this.#isLost = true;
      const problem = reader.problem ?? this.#apply(block, one, list);
      list.problem ??= problem;
    }
    return list;
  }

  #apply(
    block: Uint8Array,
    one: Representation,
    list: HeaderList,
  ): string | undefined {
    if (one.kind === 'size update') return this.#resize(one.index, list);
    let name: string;
    let value: string;
    if (one.name) {
      name = this.#text(block, one.name, list);
      value = this.#text(block, one.value!, list);
    } else {
      const entry = this.table.get(one.index);
      if (!entry) {
        this.#isLost = true;
        return `expected an index from 1 to ${STATIC_SIZE + this.table.length}, found ${one.index} (RFC 7541, 2.3.3)`;
      }
      name = entry[0];
      value = one.value ? this.#text(block, one.value, list) : entry[1];
    }
    if (one.kind === 'incremental') this.table.add(name, value);
    if (list.fields.length >= HEADER_FIELDS_LIMIT * 2) return TOO_MANY;
    list.fields.push(name, value);
    return undefined;
  }

  #resize(size: number, list: HeaderList): string | undefined {
    if (size > HPACK_TABLE_LIMIT) {
      this.#isLost = true;
      return `a dynamic table of ${number(size)} bytes is not followed, at most ${number(HPACK_TABLE_LIMIT)}`;
    }
    this.table.resize(size);
    if (list.fields.length > 0)
      return 'expected a change of the table size before all fields (RFC 7541, 4.2)';
    if (size > this.allowed)
      return `expected a table of at most ${number(this.allowed)} bytes, found ${number(size)} (RFC 7541, 6.3)`;
    return undefined;
  }

  #text(block: Uint8Array, literal: Literal, list: HeaderList): string {
    const { start, end, isHuffman } = literal;
    if (!isHuffman) return latin1(block, start, end);
    const { text, problem } = decodeHuffman(block, start, end);
    list.problem ??= problem;
    return text;
  }
}

/**
 * Decodes the header blocks of one direction of HTTP/2, one after the other:
 * all of them, as they refer to earlier ones.
 */
export function hpackDecoder(): HpackDecoder {
  return new HpackDecoder();
}
