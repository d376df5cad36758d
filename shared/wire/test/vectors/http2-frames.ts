import { PREFACE } from '../../http2/decoder.ts';
import { bytes, text, type Step } from '../cuts.ts';

/** `04 00 0  <payload>`: type, flags and stream, then the payload in hex. */
export function frame(
  header: string,
  ...payload: (string | Uint8Array)[]
): Uint8Array {
  const [type, flags, stream] = header.split(' ');
  const body = bytes(...payload);
  const length = body.length.toString(16).padStart(6, '0');
  const id = Number(stream).toString(16).padStart(8, '0');
  return bytes(length, type!, flags!, id, body);
}

/** `name: value`, written out without Huffman code, not to be remembered. */
export function field(name: string, value: string): Uint8Array {
  const parts = [name, value].map((one) => Buffer.from(one, 'latin1'));
  return bytes(
    '00',
    ...parts.flatMap((raw) => [Uint8Array.of(raw.length), raw]),
  );
}

/** Both sides begin as they should. */
export const BEGIN: Step[] = [
  ['up', text(PREFACE)],
  ['up', frame('04 00 0')],
  ['down', frame('04 00 0')],
];

/** And this is what it is. */
export const BEGUN = [
  'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
  'up 24+9 [http/2 SETTINGS] SETTINGS: 9 bytes, 0 values',
  'down 0+9 [http/2 SETTINGS] SETTINGS: 9 bytes, 0 values',
];

export const up = (...parts: Parameters<typeof frame>): Step => [
  'up',
  frame(...parts),
];
export const down = (...parts: Parameters<typeof frame>): Step => [
  'down',
  frame(...parts),
];

/** RFC 7541 C.3.1. */
export const FIRST = '828684 410f7777772e6578616d706c652e636f6d';
