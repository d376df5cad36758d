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
        `held until ${size} are there, or the end`,
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
    'A proxy that collects an answer before it hands it on: nothing arrives until enough is there, or the answer ends. Harmless for a file, deadly for a live byte stream.',
  usual: 'down',
  directed: true,
  parameters: {
    size: {
      label: 'size',
      meaning: 'how much is collected before it is handed on',
      unit: 'B',
      least: 1,
      // Less than what a direction may hold, or it would wait for ever.
      most: 1_000_000,
      usual: 64_000,
    },
  },
  describe: ({ size }) =>
    `Collects ${quantity(size, 'B')}, or all until the end, before it hands them on.`,
  start: ({ size }) => ({ stage: (context) => new Buffering(context, size) }),
};
