/**
 * Frames on a raw socket: four bytes say how long a message is, then it comes.
 *
 * Left out: all that HTTP would bring along. There is no response, no name for
 * what a message is about, no version, and no other program that reads it.
 */

/** How long a message may be, in bytes. The four bytes could claim 4 GiB. */
export const longest = 65_536;

/** Turns a text into one frame: its length, big-endian, then its bytes. */
export function encodeFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > longest) refuse(payload.length);
  const frame = Buffer.alloc(4 + payload.length);
  frame.writeUInt32BE(payload.length);
  payload.copy(frame, 4);
  return frame;
}

/** Takes bytes as a socket delivers them, cut anywhere; returns texts. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  /** @throws RangeError for a frame that is too long: its end is unclear */
  feed(bytes: Uint8Array): string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const texts: string[] = [];

    // A read is not a message: there may be half a frame, or three.
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE();
      if (length > longest) refuse(length);
      if (this.#rest.length < 4 + length) break;
      texts.push(this.#rest.toString('utf8', 4, 4 + length));
      this.#rest = this.#rest.subarray(4 + length);
    }
    return texts;
  }
}

function refuse(length: number): never {
  throw new RangeError(
    `A frame of ${length} bytes: at most ${longest} are taken.`,
  );
}
