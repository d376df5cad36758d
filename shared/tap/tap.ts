/**
 * The transparent proxy between a client and a server: it hands every byte on,
 * keeps a copy, and misbehaves on command.
 *
 * Left out: it forwards TCP and nothing else, so neither UDP nor QUIC; it
 * cannot delay a TCP handshake, as the system completes that by itself.
 */
import { EventEmitter, once } from 'node:events';
import tls, { type SecureContext } from 'node:tls';
import {
  Connection,
  type Hints,
  type ConnectionContext,
} from './connection.ts';
import { waitingCut, type CutPlace } from './cut-within.ts';
import type { Target } from './dial.ts';
import { Listener } from './listener.ts';
import type { RelayDirection, TapEvents } from './events.ts';
import { beginFaults } from './faults/begin.ts';
import type { Fault } from './faults/kind.ts';
import { FaultError, formatFault } from './faults/parse.ts';
import type { RunningFault } from './relay.ts';
import { Recording } from './recording.ts';
import type { Rewriter } from './rewriter.ts';

export { isLoopback, type Target } from './dial.ts';
export type * from './events.ts';
export type { Fault, FaultKind, Parameter } from './faults/kind.ts';
export { faultKinds, presets, type Preset } from './faults/catalogue.ts';
export {
  describeFault,
  FaultError,
  faultInBrief,
  formatFault,
  parseFault,
  parseFaults,
} from './faults/parse.ts';
export type { Rewriter } from './rewriter.ts';
export type {
  RecordedConnection,
  RecordedDirection,
  Recording,
} from './recording.ts';

/** How a tap is made. */
export interface TapOptions {
  /** The server behind the tap. */
  target: Target;
  /**
   * Where the target speaks TLS: what the tap shows to the client (PEM). The
   * tap then dials with TLS too. A target that is not on this machine must
   * have a certificate for its name that Node trusts.
   */
  tls?: { key: string; cert: string };
  /**
   * Changes what clients send. Each connection is then recorded twice, under
   * two numbers: on the link `client-tap` with what the client sent, and on
   * `tap-target` with what the target got. Both have what the target sent, and
   * faults strike between them, once.
   */
  rewrite?: () => Rewriter;
  /**
   * What is offered by ALPN, in place of what the target offers: for a
   * rewriter that knows one protocol.
   */
  protocols?: readonly string[];
  /** What the user could do about a failure; each is added to one event. */
  hints?: Hints;
  /** The name of what leads to the target, such as `browser-gateway`. */
  link?: string;
  /** See `parseFaults`. */
  faults?: readonly Fault[];
  /** What all that is random is drawn from; the same seed, the same run. */
  seed?: number;
  /** How many bytes the recording keeps; 64 MiB. */
  recordingSize?: number;
}

/** A port of a tap with faults of its own: see `listenSeparately`. */
export interface SeparateListener {
  port: number;
  /** As the tap's own, for the connections of this port alone. */
  setFaults(faults: readonly Fault[]): void;
  cut(how?: 'fin' | 'rst'): void;
  /** Ends its connections and listens no more. */
  close(): Promise<void>;
}

/** Makes a tap; it does not listen yet. */
export function createTap(options: TapOptions): Tap {
  return new Tap(options);
}

/**
 * The tap. Emits its events (`TapEvents`) when the bytes, the end or the fault
 * that they report have left for the receiver, and records them.
 */
export class Tap extends EventEmitter<TapEvents> {
  readonly seed: number;
  /** When its clock stood at 0: milliseconds since 1970. */
  readonly began: number;
  readonly recording: Recording;
  readonly #zero = performance.now();
  /** The first belongs to `target` and `listen()`. */
  readonly #listeners: [Listener, ...Listener[]];
  readonly #context: SecureContext | undefined;
  readonly #rewrite: (() => Rewriter) | undefined;
  readonly #protocols: readonly string[] | undefined;
  readonly #connections = new Map<number, Connection>();
  #accepted = 0;
  #faults: readonly Fault[] = [];
  /** By their text, as `formatFault` writes it. */
  #running = new Map<string, RunningFault>();
  /** Each cuts once, and is gone. */
  readonly #waitingCuts = new Set<RunningFault>();
  /** Those that were not used yet. */
  #hints: Hints;

  constructor(options: TapOptions) {
    super();
    const {
      target,
      tls: pair,
      link,
      faults,
      seed,
      recordingSize,
      hints,
      rewrite,
      protocols,
    } = options;
    this.seed = seed ?? Math.floor(Math.random() * 2 ** 31);
    this.began = Date.now();
    this.recording = new Recording(recordingSize);
    this.#context = pair && tls.createSecureContext(pair);
    this.#hints = { ...hints };
    this.#rewrite = rewrite;
    this.#protocols = protocols;
    this.#listeners = [this.#makeListener(target, this.#context, link)];
    this.#apply(faults ?? []);
  }

  /** Where connections go; a new target holds for those to come. */
  get target(): Target {
    return this.#listeners[0].target;
  }

  set target(target: Target) {
    this.#listeners[0].target = target;
  }

  /**
   * Begins to accept connections.
   *
   * @param port 0 lets the system choose a free one
   * @returns the port
   * @throws Error where the port is taken or may not be used
   */
  async listen(port = 0, host = '127.0.0.1'): Promise<number> {
    return this.#listeners[0].listen(port, host);
  }

  /**
   * Accepts connections to another target too, at a port of its own: recorded
   * together with all others, and under the same faults, save those of one
   * link.
   *
   * @param link the name of what leads there
   * @param speaksTls whether that target does, where the tap's own does: behind
   *   a proxy that ends TLS there is none
   * @returns the port
   * @throws as `listen`
   */
  async listenFor(
    target: Target,
    port = 0,
    link?: string,
    speaksTls = true,
  ): Promise<number> {
    const context = speaksTls ? this.#context : undefined;
    const listener = this.#makeListener(target, context, link);
    this.#listeners.push(listener);
    return listener.listen(port, '127.0.0.1');
  }

  /**
   * Says whether the target of a link is away: as long as it is, the tap's port
   * refuses connections, as the target's own does. Otherwise a client's
   * connection is accepted before the target is called, and can only be reset.
   *
   * @throws as `listen`, where the port was taken meanwhile
   */
  async setAway(link: string, isAway: boolean): Promise<void> {
    const meant = this.#listeners.filter((each) => each.link === link);
    await Promise.all(meant.map((each) => each.setAway(isAway)));
  }

  /** The names of what leads to its targets, where they have some. */
  get links(): string[] {
    return this.#listeners.flatMap(({ link }) => link ?? []);
  }

  /**
   * Accepts connections to another target at a free port, recorded together
   * with all others, but under faults of its own.
   *
   * @param pair where that target speaks TLS, as in `TapOptions`
   * @param seed what all that is random here is drawn from, whatever else the
   *   tap has carried; without it the tap's own
   * @throws as `listen`
   */
  async listenSeparately(
    target: Target,
    pair?: { key: string; cert: string },
    seed?: number,
  ): Promise<SeparateListener> {
    const context = pair && tls.createSecureContext(pair);
    const listener = this.#makeListener(target, context, undefined, seed);
    listener.running = new Map();
    this.#listeners.push(listener);
    return {
      port: await listener.listen(0, '127.0.0.1'),
      setFaults(faults) {
        listener.running = beginFaults(faults, listener.running);
        for (const connection of listener.connections) connection.applyFaults();
      },
      cut(how = 'rst') {
        for (const connection of listener.connections)
          connection.cut(how, 'cut', 'cut by hand');
      },
      close: async () => {
        const closed = listener.close();
        for (const connection of listener.connections) connection.drop();
        await closed;
        const at = this.#listeners.indexOf(listener);
        if (at > 0) this.#listeners.splice(at, 1);
      },
    };
  }

  /** Where it listens; 0 where it does not. */
  get port(): number {
    return this.#listeners[0].port;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** The faults that apply now. */
  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /**
   * When one of the faults that apply was set, with its numbers as they are.
   *
   * @returns milliseconds since 1970; undefined where it does not apply
   */
  faultSince(fault: Fault): number | undefined {
    return this.#running.get(formatFault(fault))?.since;
  }

  /**
   * From here on these faults apply, to live connections too. Those that were
   * set before, with the same numbers, go on as they are; what the others held
   * is handed on at once.
   *
   * @throws FaultError where there is no fault or no link of that name; all
   *   stays as it was
   */
  setFaults(faults: readonly Fault[]): void {
    const { links } = this;
    for (const { link } of faults) {
      if (link === undefined || links.includes(link)) continue;
      const known = links.length === 0 ? 'none has a name' : links.join(', ');
      throw new FaultError(`There is no link "${link}". There are: ${known}.`);
    }
    this.#apply(faults);
  }

  #apply(faults: readonly Fault[]): void {
    this.#running = beginFaults(faults, this.#running);
    this.#faults = [...faults];
    for (const connection of this.#connections.values())
      connection.applyFaults();
    this.emit('faults');
  }

  /**
   * Cuts now: `rst` resets the connections, `fin` closes them.
   *
   * @param connection its number; undefined cuts all, save separate ones
   */
  cut(how: 'fin' | 'rst' = 'rst', connection?: number): void {
    for (const listener of this.#listeners) {
      for (const live of listener.connections) {
        const meant = connection ?? (listener.running ? 0 : live.connection);
        if (live.has(meant)) live.cut(how, 'cut', 'cut by hand');
      }
    }
  }

  /**
   * Cuts once, in the middle of what is forwarded next in a direction: resets
   * the first connection on which `place` finds a place, save separate ones.
   *
   * @param what where that is, for the report: "within an event"
   * @returns what gives it up, if it has not cut yet
   */
  cutWithin(
    direction: RelayDirection,
    what: string,
    place: CutPlace,
  ): () => void {
    const end = () => {
      if (!this.#waitingCuts.delete(cut)) return;
      for (const live of this.#connections.values()) live.applyFaults();
    };
    const cut = waitingCut(direction, what, place, end);
    this.#waitingCuts.add(cut);
    for (const live of this.#connections.values()) live.applyFaults();
    return end;
  }

  /**
   * Finds out which protocols each target offers by ALPN, to offer the same.
   * Call it whenever targets became ready; otherwise the first client waits.
   *
   * @returns those of `target`; none where there is no TLS
   * @throws Error where a target cannot be reached
   */
  async learnProtocols(): Promise<readonly string[]> {
    if (!this.#context) return [];
    if (this.#protocols) return this.#protocols;
    const shared = this.#listeners.filter(
      ({ running, speaksTls }) => !running && speaksTls,
    );
    const [offers] = await Promise.all(
      shared.map((listener) => listener.learn()),
    );
    return offers!;
  }

  /** Resets all connections and stops listening. May be called twice. */
  async close(): Promise<void> {
    const closed = this.#listeners.map((listener) => listener.close());
    for (const connection of this.#connections.values()) connection.drop();
    await Promise.all(closed);
    while (this.#connections.size > 0) await once(this, 'close');
  }

  #makeListener(
    target: Target,
    context: SecureContext | undefined,
    link?: string,
    seed?: number,
  ): Listener {
    let ofListener = 0;
    const listener = new Listener(target, (raw) => {
      this.#accepted += 1;
      ofListener += 1;
      const drawnAs = seed === undefined ? this.#accepted : ofListener;
      const number = this.#accepted;
      // What the target gets is recorded under the next number.
      if (this.#rewrite) this.#accepted += 1;
      const connection = new Connection(run, number, raw, drawnAs);
      this.#connections.set(number, connection);
      listener.connections.add(connection);
      void connection.open();
    });
    listener.link = link;
    listener.speaksTls = context !== undefined;
    const run = this.#createRun(listener, context, seed);
    return listener;
  }

  /** What the connections through a listener see of the tap. */
  #createRun(
    listener: Listener,
    context: SecureContext | undefined,
    seed = this.seed,
  ): ConnectionContext {
    const { recording } = this;
    return {
      seed,
      ...(context && { secureContext: context }),
      target: () => listener.target,
      link: listener.link,
      faults: () =>
        listener.running
          ? [...listener.running.values()]
          : [...this.#running.values(), ...this.#waitingCuts].filter(
              ({ link }) => link === undefined || link === listener.link,
            ),
      now: () => performance.now() - this.#zero,
      offers: async () => this.#protocols ?? listener.offers(),
      ...(this.#rewrite && { rewrite: this.#rewrite }),
      hint: (where) => {
        const hint = this.#hints[where];
        delete this.#hints[where];
        return hint;
      },
      opened: (event) => {
        recording.open(event);
        this.emit('open', event);
      },
      read: (event) => {
        recording.read(event);
        this.emit('read', event);
      },
      ended: (event) => {
        recording.end(event);
        this.emit('end', event);
      },
      injected: (event) => {
        recording.fault(event);
        this.emit('fault', event);
      },
      closed: (event) => {
        recording.close(event);
        const connection = this.#connections.get(event.connection);
        if (connection) listener.connections.delete(connection);
        this.#connections.delete(event.connection);
        this.emit('close', event);
      },
    };
  }
}
