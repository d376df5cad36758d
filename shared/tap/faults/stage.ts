/**
 * The stages that bytes pass on their way through a relay, one for each fault.
 * An item goes in by `push`, and leaves by `next.push`, at once or later. A
 * stage keeps the order, loses nothing from the middle, and stands for one
 * direction of one connection.
 */
import type { RelayDirection } from '../events.ts';

/** What travels through a relay: bytes, or the end. */
export interface Item {
  /** The end of the direction, where there are no bytes. */
  bytes?: Buffer;
  end?: 'fin' | 'rst';
  /** When the tap read it: milliseconds since the tap was created. */
  since: number;
}

/** Where items go next. */
export interface Outlet {
  push(item: Item): void;
}

/** What a stage may use of the relay that it stands in. */
export interface StageContext {
  readonly direction: RelayDirection;
  /** Milliseconds since the tap was created. */
  now(): number;
  /** Numbers of its own for each fault, the same in each run of a seed. */
  random(fault: string): () => number;
  /** Reports that a fault was injected here. */
  injected(fault: string, text: string): void;
  /** Reports it, then ends the whole connection; see `FaultTarget`. */
  cut(how: 'fin' | 'rst', fault: string, text: string): void;
  /** Takes the client over from the target, and responds to `first` itself. */
  respond(first: Buffer): void;
}

/** What a fault may use of a whole connection. */
export interface FaultTarget {
  /** Milliseconds since the tap was created. */
  now(): number;
  /** When bytes were last handed on: ms since the tap was created. */
  readonly lastActivity: number;
  /**
   * Ends the connection on both sides, after the bytes that were handed on.
   * `rst` resets it (RFC 9293, 3.5.2), `fin` closes it (3.6).
   */
  cut(how: 'fin' | 'rst', fault: string, text: string): void;
}

/**
 * A place where a fault stands in the way of one direction. What goes in comes
 * out in the same order, and nothing from the middle is ever lost.
 */
export abstract class Stage implements Outlet {
  /** Whatever follows: set by the direction it stands in. */
  next!: Outlet;
  readonly context: StageContext;

  constructor(context: StageContext) {
    this.context = context;
  }

  abstract push(item: Item): void;

  /** The fault is over: hands on at once whatever it holds, in order. */
  release(): void {}

  /** The connection is over: forgets what it holds. */
  stop(): void {}
}

/**
 * A stage that holds items until they are due, with one timer. An item never
 * overtakes another: it waits for those before it.
 */
export abstract class HoldingStage extends Stage {
  readonly #queue: { item: Item; due: number }[] = [];
  /** Two items in a row are at least so many milliseconds apart. */
  readonly #gap: number;
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: StageContext, gap = 0) {
    super(context);
    this.#gap = gap;
  }

  /** When an item may go; Infinity keeps it until `release()`. */
  abstract due(item: Item, now: number): number;

  push(item: Item): void {
    const now = this.context.now();
    const due = Math.max(this.#last + this.#gap, this.due(item, now));
    this.#last = due;
    if (due <= now && this.#queue.length === 0) this.next.push(item);
    else this.#queue.push({ item, due });
    this.#wait(now);
  }

  override release(): void {
    const held = this.#queue.splice(0);
    this.stop();
    for (const { item } of held) this.next.push(item);
  }

  override stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = 0;
    this.#queue.length = 0;
  }

  #wait(now: number): void {
    const first = this.#queue[0];
    if (!first || this.#timer || first.due === Infinity) return;
    const wait = Math.max(this.#gap, Math.ceil(first.due - now));
    this.#timer = setTimeout(() => this.#go(), wait);
  }

  #go(): void {
    this.#timer = undefined;
    const now = this.context.now();
    for (let first; (first = this.#queue[0]) && first.due <= now;) {
      this.#queue.shift();
      this.next.push(first.item);
      if (this.#gap === 0) continue;
      // A late timer must not let two go at once.
      this.#last = Math.max(this.#last, now);
      break;
    }
    this.#wait(now);
  }
}

/** Lets bytes through up to a point, then calls back, once. */
export class UntilBytes extends Stage {
  #left: number;
  readonly #then: () => void;

  /** @param bytes how many of this direction still pass, from now on */
  constructor(context: StageContext, bytes: number, then: () => void) {
    super(context);
    this.#left = bytes;
    this.#then = then;
  }

  push(item: Item): void {
    // Called already: this is the end of the connection, not its middle.
    if (this.#left <= 0) return;
    const bytes = item.bytes?.subarray(0, this.#left);
    this.#left -= bytes?.length ?? 0;
    this.next.push({ ...item, bytes });
    if (this.#left <= 0) this.#then();
  }
}
