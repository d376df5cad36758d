/**
 * SHA-1, FIPS 180-4: only because `Sec-WebSocket-Accept` is made with it, and
 * `crypto.subtle` makes one wait. It protects nothing here, nor anywhere else.
 */

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** The 20 bytes of the digest, FIPS 180-4. */
export function sha1(message: Uint8Array): Uint8Array {
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const padded = new Uint8Array(((message.length + 8) >> 6) * 64 + 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, message.length * 8);
  const words = new Int32Array(80);
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t++) words[t] = view.getInt32(block + t * 4);
    for (let t = 16; t < 80; t++)
      words[t] = rotated(
        words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!,
        1,
      );
    let [a, b, c, d, e] = state as [number, number, number, number, number];
    for (let t = 0; t < 80; t++) {
      const [f, k] = round(t, b, c, d);
      const next = (rotated(a, 5) + f + e + k + words[t]!) | 0;
      e = d;
      d = c;
      c = rotated(b, 30);
      b = a;
      a = next;
    }
    for (const [i, value] of [a, b, c, d, e].entries())
      state[i] = (state[i]! + value) | 0;
  }
  const digest = new DataView(new ArrayBuffer(20));
  for (const [i, value] of state.entries()) digest.setInt32(i * 4, value);
  return new Uint8Array(digest.buffer);
}

/** The function and the constant of step `t`, 4.1.1 and 4.2.1. */
function round(t: number, b: number, c: number, d: number): [number, number] {
  if (t < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (t < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (t < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}
