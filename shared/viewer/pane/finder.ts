/**
 * One search in the lines of a page: begun again with each text, and gone on
 * with as lines come. What it finds comes in batches.
 */
import type { SearchHit, Source } from '../source.ts';

/** ms after a letter was typed: the next often follows at once. */
const TYPING = 150;

/** A search that goes on. */
export class Finder {
  /** What it looks for; '' for nothing. */
  text = '';
  /** What it has found so far, in the order of the numbers. */
  hits: SearchHit[] = [];
  /** Why it could not go on. */
  problem: string | undefined;
  /** The number of the first line that was not searched yet. */
  next = 0;
  readonly #source: Source;
  readonly #end: () => number;
  readonly #onFound: (hits: readonly SearchHit[]) => void;
  #running: AbortController | undefined;

  /**
   * @param end the number that the page's next line will have
   * @param onFound gets each batch, an empty one at the beginning
   */
  constructor(
    source: Source,
    end: () => number,
    onFound: (hits: readonly SearchHit[]) => void,
  ) {
    this.#source = source;
    this.#end = end;
    this.#onFound = onFound;
  }

  /** Whether all lines of the page were searched. */
  get isDone(): boolean {
    return this.text === '' || this.next >= this.#end();
  }

  /** Begins again with a text; '' ends the search. */
  search(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.next = 0;
    this.hits = [];
    this.problem = undefined;
    this.#running?.abort();
    this.#running = undefined;
    this.#onFound([]);
    this.goOn(TYPING);
  }

  /**
   * Searches what has not been searched yet, if it does not already.
   *
   * @param wait ms before it begins
   */
  goOn(wait = 0): void {
    if (this.#running || this.isDone || this.problem !== undefined) return;
    this.#running = new AbortController();
    void this.#run(this.#running, wait);
  }

  async #run(running: AbortController, wait: number): Promise<void> {
    const { signal } = running;
    const isOver = () => signal.aborted;
    await new Promise((rest) => setTimeout(rest, wait));
    while (!isOver() && !this.isDone) {
      const where = { text: this.text, from: this.next, to: this.#end() };
      let found;
      try {
        found = await this.#source.find(where, signal);
      } catch (error) {
        if (isOver()) return;
        this.problem = (error as Error).message;
        this.#running = undefined;
        this.#onFound([]);
        return;
      }
      if (isOver()) return;
      // The run has fewer lines than the page: another one has begun.
      if (found.next <= this.next) break;
      this.next = found.next;
      this.hits.push(...found.hits);
      if (this.isDone) this.#running = undefined;
      this.#onFound(found.hits);
    }
    if (this.#running === running) this.#running = undefined;
  }
}
