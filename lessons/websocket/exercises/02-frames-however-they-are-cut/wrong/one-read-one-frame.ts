// Wrong: one read is one frame.
// Told: A read is taken for a frame

import { decodeFrame, opcodes } from '../../../frame.ts';
import { type Listener, serve } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader({ hear, control }: Listener) {
  let fragments: Uint8Array[] = [];
  let kind = 0;
  return (read: Uint8Array) => {
    const { frame } = decodeFrame(read) ?? {};
    if (!frame) return;
    const { final, opcode, payload } = frame;
    if (opcode >= opcodes.close) return control(opcode, payload);
    if (opcode !== opcodes.continuation) kind = opcode;
    fragments.push(payload);
    if (!final) return;
    const message = Buffer.concat(fragments);
    fragments = [];
    hear(kind === opcodes.text ? message.toString() : message);
  };
}
