import type { FaultKind } from './kind.ts';
import { HoldingStage, type Item, type StageContext } from './stage.ts';
import { quantity } from './units.ts';

/** What one TCP segment carries on Ethernet, about. */
const SEGMENT = 1460;

class Stall extends HoldingStage {
  readonly #chance: number;
  readonly #hold: number;
  readonly #random: () => number;

  constructor(context: StageContext, loss: number, hold: number) {
    super(context);
    this.#chance = loss / 100;
    this.#hold = hold;
    this.#random = context.random('stall');
  }

  due(item: Item, now: number): number {
    let lost = false;
    // Draws for every segment, lost or not: the next read draws the same then.
    for (let left = item.bytes?.length ?? 0; left > 0; left -= SEGMENT) {
      if (this.#random() < this.#chance) lost = true;
    }
    if (!lost) return now;
    this.context.injected(
      'stall',
      `a packet was lost: the connection waits ${quantity(this.#hold, 'ms')} until it is sent again`,
    );
    return now + this.#hold;
  }
}

/** Holds a connection as long as a lost packet would. */
export const stall: FaultKind<'loss' | 'hold'> = {
  name: 'stall',
  sentence:
    'Shows what a lost packet does to a program: one connection stands still until TCP has sent the packet again, then all arrives, in order (head-of-line blocking). Other connections go on.',
  usual: 'each',
  directed: true,
  parameters: {
    loss: {
      label: 'loss',
      meaning: 'lost packets',
      unit: '%',
      least: 0.01,
      most: 100,
      usual: 2,
    },
    hold: {
      label: 'hold',
      meaning: 'sent again after',
      unit: 'ms',
      least: 1,
      most: 60_000,
      // The least that Linux waits before it sends again.
      usual: 200,
    },
  },
  describe: ({ loss, hold }) =>
    `Loses ${quantity(loss, '%')} of the packets: each time, that connection stands still for ${quantity(hold, 'ms')}.`,
  start: ({ loss, hold }) => ({
    stage: (context) => new Stall(context, loss, hold),
  }),
};
