/**
 * The frame, both ways: bytes in, values out. RFC 6455, 5.2.
 *
 * For reading, and for the tests; the server's own frames are those of `ws`.
 * Left out: compression (RFC 7692), and putting fragments together.
 */

/** The kinds of frames: RFC 6455, 11.8. From 8 on, they are control frames. */
export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

export interface Frame {
  /** Whether this is the last frame of its message. */
  final: boolean;
  opcode: number;
  payload: Uint8Array;
  /** Four bytes; every frame of a client has them, no frame of a server. */
  mask?: Uint8Array;
}

/** Makes the bytes of a frame. */
export function encodeFrame({ final, opcode, payload, mask }: Frame) {
  const { length } = payload;

  // First byte: the bit "final", three bits that stay 0, the opcode.
  // Second byte: the bit "masked", and a length up to 125.
  const header = [(final ? 0x80 : 0) | opcode, mask ? 0x80 : 0];

  // 126 says that two bytes of length follow, 127 that eight do.
  if (length <= 125) header[1]! |= length;
  else if (length <= 0xffff) {
    header[1]! |= 126;
    header.push(length >> 8, length & 0xff);
  } else {
    header[1]! |= 127;
    const size = new DataView(new ArrayBuffer(8));
    size.setBigUint64(0, BigInt(length));
    header.push(...new Uint8Array(size.buffer));
  }
  if (!mask) return new Uint8Array([...header, ...payload]);
  return new Uint8Array([...header, ...mask, ...applyMask(payload, mask)]);
}

/**
 * Reads the first frame of some bytes, and says how many it took. `undefined`
 * if it has not come whole: a read is not a frame.
 */
export function decodeFrame(bytes: Uint8Array) {
  if (bytes.length < 2) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [first, second] = [view.getUint8(0), view.getUint8(1)];
  const isMasked = (second & 0x80) !== 0;

  // The length, in one byte, or in two or eight more.
  let length = second & 0x7f;
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return;
    length = view.getUint16(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return;
    length = Number(view.getBigUint64(2));
    start = 10;
  }

  // The mask, then as many bytes as the length said.
  const mask = isMasked ? bytes.slice(start, start + 4) : undefined;
  if (mask) start += 4;
  const end = start + length;
  if (bytes.length < end) return;
  const payload = bytes.slice(start, end);

  const frame: Frame = {
    final: (first & 0x80) !== 0,
    opcode: first & 0x0f,
    payload: mask ? applyMask(payload, mask) : payload,
    ...(mask && { mask }),
  };
  return { frame, end };
}

/** Masks, and unmasks: each byte with the next of the four, by XOR. */
function applyMask(payload: Uint8Array, mask: Uint8Array) {
  return payload.map((byte, index) => byte ^ mask[index % 4]!);
}
