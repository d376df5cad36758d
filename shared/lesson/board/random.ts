/**
 * Numbers that look random and depend on the seed alone: the text becomes 32
 * bits (FNV-1a), which then walk by a fixed step and are mixed (the finalizer
 * of MurmurHash3). Good enough for a timetable, not for a secret.
 *
 * @param seed any text
 * @param drawn how many numbers of the sequence are left out: it goes on there
 * @returns a function whose results are at least 0 and less than 1
 */
export function createRandom(seed: string, drawn = 0): () => number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(seed)) {
    state = Math.imul(state ^ byte, 0x01000193);
  }
  state = (state + Math.imul(drawn, 0x9e3779b9)) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
