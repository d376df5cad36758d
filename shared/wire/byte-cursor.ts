/**
 * How bytes go from one decoder to the next. All decoders of this package read
 * in this way, whatever they are nested in.
 *
 * What goes in: a cursor over the bytes of one read, cut anywhere, and a list
 * of units. The decoder takes bytes from `next` on, as many as are its own, and
 * moves `next` behind them. It may be given an end (`to`, an index) that it
 * does not go beyond, where what carries its bytes knows how many they are.
 *
 * What comes out: the units that are complete now are at the end of the list,
 * in the order of their last bytes. Nothing is returned, and nothing is thrown:
 * what is wrong is said by a unit.
 *
 * What "need more" looks like: the decoder has taken all bytes, and no unit
 * came. It keeps of them what it will need, so nobody hands them to it again,
 * and the memory of `bytes` may be used for something else after the call.
 *
 * What "not mine" looks like: bytes are left. The decoder is `done`, and they
 * are of what follows; or it has `failed`, has said so by a unit, and nobody
 * can know what they are; or they must wait for the other direction.
 */
export class ByteCursor {
  bytes: Uint8Array;
  /** The raw offset of `bytes[0]`: how many bytes its direction had before. */
  readonly base: number;
  /** The index in `bytes` of the first one that was not taken. */
  next = 0;

  /** @param base the raw offset of `bytes[0]` */
  constructor(bytes: Uint8Array, base = 0) {
    this.bytes = bytes;
    this.base = base;
  }

  /** How many bytes were not taken. */
  get left(): number {
    return this.bytes.length - this.next;
  }

  /** The raw offset of the first byte that was not taken. */
  get offset(): number {
    return this.base + this.next;
  }

  /** The index behind the next `count` bytes, or the end if it is nearer. */
  upTo(count: number): number {
    return Math.min(this.bytes.length, this.next + count);
  }
}
