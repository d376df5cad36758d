/**
 * One direction of a connection. What one socket receives is written to the
 * other, through the stages of the faults if there are any, and reported once
 * it was written. It reads no faster than the receiver takes: a slow reader
 * slows the writer, through the tap as without it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { RelayDirection } from './events.ts';
import type { FaultInjector } from './faults/kind.ts';
import type { Item, Outlet, Stage, StageContext } from './faults/stage.ts';
import { randomFrom } from './random.ts';
import type { Rewriter } from './rewriter.ts';

/** A fault that applies now, and where it stands among the others. */
export interface RunningFault {
  injector: FaultInjector;
  direction: RelayDirection | 'each';
  /** Bytes meet a lower rank first. */
  rank: number;
  /** The only link that it is injected into; without one into all. */
  link?: string | undefined;
  /** When it was set: milliseconds since 1970. */
  since: number;
}

/** What a relay needs of its connection. */
export interface RelayContext {
  /** Names what is drawn for it: with the same seed, the same. */
  readonly drawnAs: number;
  readonly seed: number;
  now(): number;
  /** Bytes would leave, but go through a rewriter first. */
  came(direction: RelayDirection, bytes: Buffer, held: number): void;
  /**
   * Bytes leave for the receiver.
   *
   * @param held for how many milliseconds faults held the first of them
   */
  read(direction: RelayDirection, bytes: Buffer, held: number): void;
  /** An end leaves for the receiver; a RST is for the connection to send. */
  end(direction: RelayDirection, how: 'fin' | 'rst'): void;
  injected(fault: string, text: string, direction: RelayDirection): void;
  cut(how: 'fin' | 'rst', fault: string, text: string): void;
  respond(first: Buffer): void;
}

/**
 * How many bytes faults may hold of one direction. Then the sender has to wait,
 * as it has to for a network: this is the window of the connection.
 */
const WINDOW = 1024 * 1024;

const NOTHING = new Uint8Array(0);

/** Forwards what a source sends to a sink. */
export class Relay implements StageContext {
  readonly direction: RelayDirection;
  readonly #context: RelayContext;
  readonly #source: Duplex;
  readonly #sink: Duplex;
  readonly #rewriter: Rewriter | undefined;
  /** A fault's timer runs in the context that opened the connection. */
  readonly #asOwner = AsyncLocalStorage.snapshot();
  #stages: { of: RunningFault; stage: Stage }[] = [];
  /** Bytes that stages hold. */
  #held = 0;
  /** So far the system has taken each write at once; TLS never does. */
  #takesAtOnce: boolean;
  /** Writes that the system has not taken yet, and what is called when it has. */
  #writing = 0;
  #whenWritten: (() => void) | undefined;
  /** The receiver does not keep up. */
  #full = false;
  #paused = false;
  #over = false;

  constructor(
    direction: RelayDirection,
    context: RelayContext,
    source: Duplex,
    sink: Duplex,
    rewriter?: Rewriter,
  ) {
    this.direction = direction;
    this.#context = context;
    this.#source = source;
    this.#sink = sink;
    this.#rewriter = rewriter;
    this.#takesAtOnce = !(sink instanceof TLSSocket);
  }

  /** Begins to read. */
  start(): void {
    this.#source.on('data', this.#onData);
    this.#source.on('end', this.#onEnd);
    this.#source.resume();
    // With TLS it may have ended before anybody read: `end` comes only once.
    if (this.#source.readableEnded) this.#onEnd();
  }

  /**
   * Takes bytes from a source that reads into the same memory again and again
   * (`dialIntoBuffer`): they are written, or copied, before this returns.
   */
  lend(bytes: Buffer): void {
    if (this.#over) return;
    if (this.#stages.length > 0) {
      this.#onData(Buffer.from(bytes));
      return;
    }
    this.#send(bytes, 0);
    // Not all went out at once: until it did, nothing may be read over it.
    if (this.#sink.writableLength > 0) this.#full = true;
    this.#balance();
  }

  /** The sender has reset the connection: that travels behind its bytes. */
  reset(): void {
    this.#enter({ end: 'rst', since: this.now() });
  }

  /**
   * Stops for good: reads no more, and forgets what faults hold. What was
   * handed on already still goes out.
   */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { stage } of this.#stages) stage.stop();
    this.#source.off('data', this.#onData);
    this.#source.off('end', this.#onEnd);
    this.#source.pause();
  }

  /** Calls back once the system has taken all that was handed on. */
  written(then: () => void): void {
    if (this.#writing === 0 || this.#sink.destroyed) then();
    else this.#whenWritten = then;
  }

  /**
   * From here on these faults apply. Those that stay keep their state; what
   * the others hold goes on at once, through those that follow.
   */
  applyFaults(faults: readonly RunningFault[]): void {
    if (this.#over) return;
    const old = this.#stages;
    const fitted: typeof old = [];
    for (const of of faults) {
      if (of.direction !== 'each' && of.direction !== this.direction) continue;
      const stage =
        old.find((other) => other.of === of)?.stage ??
        of.injector.stage?.(this);
      if (stage) fitted.push({ of, stage });
    }
    fitted.sort((one, other) => one.of.rank - other.of.rank);
    this.#stages = fitted;
    const follows = (rank: number): Outlet =>
      fitted.find(({ of }) => of.rank > rank)?.stage ?? this.#exit;
    for (const { of, stage } of fitted) stage.next = follows(of.rank);
    for (const { of, stage } of old.toReversed()) {
      stage.next = follows(of.rank);
      if (!fitted.some((other) => other.stage === stage)) stage.release();
    }
  }

  now(): number {
    return this.#context.now();
  }

  random(fault: string): () => number {
    const { seed, drawnAs } = this.#context;
    return randomFrom(seed, `${drawnAs}/${this.direction}/${fault}`);
  }

  injected(fault: string, text: string): void {
    this.#context.injected(fault, text, this.direction);
  }

  cut(how: 'fin' | 'rst', fault: string, text: string): void {
    this.#context.cut(how, fault, text);
  }

  respond(first: Buffer): void {
    this.#context.respond(first);
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#stages.length > 0) this.#enter({ bytes, since: this.now() });
    else this.#send(bytes, 0);
  };

  readonly #onEnd = (): void => {
    this.#enter({ end: 'fin', since: this.now() });
  };

  /** Where the faults end. */
  readonly #exit: Outlet = {
    push: (item) => {
      this.#held -= item.bytes?.length ?? 0;
      this.#leave(item);
      this.#balance();
    },
  };

  #enter(item: Item): void {
    if (this.#over) return;
    const first = this.#stages[0]?.stage;
    if (!first) {
      this.#leave(item);
      return;
    }
    this.#held += item.bytes?.length ?? 0;
    this.#asOwner(() => first.push(item));
    this.#balance();
  }

  #leave({ bytes, end, since }: Item): void {
    if (this.#over) return;
    if (bytes) this.#send(bytes, this.now() - since);
    else if (end) {
      if (this.#rewriter) this.#forward(asBuffer(this.#rewriter.end()), 0);
      this.#context.end(this.direction, end);
      if (end === 'fin') this.#sink.end();
    }
  }

  #send(bytes: Buffer, held: number): void {
    if (!this.#rewriter) {
      this.#forward(bytes, held);
      return;
    }
    this.#context.came(this.direction, bytes, held);
    if (!this.#over) this.#forward(asBuffer(this.#rewriter.push(bytes)), held);
  }

  #forward(bytes: Buffer, held: number): void {
    if (bytes.length === 0) return;
    const takesMore = this.#write(bytes);
    // Afterwards: a listener of the event may cut the connection.
    this.#context.read(this.direction, bytes, held);
    if (takesMore) return;
    this.#full = true;
    this.#balance();
  }

  /**
   * Whether the receiver keeps up. For a callback Node takes a turn of its own
   * after each write, a tenth of what it costs to forward a short read. So
   * there is none until the system has once not taken all bytes at once.
   */
  #write(bytes: Buffer): boolean {
    if (!this.#takesAtOnce) {
      this.#writing += 1;
      return this.#sink.write(bytes, this.#onWritten);
    }
    const takesMore = this.#sink.write(bytes);
    if (this.#sink.writableLength === 0) return true;
    this.#takesAtOnce = false;
    this.#writing += 1;
    // Only to be called when what is before it was taken.
    this.#sink.write(NOTHING, this.#onWritten);
    return takesMore;
  }

  readonly #onWritten = (): void => {
    this.#writing -= 1;
    if (this.#writing > 0) return;
    this.#whenWritten?.();
    this.#whenWritten = undefined;
    this.#full = false;
    this.#balance();
  };

  #balance(): void {
    const wait = this.#full || this.#held > WINDOW;
    if (wait === this.#paused || this.#over) return;
    this.#paused = wait;
    if (wait) this.#source.pause();
    else this.#source.resume();
  }
}

/** The same memory. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
