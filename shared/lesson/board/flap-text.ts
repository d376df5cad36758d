/**
 * A text on flaps, outside the board: an exercise's status, the learner's own
 * departures. The words stand there once as plain, visually hidden text; the
 * flaps beside them are a picture for the eye.
 */
import { fit, onTheWay, turnsOf, TURN } from './departures-board.ts';

/** A row of flaps in an element of the page. */
export class FlapText {
  /** What is put into the page. Its style is `flapStyle`. */
  readonly element: HTMLElement;
  readonly #words = new Text();
  readonly #flaps: { shown: Text; target: string; left: number }[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param count how many characters there is room for */
  constructor(count: number, text = '') {
    this.#flaps = Array.from({ length: count }, () => ({
      shown: new Text(' '),
      target: ' ',
      left: 0,
    }));
    const words = document.createElement('span');
    words.className = 'visually-hidden';
    words.append(this.#words);
    const row = document.createElement('span');
    row.className = 'flaps';
    row.ariaHidden = 'true';
    // Not by a style of its own, which a page's policy may forbid to be saved.
    row.dataset['flaps'] = String(count);
    for (const { shown } of this.#flaps) {
      const flap = document.createElement('span');
      flap.append(shown);
      row.append(flap);
    }
    this.element = document.createElement('span');
    this.element.className = 'flap-text';
    this.element.append(words, row);
    this.set(text, { turns: false });
  }

  /**
   * Shows another text.
   *
   * @param how.turns false: at once. Where less motion is wanted it always is
   */
  set(text: string, { turns = true }: { turns?: boolean } = {}): void {
    this.#words.data = text;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const characters = fit(text, this.#flaps.length);
    for (const [place, flap] of this.#flaps.entries()) {
      const target = characters[place] ?? ' ';
      if (target === flap.target) continue;
      flap.target = target;
      flap.left = turns && !still ? turnsOf(place) : 0;
    }
    this.#draw();
  }

  #draw(): void {
    clearTimeout(this.#timer);
    for (const flap of this.#flaps) {
      flap.shown.data = onTheWay(flap.target, flap.left);
      flap.left = Math.max(0, flap.left - 1);
    }
    const done = this.#flaps.every(
      ({ shown, target }) => shown.data === target,
    );
    if (!done) this.#timer = setTimeout(() => this.#draw(), TURN);
  }
}
