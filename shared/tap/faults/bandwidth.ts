import type { FaultKind } from './kind.ts';
import { Stage, type Item, type StageContext } from './stage.ts';
import { quantity } from './units.ts';

/** Bytes that fit one packet on most links: what a turn moves at least. */
const PACKET = 1460;

/**
 * One link that all connections share. It carries so many bytes a second, and
 * the stages that wait take turns, a packet or 10 ms at a time.
 */
class SharedLink {
  readonly #rate: number;
  readonly #turn: number;
  readonly #waiting: Narrow[] = [];
  /** When the link has carried all that it was given. */
  #free = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(rate: number) {
    this.#rate = rate;
    this.#turn = Math.max(PACKET, Math.floor(rate / 100));
  }

  /** A stage has something to send and did not have before. */
  join(stage: Narrow): void {
    if (this.#waiting.length === 0) {
      this.#free = Math.max(this.#free, performance.now());
    }
    this.#waiting.push(stage);
    this.#serve();
  }

  leave(stage: Narrow): void {
    const at = this.#waiting.indexOf(stage);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (this.#waiting.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #serve(): void {
    for (let first; !this.#timer && (first = this.#waiting[0]);) {
      const arrives =
        this.#free + (1000 * first.offer(this.#turn)) / this.#rate;
      const wait = arrives - performance.now();
      if (wait > 0.5) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.#serve();
        }, wait);
        return;
      }
      this.#free = arrives;
      this.#waiting.shift();
      // Before it sends: what it sends may end it, or make it join again.
      if (first.offers(this.#turn)) this.#waiting.push(first);
      first.send(this.#turn);
    }
  }
}

class Narrow extends Stage {
  readonly #link: SharedLink;
  readonly #rate: number;
  #queue: Item[] = [];
  #isReported = false;

  constructor(context: StageContext, link: SharedLink, rate: number) {
    super(context);
    this.#link = link;
    this.#rate = rate;
  }

  push(item: Item): void {
    if (!this.#isReported) {
      const rate = quantity(this.#rate, 'B/s');
      this.context.injected(
        'bandwidth',
        `from here on, all connections share ${rate}`,
      );
    }
    this.#isReported = true;
    this.#queue.push(item);
    if (this.#queue.length === 1) this.#link.join(this);
  }

  /** How many bytes it would send in a turn of at most `most` bytes. */
  offer(most: number): number {
    return Math.min(most, this.#queue[0]!.bytes?.length ?? 0);
  }

  /** Whether something is left after a turn of at most `most` bytes. */
  offers(most: number): boolean {
    const first = this.#queue[0]!;
    return this.#queue.length > 1 || (first.bytes?.length ?? 0) > most;
  }

  /** Its turn: hands on at most `most` bytes. */
  send(most: number): void {
    const first = this.#queue[0]!;
    if (!first.bytes || first.bytes.length <= most) {
      this.#queue.shift();
      this.next.push(first);
      return;
    }
    const bytes = first.bytes.subarray(0, most);
    this.#queue[0] = { ...first, bytes: first.bytes.subarray(most) };
    this.next.push({ ...first, bytes });
  }

  override release(): void {
    const held = this.#queue;
    this.stop();
    for (const item of held) this.next.push(item);
  }

  override stop(): void {
    this.#link.leave(this);
    this.#queue = [];
  }
}

/** So many bytes a second for all connections together. */
export const bandwidth: FaultKind<'rate'> = {
  name: 'bandwidth',
  sentence:
    'Limits the throughput in each direction. All connections share it, as all devices in a house share one access to the Internet.',
  usual: 'each',
  directed: true,
  parameters: {
    rate: {
      label: 'rate',
      meaning: 'throughput of all connections together',
      unit: 'B/s',
      least: 100,
      most: 1_000_000_000,
      usual: 200_000,
    },
  },
  describe: ({ rate }) =>
    `Lets ${quantity(rate, 'B/s')} pass, shared by all connections.`,
  start: ({ rate }) => {
    const links = { up: new SharedLink(rate), down: new SharedLink(rate) };
    return {
      stage: (context) => new Narrow(context, links[context.direction], rate),
    };
  },
};
