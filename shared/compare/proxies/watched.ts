/** Something that changes, and may be waited for. */
export class Watched {
  readonly #waiting = new Set<() => void>();

  /** For whoever changed it: looks again at what is waited for. */
  protected changed(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Waits until something holds.
   *
   * @param ms how long at most
   * @returns whether it holds
   */
  until(holds: () => boolean, ms: number): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    return new Promise((done) => {
      const end = (result: boolean) => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        done(result);
      };
      const look = () => void (holds() && end(true));
      const timer = setTimeout(() => end(holds()), ms);
      this.#waiting.add(look);
    });
  }
}
