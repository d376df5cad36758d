import type { JsonTexts } from './json-texts.ts';
import { TEXT_BYTES } from './limits.ts';
import { textShown } from './text.ts';

/**
 * The beginning of something that comes in pieces, kept until its text is
 * wanted: `textShown` of the pieces is that of the whole.
 */
export class TextStart {
  /** One more than is looked at, so that it is known whether there is more. */
  #bytes: Uint8Array | undefined;
  #length = 0;

  /** Whether what comes now makes no difference. */
  get isFull(): boolean {
    return this.#length > TEXT_BYTES;
  }

  /** Takes a piece, `bytes[from..to)`. */
  push(bytes: Uint8Array, from: number, to: number): void {
    const end = Math.min(to, from + TEXT_BYTES + 1 - this.#length);
    if (end <= from) return;
    this.#bytes ??= new Uint8Array(TEXT_BYTES + 1);
    this.#bytes.set(bytes.subarray(from, end), this.#length);
    this.#length += end - from;
  }

  /**
   * The text of the pieces; begins again with none.
   * @param texts what makes it of them, if it is not `textShown`
   */
  take(texts?: JsonTexts): string | undefined {
    const length = this.#length;
    this.#length = 0;
    if (!this.#bytes) return undefined;
    return texts
      ? texts.of(this.#bytes, 0, length)
      : textShown(this.#bytes, 0, length);
  }
}
