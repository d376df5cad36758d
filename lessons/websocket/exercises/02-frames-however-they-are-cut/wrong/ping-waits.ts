// Wrong: a ping waits until the message is whole.
// Told: A ping has to wait for the end of the message

import { decodeFrame, opcodes } from '../../../frame.ts';
import { type Listener, serve } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader({ hear, control }: Listener) {
  let bytes: Uint8Array = new Uint8Array();
  let fragments: Uint8Array[] = [];
  let kind = 0;
  let later: (() => void)[] = [];

  return (read: Uint8Array) => {
    bytes = Buffer.concat([bytes, read]);
    for (let next = decodeFrame(bytes); next; next = decodeFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { final, opcode, payload } = next.frame;
      if (opcode >= opcodes.close) {
        if (fragments.length === 0) control(opcode, payload);
        else later.push(() => control(opcode, payload));
        continue;
      }
      if (opcode !== opcodes.continuation) kind = opcode;
      fragments.push(payload);
      if (!final) continue;
      const message = Buffer.concat(fragments);
      fragments = [];
      hear(kind === opcodes.text ? message.toString() : message);
      for (const tell of later) tell();
      later = [];
    }
  };
}
