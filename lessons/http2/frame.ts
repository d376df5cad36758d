/**
 * The frame, both ways: bytes in, values out. RFC 9113, 4.1 and 6.
 *
 * For reading, and for the tests; the server's own frames are those of Node.
 * Left out: padding, and the headers within (HPACK, RFC 7541).
 */

/** What a client says first, before any frame: RFC 9113, 3.4. */
export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** What a frame is: RFC 9113, 6, by the number in its fourth byte. */
export const types = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const;
export type Type = (typeof types)[number];

/** Bits of the fifth byte; what they say depends on the type. */
export const flags = { endStream: 0x1, ack: 0x1, endHeaders: 0x4 } as const;

/** Why a stream or a connection ended: RFC 9113, 7. */
export const errors = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

export interface Frame {
  type: Type | undefined;
  flags: number;
  /** Which conversation it belongs to; 0 is the connection itself. */
  stream: number;
  payload: Uint8Array;
}

/** Makes the bytes of a frame: nine of header, then the payload. */
export function encodeFrame(frame: Frame & { type: Type }) {
  const { type, flags: bits, stream, payload } = frame;
  const bytes = new Uint8Array(9 + payload.length);
  const view = new DataView(bytes.buffer);

  // Three bytes of length, one each for type and flags, four for the stream.
  view.setUint8(0, payload.length >> 16);
  view.setUint16(1, payload.length & 0xffff);
  view.setUint8(3, types.indexOf(type));
  view.setUint8(4, bits);
  view.setUint32(5, stream);
  bytes.set(payload, 9);
  return bytes;
}

/**
 * Reads the first frame of some bytes, and says how many it took. `undefined`
 * if it has not come whole: a read is not a frame.
 */
export function decodeFrame(bytes: Uint8Array) {
  if (bytes.length < 9) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = 9 + (view.getUint8(0) << 16) + view.getUint16(1);
  if (bytes.length < end) return;
  const frame: Frame = {
    type: types[view.getUint8(3)], // an unknown one is to be ignored
    flags: view.getUint8(4),
    stream: view.getUint32(5) & 0x7fffffff, // the first bit means nothing
    payload: bytes.slice(9, end),
  };
  return { frame, end };
}

/** The payload of GOAWAY: the last stream that is served, and why it ends. */
export function decodeGoaway(payload: Uint8Array) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const last = view.getUint32(0) & 0x7fffffff;
  return { last, error: errors[view.getUint32(4)] };
}

/** The payload of SETTINGS: pairs of an identifier and a value. */
export function decodeSettings(payload: Uint8Array) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const settings = new Map<number, number>();
  for (let at = 0; at < payload.length; at += 6) {
    settings.set(view.getUint16(at), view.getUint32(at + 2));
  }
  return settings;
}
