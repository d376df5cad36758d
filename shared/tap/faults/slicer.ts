import type { FaultKind } from './kind.ts';
import { HoldingStage, type Item, type StageContext } from './stage.ts';
import { quantity } from './units.ts';

class Slicer extends HoldingStage {
  readonly #pieces: number;
  readonly #random: () => number;
  #isReported = false;

  constructor(context: StageContext, pieces: number, gap: number) {
    // Pieces that follow too closely would be glued again by the receiver.
    super(context, gap);
    this.#pieces = pieces;
    this.#random = context.random('slicer');
  }

  override push(item: Item): void {
    if (!item.bytes || item.bytes.length < 2) return super.push(item);
    if (!this.#isReported) {
      this.context.injected(
        'slicer',
        'from here on, each read is cut into pieces',
      );
    }
    this.#isReported = true;
    let start = 0;
    for (const end of this.#ends(item.bytes.length)) {
      super.push({ ...item, bytes: item.bytes.subarray(start, end) });
      start = end;
    }
  }

  due(_item: Item, now: number): number {
    return now;
  }

  /** Where the pieces end: at least two of them, at random places. */
  #ends(length: number): number[] {
    const most = Math.min(this.#pieces, length) - 1;
    const ends = new Set([length]);
    const cuts = 1 + Math.floor(this.#random() * most);
    for (let cut = 0; cut < cuts; cut += 1) {
      ends.add(1 + Math.floor(this.#random() * (length - 1)));
    }
    return [...ends].sort((one, other) => one - other);
  }
}

/** Cuts reads into pieces. */
export const slicer: FaultKind<'pieces' | 'gap'> = {
  name: 'slicer',
  sentence:
    'Cuts each read at random places, so that what was sent in one write arrives in several reads. TCP may always do so.',
  usual: 'each',
  directed: true,
  parameters: {
    pieces: {
      label: 'pieces',
      meaning: 'pieces of a read, at most',
      unit: '',
      least: 2,
      most: 1000,
      usual: 3,
    },
    gap: {
      label: 'gap',
      meaning: 'pause between two',
      unit: 'ms',
      least: 1,
      most: 10_000,
      usual: 2,
    },
  },
  describe: ({ pieces, gap }) =>
    `Cuts each read into 2${pieces > 2 ? ` to ${pieces}` : ''} pieces, ${quantity(gap, 'ms')} apart.`,
  start: ({ pieces, gap }) => ({
    stage: (context) => new Slicer(context, pieces, gap),
  }),
};
