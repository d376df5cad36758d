/** A cut that happens once, in the middle of what is forwarded next. */
import { DIRECTION_NAMES } from './faults/limit.ts';
import { Stage, type Item, type StageContext } from './faults/stage.ts';
import type { RelayDirection } from './events.ts';
import type { RunningFault } from './relay.ts';

/**
 * Where to cut: gets the bytes of a read, and returns how many of them still
 * pass. With undefined, or a number that is not below their length, all pass,
 * and the next read is looked at.
 */
export type CutPlace = (bytes: Buffer) => number | undefined;

/**
 * What applies to every connection until one of them was reset, once: the first
 * on which `place` finds a place.
 *
 * @param what where the cut is, for its report: "within an event"
 * @param over is called when it has happened
 */
export function waitingCut(
  direction: RelayDirection,
  what: string,
  place: CutPlace,
  over: () => void,
): RunningFault {
  let isOver = false;
  const look = (bytes: Buffer) => {
    const passes = isOver ? undefined : place(bytes);
    if (passes === undefined || passes >= bytes.length) return undefined;
    isOver = true;
    // Later: it takes this stage away, and the read is not through yet.
    setImmediate(over);
    return Math.max(0, passes);
  };
  return {
    direction,
    // Behind all faults: what has passed here leaves at once.
    rank: Infinity,
    since: Date.now(),
    injector: { stage: (context) => new CutStage(context, what, look) },
  };
}

class CutStage extends Stage {
  readonly #what: string;
  readonly #look: CutPlace;
  #hasCut = false;

  constructor(context: StageContext, what: string, look: CutPlace) {
    super(context);
    this.#what = what;
    this.#look = look;
  }

  push(item: Item): void {
    // What comes after the cut is lost with the connection.
    if (this.#hasCut) return;
    const { bytes } = item;
    const passes = bytes && this.#look(bytes);
    if (passes === undefined) {
      this.next.push(item);
      return;
    }
    this.#hasCut = true;
    if (passes > 0)
      this.next.push({ ...item, bytes: bytes?.subarray(0, passes) });
    const of = `${passes} of the ${bytes?.length} bytes of this read`;
    const way = DIRECTION_NAMES[this.context.direction];
    this.context.cut(
      'rst',
      'cut',
      `cut by hand ${this.#what}: ${of} ${way} have passed`,
    );
  }
}
