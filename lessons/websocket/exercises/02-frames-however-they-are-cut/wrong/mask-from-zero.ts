// Wrong: unmasks each read from mask byte 0.
// Told: The mask starts again at each read

import { opcodes } from '../../../frame.ts';
import { type Listener, serve, unmask } from '../solution.ts';

export const createServer = () => serve(createReader);

export function createReader({ hear, control }: Listener) {
  let bytes: Uint8Array = new Uint8Array();
  let head: ReturnType<typeof firstHead>;
  let payload: Uint8Array[] = [];
  let missing = 0;
  let fragments: Uint8Array[] = [];
  let kind = 0;

  function take() {
    if (!head) {
      head = firstHead(bytes);
      if (!head) return false;
      bytes = bytes.subarray(head.end);
      missing = head.length;
    }
    const part = bytes.subarray(0, missing);
    bytes = bytes.subarray(part.length);
    missing -= part.length;
    payload.push(unmask(part, head.mask));
    if (missing > 0) return false;
    tell(head.final, head.opcode, Buffer.concat(payload));
    head = undefined;
    payload = [];
    return true;
  }

  function tell(final: boolean, opcode: number, whole: Uint8Array) {
    if (opcode >= opcodes.close) return control(opcode, whole);
    if (opcode !== opcodes.continuation) kind = opcode;
    fragments.push(whole);
    if (!final) return;
    const message = Buffer.concat(fragments);
    fragments = [];
    hear(kind === opcodes.text ? message.toString() : message);
  }

  return (read: Uint8Array) => {
    bytes = Buffer.concat([bytes, read]);
    while (take());
  };
}

function firstHead(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  let end = 6;
  if (short === 126) end = 8;
  if (short === 127) end = 14;
  if (bytes.length < end) return undefined;
  let length = short;
  if (short === 126) length = view.getUint16(2);
  if (short === 127) length = view.getUint32(6);
  const mask = bytes.subarray(end - 4, end);
  return {
    final: bytes[0]! >= 0x80,
    opcode: bytes[0]! & 0x0f,
    length,
    mask,
    end,
  };
}
