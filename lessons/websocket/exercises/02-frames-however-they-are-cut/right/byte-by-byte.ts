// Right, and different: a generator that gets one byte after the other, and
// unmasks each as it comes.

import { type Listener, serve } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader(listener: Listener) {
  const machine = frames(listener);
  machine.next();
  return (read: Uint8Array) => {
    for (const byte of read) machine.next(byte);
  };
}

function* frames({ hear, control }: Listener): Generator<void, void, number> {
  let message: number[] = [];
  let isText = false;
  for (;;) {
    const first = yield;
    let length = (yield) & 127;
    let more = 0;
    if (length === 126) more = 2;
    if (length === 127) more = 8;
    if (more > 0) length = 0;
    for (; more > 0; more -= 1) length = length * 256 + (yield);
    const mask = [yield, yield, yield, yield];
    const payload: number[] = [];
    for (let at = 0; at < length; at += 1)
      payload.push((yield) ^ mask[at % 4]!);
    const opcode = first & 15;
    if (opcode & 8) {
      control(opcode, Uint8Array.from(payload));
      continue;
    }
    if (opcode) isText = opcode === 1;
    message = message.concat(payload);
    if (first < 128) continue;
    const bytes = Buffer.from(message);
    message = [];
    hear(isText ? bytes.toString('utf8') : bytes);
  }
}
