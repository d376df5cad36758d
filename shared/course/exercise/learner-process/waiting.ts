/**
 * Waits for what may never come. Such a wait ends by an event: because nothing
 * is left that could bring it (see stir.ts), or because the learner's process
 * computes without an end, told by the processor time that it has used. A clock
 * ends it only after so long that nothing but a hang comes there.
 */
import { type Stir, turns, unnoted } from './stir.ts';

/** ms: so long nobody looks whether anything goes on, as most waits are over. */
const first = 50;
/** ms between two looks. */
const between = 5;
/**
 * So many looks in a row must find the same, with nothing left to do: what one
 * process has written the other has read long before, as each look is a message
 * to the other process and several turns of both event loops.
 */
const looks = 10;
/** ms that only a hang reaches. */
export const longestWait = 60_000;
/** ms without an answer until the processor time is asked for, each time. */
const slow = 1_000;
/** A process that is asked what goes on in it. */
export interface WatchedProcess {
  /** Whether it has something left to do, and how much it has done. */
  stirs(): Promise<{ pending: boolean; count: number }>;
  /** ms of processor time so far; never where it has ended. */
  processorTime(): Promise<number>;
}

/** Why a wait was given up; its message is what came instead. */
export class GivenUp extends Error {
  /** Set where it is this process that computes without an end. */
  readonly hangs: WatchedProcess | undefined;

  constructor(message: string, hangs?: WatchedProcess) {
    super(message);
    this.hangs = hangs;
  }
}

interface Waiter {
  /** Whether it is over when nothing goes on any more; or is meant to be. */
  still: boolean | 'wanted';
  giveUp(why: GivenUp): void;
}

interface Limits {
  limit?: number | undefined;
  busy?: number | undefined;
}

/** All waits of one check: see the top of this file. */
export class Waiting {
  /** Those that take part; may grow. */
  readonly watched = new Set<WatchedProcess>();
  readonly #own: Stir;
  readonly #limit: number;
  readonly #busy: number;
  readonly #waiters = new Set<Waiter>();
  #looking = false;
  /** How many looks in a row have found the same. */
  #same = 0;

  /**
   * @param own what goes on in this process for the sake of the check
   * @param limits.limit ms that only a hang reaches
   * @param limits.busy ms of processor time that a turn of an event loop may
   *   take before it is called a loop without an end
   */
  constructor(own: Stir, { limit = longestWait, busy = 10_000 }: Limits) {
    this.#own = own;
    this.#limit = limit;
    this.#busy = busy;
  }

  /**
   * Awaits a promise.
   *
   * @param still whether the wait ends when nothing goes on any more; where
   *   that is wanted, whoever wanted it goes on, and all others wait
   * @throws GivenUp; and what the promise is rejected with
   */
  async until<T>(promise: Promise<T>, still: Waiter['still']): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let waiter: Waiter | undefined;
    const givenUp = new Promise<never>((_resolve, giveUp) => {
      waiter = { still, giveUp };
      this.#waiters.add(waiter);
      this.#same = 0; // The code that waits may have begun something just now.
      const late = () =>
        giveUp(new GivenUp(`${this.#limit / 1_000} s went by`));
      timer = unnoted(() => setTimeout(late, this.#limit));
      if (!this.#looking) void this.#look();
    });
    try {
      return await Promise.race([promise, givenUp]);
    } finally {
      this.#waiters.delete(waiter!);
      clearTimeout(timer);
    }
  }

  /** Resolves when nothing goes on any more, or the limit is reached. */
  async still(): Promise<void> {
    const never = new Promise<never>(() => {});
    await this.until(never, 'wanted').catch((why: GivenUp) => {
      if (why.hangs) throw why;
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    let before = '';
    await pause(first);
    while (this.#waiters.size > 0) {
      const states = await Promise.all(
        [...this.watched].map((each) => this.#stateOf(each)),
      );
      await turns(3);
      const counts = [...states, this.#own].map(({ count }) => count).join();
      const pending = [...states, this.#own].some((each) => each.pending);
      this.#same = pending || counts !== before ? 0 : this.#same + 1;
      before = counts;
      if (this.#same >= looks) {
        const why = new GivenUp('nothing was left to happen');
        const all = [...this.#waiters].filter(({ still }) => still);
        const wanted = all.filter(({ still }) => still === 'wanted');
        for (const { giveUp } of wanted.length > 0 ? wanted : all) giveUp(why);
        this.#same = 0;
      }
      await pause(pending ? 4 * between : between);
    }
    this.#looking = false;
  }

  /** As `stirs`; ends all waits where it computes without an end. */
  async #stateOf(watched: WatchedProcess) {
    const state = watched.stirs();
    let answered = false;
    const tell = () => (answered = true);
    void state.then(tell);
    let began: number | undefined;
    for (;;) {
      await Promise.race([state, pause(slow)]);
      if (answered || this.#waiters.size === 0) break;
      const used = await Promise.race([watched.processorTime(), pause(slow)]);
      if (used === undefined) continue;
      began ??= used;
      if (used - began < this.#busy) continue;
      const seconds = this.#busy / 1_000;
      const why = new GivenUp(`${seconds} s of processor time`, watched);
      for (const { giveUp } of this.#waiters) giveUp(why);
      break;
    }
    return answered ? await state : { pending: true, count: 0 };
  }
}

/** So many ms pass, which nobody takes for something that goes on. */
export const pause = (ms: number) =>
  new Promise<undefined>((done) =>
    unnoted(() => setTimeout(done, ms, undefined).unref()),
  );
