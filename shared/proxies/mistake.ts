/** What a program writes, as the learner sees it. */
import { join } from 'node:path';
import type { ProxyFrame } from './frame.ts';

/** The program refuses the learner's lines; the message is in its own words. */
export class ProxyMistake extends Error {}

export class Words {
  readonly #frame: ProxyFrame;
  readonly #folder: string;
  readonly #file: string;
  readonly #shownAs: string;

  /**
   * @param folder where the copy of the learner's file lies
   * @param file how the copy is called
   * @param shownAs how the learner knows it
   */
  constructor(
    frame: ProxyFrame,
    folder: string,
    file: string,
    shownAs: string,
  ) {
    this.#frame = frame;
    this.#folder = folder;
    this.#file = file;
    this.#shownAs = shownAs;
  }

  /** A line that the program has written; undefined where it tells nothing. */
  shown(line: string): string | undefined {
    const { noise, prefix } = this.#frame;
    if (noise?.test(line)) return undefined;
    return (prefix ? line.replace(prefix, '') : line)
      .replaceAll(join(this.#folder, '/'), '')
      .replaceAll(`./${this.#file}`, this.#file)
      .replaceAll(this.#file, this.#shownAs);
  }

  /**
   * @param written what the program wrote
   * @param lines the learner's
   */
  mistake(written: string[], lines: string): ProxyMistake {
    const words = written.flatMap((line) => this.shown(line) ?? []).join('\n');
    if (words.includes(this.#shownAs)) return new ProxyMistake(words);
    // It does not say in which line, but often what stands there.
    const [, ...groups] = this.#frame.names?.exec(words) ?? [];
    const named = groups.find(Boolean);
    const index = lines
      .split('\n')
      .findIndex((line) => named && line.trimStart().startsWith(named));
    const place = index < 0 ? '' : `:${index + 1}`;
    return new ProxyMistake(`${this.#shownAs}${place}: ${words}`);
  }

  /** @throws ProxyMistake where the lines would leave the frame */
  refuse(lines: string): void {
    const [line, reason] = this.#frame.refuse?.(lines.split('\n')) ?? [];
    if (line) throw new ProxyMistake(`${this.#shownAs}:${line}: ${reason}.`);
  }
}
