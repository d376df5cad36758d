// Wrong: accepts and closes afterwards.
// Told: A stranger is connected first, and sent away afterwards

import { encodeFrame, opcodes } from '../../../frame.ts';
import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { origin } = request.headers;
  letIn(handshake);
  if (origin === undefined || origins.includes(origin)) return;
  const payload = Uint8Array.of(0x03, 0xf0); // 1008
  handshake.socket.end(
    encodeFrame({ final: true, opcode: opcodes.close, payload }),
  );
}
