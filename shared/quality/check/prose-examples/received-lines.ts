/** What a program or a server sends, as lines. */

/** Bytes as they come, as lines; a line that is not ended is not yet one. */
export class ReceivedLines {
  readonly #reads: Buffer[] = [];
  #forgotten = 0;
  #wake = () => {};
  readonly stop: () => void;
  /** What of all bytes is compared; each is a character of its number. */
  readonly #compared: (received: string) => string;
  /** Why it ended, or '' for no reason. */
  ended: string | undefined;

  constructor(
    stop: () => void,
    compared = (received: string): string => received,
  ) {
    this.stop = stop;
    this.#compared = compared;
  }

  take(bytes: Buffer): void {
    this.#reads.push(bytes);
    this.#wake();
  }

  end(reason = ''): void {
    this.ended ??= reason;
    this.#wake();
  }

  get begun(): boolean {
    return this.#reads.length > 0;
  }

  /** The lines that were not forgotten. */
  lines(): string[] {
    const received = Buffer.concat(this.#reads).toString('latin1');
    const text = Buffer.from(this.#compared(received), 'latin1').toString();
    const lines = text.split(/\r?\n/);
    const open = lines.pop() ?? '';
    if (this.ended !== undefined && open !== '') lines.push(open);
    return lines.slice(this.#forgotten);
  }

  forget(lines: number): void {
    this.#forgotten += lines;
  }

  /** Resolves when something comes, or ends, or after some ms. */
  async change(ms: number): Promise<void> {
    if (this.ended !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
