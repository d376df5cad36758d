import type { FaultKind } from './kind.ts';
import { HoldingStage, type Item, type StageContext } from './stage.ts';
import { quantity } from './units.ts';

class Silence extends HoldingStage {
  readonly #from: number;
  #isReported = false;

  constructor(context: StageContext, after: number) {
    super(context);
    this.#from = context.now() + after;
  }

  due(_item: Item, now: number): number {
    if (now < this.#from) return now;
    if (!this.#isReported) {
      this.context.injected('silence', 'from here on, all bytes are held');
    }
    this.#isReported = true;
    return Infinity;
  }
}

/** Holds everything, and the ends as well. */
export const silence: FaultKind<'after'> = {
  name: 'silence',
  sentence:
    'Nothing arrives any more, and neither side is told: as when a cable was pulled or a phone lost its network. Connections stay open; FIN and RST are held, too. Mend it, and all that was held arrives.',
  usual: 'each',
  directed: true,
  parameters: {
    after: {
      label: 'after',
      meaning: 'how long a connection works before',
      unit: 'ms',
      least: 0,
      most: 3_600_000,
      usual: 0,
    },
  },
  describe: ({ after }) =>
    after
      ? `Holds all bytes, from ${quantity(after, 'ms')} on.`
      : 'Holds all bytes.',
  start: ({ after }) => ({ stage: (context) => new Silence(context, after) }),
};
