// Wrong: a ping inside a message is taken for part of it.
// Told: A ping inside a message is taken for part of it

import { decodeFrame, opcodes } from '../../../frame.ts';
import { type Listener, serve } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader({ hear, control }: Listener) {
  let bytes: Uint8Array = new Uint8Array();
  let fragments: Uint8Array[] = [];
  let kind = 0;

  return (read: Uint8Array) => {
    bytes = Buffer.concat([bytes, read]);
    for (let next = decodeFrame(bytes); next; next = decodeFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { final, opcode, payload } = next.frame;
      const isInside = fragments.length > 0;
      if (opcode >= opcodes.close && !isInside) {
        control(opcode, payload);
        continue;
      }
      if (!isInside) kind = opcode;
      fragments.push(payload);
      if (!final) continue;
      const message = Buffer.concat(fragments);
      fragments = [];
      hear(kind === opcodes.text ? message.toString() : message);
    }
  };
}
