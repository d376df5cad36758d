// Wrong: only the 7-bit length.
// Told: A length above 125 is misread

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
  const end = 6 + (bytes[1]! & 0x7f);
  if (bytes.length < end) return undefined;
  const payload = unmask(bytes.subarray(6, end), bytes.subarray(2, 6));
  return { final: bytes[0]! >= 0x80, opcode: bytes[0]! & 0x0f, payload, end };
}
