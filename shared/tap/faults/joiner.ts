import type { FaultKind } from './kind.ts';
import { Stage, type Item, type StageContext } from './stage.ts';
import { quantity } from './units.ts';

class Joiner extends Stage {
  readonly #wait: number;
  #parts: Buffer[] = [];
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #isReported = false;

  constructor(context: StageContext, wait: number) {
    super(context);
    this.#wait = wait;
  }

  push(item: Item): void {
    if (!item.bytes) {
      this.release();
      this.next.push(item);
      return;
    }
    this.#parts.push(item.bytes);
    if (this.#parts.length > 1) return;
    this.#since = item.since;
    this.#timer = setTimeout(() => this.release(), this.#wait);
  }

  override release(): void {
    const parts = this.#parts;
    this.stop();
    if (parts.length === 0) return;
    if (parts.length > 1 && !this.#isReported) {
      this.#isReported = true;
      this.context.injected('joiner', `${parts.length} reads became one`);
    }
    this.next.push({ bytes: Buffer.concat(parts), since: this.#since });
  }

  override stop(): void {
    clearTimeout(this.#timer);
    this.#parts = [];
  }
}

/** Makes one read of several. */
export const joiner: FaultKind<'wait'> = {
  name: 'joiner',
  sentence:
    'Joins reads that follow each other closely, so that what was sent in several writes arrives in one read. TCP may always do so.',
  usual: 'each',
  directed: true,
  parameters: {
    wait: {
      label: 'wait',
      meaning: 'how long a read waits for others to join it',
      unit: 'ms',
      least: 1,
      most: 60_000,
      usual: 50,
    },
  },
  describe: ({ wait }) =>
    `Forwards as one read what arrives within ${quantity(wait, 'ms')}.`,
  start: ({ wait }) => ({ stage: (context) => new Joiner(context, wait) }),
};
