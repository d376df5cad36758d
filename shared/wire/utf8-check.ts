/** Whether bytes are UTF-8, in any pieces: RFC 3629, 4. */
export class Utf8Check {
  /** How many bytes the character that began still needs. */
  #missing = 0;
  // What the next byte may be: 80 to BF, but less after some first bytes.
  #lowest = 0x80;
  #highest = 0xbf;

  /** The last character is complete. */
  get complete(): boolean {
    return this.#missing === 0;
  }

  /** Takes `bytes[from..to)`; returns the index of a wrong one, or -1. */
  push(bytes: Uint8Array, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      if (this.#missing > 0) {
        if (byte < this.#lowest || byte > this.#highest) return i;
        this.#missing--;
        this.#lowest = 0x80;
        this.#highest = 0xbf;
      } else if (byte >= 0x80) {
        if (byte < 0xc2 || byte > 0xf4) return i;
        this.#begin(byte);
      }
    }
    return -1;
  }

  #begin(byte: number): void {
    if (byte < 0xe0) this.#missing = 1;
    else if (byte < 0xf0) this.#missing = 2;
    else this.#missing = 3;
    // No longer form than needed, no surrogates, nothing above U+10FFFF.
    if (byte === 0xe0) this.#lowest = 0xa0;
    else if (byte === 0xed) this.#highest = 0x9f;
    else if (byte === 0xf0) this.#lowest = 0x90;
    else if (byte === 0xf4) this.#highest = 0x8f;
  }
}
