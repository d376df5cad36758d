import type { FaultKind } from './kind.ts';
import { HoldingStage, type Item, type StageContext } from './stage.ts';

class Latency extends HoldingStage {
  readonly #delay: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #isReported = false;

  constructor(context: StageContext, delay: number, jitter: number) {
    super(context);
    this.#delay = delay;
    this.#jitter = jitter;
    this.#random = context.random('latency');
  }

  due(_item: Item, now: number): number {
    if (!this.#isReported)
      this.context.injected('latency', describe(this.#delay));
    this.#isReported = true;
    const swing = this.#jitter * (2 * this.#random() - 1);
    return now + Math.max(0, this.#delay + swing);
  }
}

function describe(delay: number): string {
  return `from here on, each read is held for about ${delay} ms`;
}

/** Holds each read for a while. */
export const latency: FaultKind<'delay' | 'jitter'> = {
  name: 'latency',
  sentence:
    'Each read arrives later, as from a server far away. The order is kept: what follows a late read is late, too.',
  usual: 'each',
  directed: true,
  parameters: {
    delay: {
      label: 'delay',
      meaning: 'how long each read is held',
      unit: 'ms',
      least: 0,
      most: 60_000,
      usual: 80,
    },
    jitter: {
      label: 'jitter',
      meaning: 'jitter, at random',
      unit: 'ms',
      least: 0,
      most: 60_000,
      usual: 0,
    },
  },
  describe: ({ delay, jitter }) =>
    `Holds each read for ${delay} ms${jitter ? ` ± ${jitter} ms` : ''}; the order is kept.`,
  start: ({ delay, jitter }) => ({
    stage: (context) => new Latency(context, delay, jitter),
  }),
};
