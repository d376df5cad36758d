// Right, and different: the lesson's own decodeFrame, and a decoder of text
// that remembers half a character.

import { decodeFrame, opcodes } from '../../../frame.ts';
import { type Listener, serve } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader({ hear, control }: Listener) {
  const waiting: number[] = [];
  let message: { text: string; decoder: TextDecoder } | Uint8Array | undefined;

  function frame(isFirst: boolean, isText: boolean, payload: Uint8Array) {
    if (isFirst)
      message = isText
        ? { text: '', decoder: new TextDecoder('utf-8', { ignoreBOM: true }) }
        : new Uint8Array();
    if (message instanceof Uint8Array)
      message = Uint8Array.from([...message, ...payload]);
    else if (message)
      message.text += message.decoder.decode(payload, { stream: true });
  }

  return (read: Uint8Array) => {
    for (const byte of read) waiting.push(byte);
    for (;;) {
      const next = decodeFrame(Uint8Array.from(waiting));
      if (!next) return;
      waiting.splice(0, next.end);
      const { final, opcode, payload } = next.frame;
      if (opcode > 7) control(opcode, payload);
      else {
        frame(opcode !== 0, opcode === opcodes.text, payload);
        if (final && message)
          hear(message instanceof Uint8Array ? message : message.text);
      }
    }
  };
}
