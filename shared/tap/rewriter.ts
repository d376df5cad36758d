/** Changes what one client sends, on its way to the target. */
export interface Rewriter {
  /**
   * Takes the next bytes, cut anywhere, and returns those that leave for the
   * target now: perhaps the same, perhaps none. What it keeps is bounded.
   */
  push(bytes: Uint8Array): Uint8Array;
  /** No more bytes will come. Returns what it still kept. */
  end(): Uint8Array;
}
