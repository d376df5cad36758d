// Wrong: decodes each fragment's text by itself.
// Told: A character that two fragments share is broken

import { decodeFrame, opcodes } from '../../../frame.ts';
import { type Listener, serve } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader({ hear, control }: Listener) {
  let bytes: Uint8Array = new Uint8Array();
  let text = '';
  let binary: Uint8Array[] = [];
  let kind = 0;

  return (read: Uint8Array) => {
    bytes = Buffer.concat([bytes, read]);
    for (let next = decodeFrame(bytes); next; next = decodeFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { final, opcode, payload } = next.frame;
      if (opcode >= opcodes.close) {
        control(opcode, payload);
        continue;
      }
      if (opcode !== opcodes.continuation) kind = opcode;
      if (kind === opcodes.text) text += new TextDecoder().decode(payload);
      else binary.push(payload);
      if (!final) continue;
      hear(kind === opcodes.text ? text : Buffer.concat(binary));
      text = '';
      binary = [];
    }
  };
}
