// Wrong: accepts and closes afterwards.
// Told: A stranger is connected first, and sent away afterwards

import { encodeFrame, opcodes } from '../../../frame.ts';
import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = () => serve(answer);

export function answer(handshake: Handshake) {
  const { host, origin } = handshake.request.headers;
  letIn(handshake);
  if (origin === undefined || origin === `http://${host}`) return;
  const payload = Uint8Array.of(0x03, 0xf0); // 1008
  handshake.socket.end(
    encodeFrame({ final: true, opcode: opcodes.close, payload }),
  );
}
