/**
 * Vectors, and how they are written: a title; what was sent, `→` up and `←`
 * down; the units that it is, each as `lineOf` in cuts.ts writes it; a blank
 * line.
 *
 *     text, and a second one
 *     ← 81 05 "Hello" 81 01 "x"
 *       down 0+7 [websocket text] text: 7 bytes, 5 of payload
 *       down 7+3 [websocket text] text: 3 bytes, 1 of payload
 *
 * Bytes are hex, `00×256` for 256 of them, or text in quotes with the escapes
 * of JSON and `⏎` for CR LF. What begins with `[01 05 1]` is a frame of HTTP/2,
 * where `(name=value)` is a field without Huffman code, not to be remembered.
 */
import type { ConnectionDecoder } from '../../unit.ts';
import { bytes, text, type Step } from '../cuts.ts';
import { field, frame } from './http2-frames.ts';

/** Bytes, and the units that they are, however they are cut. */
export interface Vector {
  title: string;
  make: () => ConnectionDecoder;
  steps: Step[];
  /** The raw offsets of the first bytes, if not 0. */
  first?: { up: number; down: number };
  units: string[];
}

/** @param before what all of them begin with */
export function vectors(
  make: () => ConnectionDecoder,
  written: string,
  before: { steps: Step[]; units: string[] } = { steps: [], units: [] },
): Vector[] {
  return written.split('\n\n').map((block) => {
    const [title, ...lines] = block.trim().split('\n');
    const sent = lines.filter((line) => /^[→←]/.test(line));
    const units = lines.slice(sent.length).map((line) => line.slice(2));
    const steps = [...before.steps, ...stepsOf(sent.join(' '))];
    return { title: title!, make, steps, units: [...before.units, ...units] };
  });
}

const token =
  /[→←]|"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\([^)]*\)|[0-9a-f]+(?:×\d+)?|\S/g;

/** What was sent: `→ 89 00  ← 8a 00`. */
export function stepsOf(written: string): Step[] {
  const steps: [Step[0], string[]][] = [];
  for (const [part] of written.matchAll(token))
    if (part === '→') steps.push(['up', []]);
    else if (part === '←') steps.push(['down', []]);
    else steps.at(-1)![1].push(part);
  return steps.map(([direction, parts]) => {
    const [first, ...rest] = parts;
    return [
      direction,
      first?.startsWith('[')
        ? frame(first.slice(1, -1), ...rest.map(bytesOf))
        : bytes(...parts.map(bytesOf)),
    ];
  });
}

function bytesOf(part: string): string | Uint8Array {
  if (part.startsWith('"')) return text(unescaped(part.slice(1, -1)));
  if (part.startsWith('(')) {
    const [, name = '', value = ''] = /^\(([^=]*)=(.*)\)$/.exec(part)!;
    return field(unescaped(name), unescaped(value));
  }
  const [hex = '', times = '1'] = part.split('×');
  if (!/^([0-9a-f]{2})+$/.test(hex)) throw new Error(`no bytes: ${part}`);
  return hex.repeat(Number(times));
}

/** Text as it is sent, of text as it is written. */
export function unescaped(written: string): string {
  const json = written
    .replaceAll(/\\.|"/g, (found) => (found === '"' ? '\\"' : found))
    .replaceAll('⏎', '\\r\\n');
  return JSON.parse(`"${json}"`) as string;
}
