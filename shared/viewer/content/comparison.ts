/**
 * Two units beside each other, row by row: what each carries, line by line
 * where both are text; else their fields, and their bytes. Pure; the pane draws
 * it. A row is made when it is drawn, because most of them never are.
 */
import { hexByte, printable } from '@on-the-wire/wire/text.ts';
import type { Details } from '../source.ts';
import { align, type AlignedPair } from './align.ts';
import { contentLines } from './shown-content.ts';

/** A piece of a row; marked where the other side has something else. */
export interface ComparedPiece {
  text: string;
  differs: boolean;
}

/** What one side has in a row. */
export interface Side {
  /** Its line, from 1, or the offset of its first byte, from 0. */
  place: number;
  pieces: ComparedPiece[];
}

/** One part of a comparison. */
export interface ComparedSection {
  name: 'Content' | 'Fields' | 'Bytes';
  /** How many rows there are. */
  rows: number;
  /** Only the first of so many bytes are compared; undefined where all are. */
  cutAt: number | undefined;
  isSame(row: number): boolean;
  /** undefined where that side has nothing there. */
  row(row: number): { a: Side | undefined; b: Side | undefined };
}

/** Bytes in a row. */
const IN_A_ROW = 8;
/** Bytes of each side that are compared. */
const MOST_BYTES = 131_072;
/** Characters of a line in which differing words are looked for. */
const MOST_IN_LINE = 5_000;
/** Of two lines so much must be the same, or they differ as a whole. */
const ALIKE = 0.3;

/** Compares two units. */
export function compareUnits(a: Details, b: Details): ComparedSection[] {
  if (a.content && b.content) {
    const [left, right] = [contentLines(a.content), contentLines(b.content)];
    return [
      left && right
        ? compareLines('Content', left, right)
        : compareBytes('Content', a.content.bytes, b.content.bytes),
    ];
  }
  const sections = [compareLines('Fields', fieldLines(a), fieldLines(b))];
  if (a.bytes && b.bytes)
    sections.push(compareBytes('Bytes', a.bytes, b.bytes));
  return sections;
}

const fieldLines = ({ fields }: Details) =>
  fields.map(({ label, value }) => `${label}: ${value}`);

function compareLines(
  name: ComparedSection['name'],
  a: string[],
  b: string[],
): ComparedSection {
  const pairs = align(a, b);
  return {
    name,
    rows: pairs.length,
    cutAt: undefined,
    isSame: (row) => pairs[row]!.isSame,
    row(row) {
      const { a: i, b: j, isSame } = pairs[row]!;
      const [left, right] = [textAt(a, i), textAt(b, j)];
      const pieces =
        left !== undefined && right !== undefined && !isSame
          ? wordsOf(left, right)
          : {
              a: [piece(left ?? '', !isSame)],
              b: [piece(right ?? '', !isSame)],
            };
      return {
        a: i === undefined ? undefined : { place: i + 1, pieces: pieces.a },
        b: j === undefined ? undefined : { place: j + 1, pieces: pieces.b },
      };
    },
  };
}

const textAt = (lines: string[], at: number | undefined) =>
  at === undefined ? undefined : lines[at];

/** Nothing in it turns the line around, or hides; a tab may stand. */
const piece = (text: string, differs: boolean): ComparedPiece => ({
  text: text.split('\t').map(printable).join('\t'),
  differs,
});

/** Two lines that differ: which words of them do. */
function wordsOf(
  a: string,
  b: string,
): { a: ComparedPiece[]; b: ComparedPiece[] } {
  const whole = { a: [piece(a, true)], b: [piece(b, true)] };
  if (a.length > MOST_IN_LINE || b.length > MOST_IN_LINE) return whole;
  const [left, right] = [words(a), words(b)];
  const pairs = align(left, right);
  const same = pairs.reduce(
    (sum, { a: i, isSame }) => sum + (isSame ? left[i!]!.trim().length : 0),
    0,
  );
  if (same < ALIKE * Math.max(a.length, b.length)) return whole;
  return {
    a: joined(pairs.map(({ a: i, isSame }) => [textAt(left, i), !isSame])),
    b: joined(pairs.map(({ b: j, isSame }) => [textAt(right, j), !isSame])),
  };
}

const words = (text: string) => text.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];

/** Pieces that follow each other and differ, or do not, become one. */
function joined(
  parts: [text: string | undefined, differs: boolean][],
): ComparedPiece[] {
  const pieces: ComparedPiece[] = [];
  for (const [text, differs] of parts) {
    if (text === undefined) continue;
    const last = pieces.at(-1);
    const next = piece(text, differs);
    if (last?.differs === differs) last.text += next.text;
    else pieces.push(next);
  }
  return pieces;
}

function compareBytes(
  name: ComparedSection['name'],
  a: Uint8Array,
  b: Uint8Array,
): ComparedSection {
  const [left, right] = [a.subarray(0, MOST_BYTES), b.subarray(0, MOST_BYTES)];
  const pairs = align(left, right);
  const inRow = (row: number) =>
    pairs.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW);
  return {
    name,
    rows: Math.ceil(pairs.length / IN_A_ROW),
    cutAt: Math.max(a.length, b.length) > MOST_BYTES ? MOST_BYTES : undefined,
    isSame: (row) => inRow(row).every(({ isSame }) => isSame),
    row(row) {
      const cells = inRow(row);
      return {
        a: byteSide(left, cells, (pair) => pair.a),
        b: byteSide(right, cells, (pair) => pair.b),
      };
    },
  };
}

/** `48 69 …  Hi`, with room where the other side alone has a byte. */
function byteSide(
  bytes: Uint8Array,
  cells: AlignedPair[],
  indexIn: (pair: AlignedPair) => number | undefined,
): Side | undefined {
  const first = cells.map(indexIn).find((index) => index !== undefined);
  if (first === undefined) return undefined;
  const drawn = (
    draw: (byte: number) => string,
    room: string,
  ): [string, boolean][] =>
    cells.map((pair) => {
      const index = indexIn(pair);
      return index === undefined
        ? [room, false]
        : [draw(bytes[index]!), !pair.isSame];
    });
  const digits = drawn((byte) => `${hexByte(byte)} `, '   ');
  const filled = '   '.repeat(IN_A_ROW - cells.length);
  const letters = drawn(character, ' ');
  return {
    place: first,
    pieces: joined([...digits, [`${filled} `, false], ...letters]),
  };
}

/** What has a shape is shown, everything else is a dot. */
export function character(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
