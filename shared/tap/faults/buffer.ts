import type { FaultKind } from './kind.ts';
import { Stage, type Item, type StageContext } from './stage.ts';
import { quantity } from './units.ts';

class Buffering extends Stage {
  readonly #size: number;
  #parts: Item[] = [];
  #bytes = 0;

  constructor(context: StageContext, size: number) {
    super(context);
    this.#size = size;
  }

  push(item: Item): void {
    if (item.bytes && this.#parts.length === 0) {
      const size = quantity(this.#size, 'B');
      this.context.injected(
        'buffer',
        `held until ${size} have come, or the end`,
      );
    }
    this.#parts.push(item);
    this.#bytes += item.bytes?.length ?? 0;
    if (item.end || this.#bytes >= this.#size) this.release();
  }

  override release(): void {
    const parts = this.#parts;
    this.stop();
    for (const part of parts) this.next.push(part);
  }

  override stop(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}

/** Holds bytes until enough are there. */
export const buffer: FaultKind<'size'> = {
  name: 'buffer',
  sentence:
    'Acts like a proxy that buffers: nothing is forwarded until enough bytes are there, or the connection ends. A download is only a little late; events and messages may wait for ever.',
  usual: 'down',
  directed: true,
  parameters: {
    size: {
      label: 'size',
      meaning: 'how many bytes are collected first',
      unit: 'B',
      least: 1,
      // Less than what a direction may hold, or it would wait for ever.
      most: 1_000_000,
      usual: 64_000,
    },
  },
  describe: ({ size }) =>
    `Forwards nothing until ${quantity(size, 'B')} have come, or the end.`,
  start: ({ size }) => ({ stage: (context) => new Buffering(context, size) }),
};
