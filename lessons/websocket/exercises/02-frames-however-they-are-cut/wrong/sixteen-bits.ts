// Wrong: the length of eight bytes is taken for one of two.
// Told: A length above 65,535 is misread

import { opcodes } from '../../../frame.ts';
import { type Listener, serve, unmask } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader({ hear, control }: Listener) {
  let bytes: Uint8Array = new Uint8Array();
  let fragments: Uint8Array[] = [];
  let kind = 0;

  return (read: Uint8Array) => {
    bytes = Buffer.concat([bytes, read]);
    for (let next = firstFrame(bytes); next; next = firstFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { final, opcode, payload } = next;
      if (opcode >= opcodes.close) {
        control(opcode, payload);
        continue;
      }
      if (opcode !== opcodes.continuation) kind = opcode;
      fragments.push(payload);
      if (!final) continue;
      const message = Buffer.concat(fragments);
      fragments = [];
      hear(kind === opcodes.text ? message.toString() : message);
    }
  };
}

function firstFrame(bytes: Uint8Array) {
  if (bytes.length < 6) return undefined;
  const short = bytes[1]! & 0x7f;
  const isLong = short >= 126;
  const length = isLong ? (bytes[2]! << 8) | bytes[3]! : short;
  const start = isLong ? 8 : 6;
  const end = start + length;
  if (bytes.length < end) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = unmask(bytes.subarray(start, end), mask);
  return { final: bytes[0]! >= 0x80, opcode: bytes[0]! & 0x0f, payload, end };
}
