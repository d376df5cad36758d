import type { FaultKind } from './kind.ts';
import { HoldingStage, type Item, type StageContext } from './stage.ts';
import { quantity } from './units.ts';

class SlowClose extends HoldingStage {
  readonly #delay: number;

  constructor(context: StageContext, delay: number) {
    super(context);
    this.#delay = delay;
  }

  due(item: Item, now: number): number {
    if (!item.end) return now;
    const delay = quantity(this.#delay, 'ms');
    this.context.injected('slow-close', `the end is held for ${delay}`);
    return now + this.#delay;
  }
}

/** Holds the end of a direction. */
export const slowClose: FaultKind<'delay'> = {
  name: 'slow-close',
  sentence:
    'The end of a connection (FIN or RST) arrives late; the bytes before it do not. A program that waits for the end waits longer.',
  usual: 'each',
  directed: true,
  parameters: {
    delay: {
      label: 'delay',
      meaning: 'how long the end is held',
      unit: 'ms',
      least: 0,
      most: 600_000,
      usual: 1000,
    },
  },
  describe: ({ delay }) =>
    `Holds the end of each connection for ${quantity(delay, 'ms')}.`,
  start: ({ delay }) => ({ stage: (context) => new SlowClose(context, delay) }),
};
