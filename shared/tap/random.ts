/**
 * Makes a sequence of numbers that look random and come again with the same
 * seed. Each `what` has a sequence of its own, so that it does not matter in
 * which order they are drawn from. Nothing for secrets.
 *
 * @param what names the sequence: a connection, a direction, a fault
 * @returns draws the next number: 0 ≤ n < 1
 */
export function randomFrom(seed: number, what: string): () => number {
  // FNV-1a spreads the text, a round of murmur3's finish spreads its bits.
  let state = 0x811c9dc5;
  for (const character of `${seed}/${what}`) {
    state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193);
  }
  // mulberry32: 32 bits of state are plenty for where to cut.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
