/** What a frame of HTTP/2 is, RFC 9113, 4.1, and where in it its content is. */
import type { Range } from '../byte-ranges.ts';
import { HEADER_SIZE, uint, uint31 } from './fields.ts';
import { FRAME, PADDED, PRIORITY } from './words.ts';

/**
 * A frame's header, RFC 9113, 4.1; the length is that of its payload, in bytes.
 */
export interface Http2Frame {
  type: number;
  flags: number;
  stream: number;
  length: number;
}

/** A complete frame, with where it was. */
export interface WholeFrame {
  frame: Http2Frame;
  /** Its payload; less than its length if it was too long to be kept. */
  payload: Uint8Array;
  ranges: Range[];
  size: number;
  problem: string | undefined;
  /** It is whole, and on a stream where it may be: what it says counts. */
  isSound: boolean;
}

/** A frame of HTTP/2, RFC 9113, 4.1: where its content is. */
export interface LocatedFrame {
  type: number;
  flags: number;
  stream: number;
  /** Its payload, without padding and what stands before a header block. */
  from: number;
  to: number;
  /** It was cut off, or has no room for what it must have. */
  isBroken: boolean;
}

/**
 * The frame whose header begins at the index `at`, and is complete; its payload
 * may be cut off.
 */
export function readFrame(bytes: Uint8Array, at: number): LocatedFrame {
  const type = bytes[at + 3]!;
  const flags = bytes[at + 4]!;
  const end = at + HEADER_SIZE + uint(bytes, at, 3);
  const frame: LocatedFrame = {
    type,
    flags,
    stream: uint31(bytes, at + 5),
    from: at + HEADER_SIZE,
    to: end,
    isBroken: end > bytes.length,
  };
  const isBlock = type === FRAME.HEADERS || type === FRAME.PUSH_PROMISE;
  if (flags & PADDED && (isBlock || type === FRAME.DATA))
    frame.to -= bytes[frame.from++] ?? 0;
  if (type === FRAME.PUSH_PROMISE) frame.from += 4;
  else if (type === FRAME.HEADERS && flags & PRIORITY) frame.from += 5;
  if (frame.from > frame.to) {
    frame.from = Math.min(at + HEADER_SIZE, bytes.length);
    frame.to = end;
    frame.isBroken = true;
  }
  frame.to = Math.min(frame.to, bytes.length);
  frame.from = Math.min(frame.from, frame.to);
  return frame;
}
