/**
 * One connection through the tap: the client that was accepted, the target that
 * is dialed for it, and a relay for each direction between them.
 *
 * Bytes, FIN and RST travel on as they came, in their order: a RST of one side
 * becomes a RST of the other, behind the bytes that were handed on before it.
 * Faults, and `cut`, end both sides. What cannot be served (the target is not
 * reached, TLS fails) is refused with a RST, and the event says why.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { SecureContext, TLSSocket } from 'node:tls';
import { respondWith } from './status-response.ts';
import {
  acquireBuffer,
  dial,
  dialIntoBuffer,
  releaseBuffer,
  whyNotReached,
  type Target,
} from './dial.ts';
import { acceptEncrypted, dialEncrypted } from './encrypted.ts';
import type { EndReason, RelayDirection } from './events.ts';
import type { StatusResponse } from './faults/kind.ts';
import type { FaultTarget } from './faults/stage.ts';
import { Relay, type RunningFault, type RelayContext } from './relay.ts';
import {
  type ConnectionObserver,
  ConnectionTrace,
} from './connection-trace.ts';
import type { Rewriter } from './rewriter.ts';
import { clientTrouble, targetTrouble } from './tls-errors.ts';

/** What a connection needs of its tap. */
export interface ConnectionContext extends ConnectionObserver {
  readonly seed: number;
  target(): Target;
  /** The name of the link that its connections come in by. */
  readonly link?: string | undefined;
  /** For the client's side of TLS, where the target speaks TLS. */
  readonly secureContext?: SecureContext;
  faults(): readonly RunningFault[];
  /** What the target offers by ALPN (RFC 7301); rejects if it is not reached. */
  offers(): Promise<readonly string[]>;
  /** Makes what changes the bytes of a client, if anything does. */
  readonly rewrite?: () => Rewriter;
  /** A hint, the first time that it applies; undefined from then on. */
  hint(where: keyof Hints): string | undefined;
}

/** What the user could do where … */
export interface Hints {
  /** … a client does not trust the tap's certificate. */
  distrust?: string;
  /** … a target received something, and ends without having sent a byte. */
  mute?: string;
}

/**
 * Bytes that are followed by a RST may be lost with it: the receiver's system
 * throws away what its program has not read yet, on some systems. So a RST of
 * ours keeps this distance, in milliseconds.
 */
const RST_AFTER = 20;
/** How long a peer has to end its side, or to take what is left to it. */
const LINGER = 1000;

/** A client, the target dialed for it, and what runs between them. */
export class Connection implements RelayContext, FaultTarget {
  readonly connection: number;
  readonly drawnAs: number;
  readonly #tap: ConnectionContext;
  readonly #trace: ConnectionTrace;
  /** What the target gets, where that is not what the client sends. */
  #rewritten: ConnectionTrace | undefined;
  readonly #raw: Socket;
  /** Where the client's bytes come from: the raw socket, or TLS on top of it. */
  #client: Duplex;
  #targetRaw: Socket | undefined;
  #target: Duplex | undefined;
  /** What the target is read into, where it does not speak TLS. */
  #buffer: Buffer | undefined;
  #up: Relay | undefined;
  #down: Relay | undefined;
  readonly #watches = new Map<RunningFault, () => void>();
  readonly #open = new Set<Socket>();
  /** One side has reset it: that RST is on its way to the other. */
  #isReset = false;
  /** Why it will end, as far as is known before it does. */
  #why: string | undefined;
  /** It is settled how it ends; what still comes in is dropped. */
  #over = false;
  #finished = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param connection its number, from 1
   * @param drawnAs the number that names what is drawn for it
   * @param raw the client's socket, paused
   */
  constructor(
    tap: ConnectionContext,
    connection: number,
    raw: Socket,
    drawnAs = connection,
  ) {
    this.#tap = tap;
    this.connection = connection;
    this.drawnAs = drawnAs;
    const encrypted = tap.secureContext !== undefined;
    this.#trace = new ConnectionTrace(
      tap,
      connection,
      raw,
      encrypted,
      tap.rewrite ? 'client-tap' : tap.link,
    );
    this.#raw = raw;
    this.#client = raw;
    this.#adopt(raw);
  }

  /** Whether a number is its own, or the one of what the target gets. */
  has(connection: number): boolean {
    const own = this.connection;
    return connection === own || connection === this.#rewritten?.connection;
  }

  get seed(): number {
    return this.#tap.seed;
  }

  get lastActivity(): number {
    return this.#trace.lastActivity;
  }

  now(): number {
    return this.#tap.now();
  }

  /** Shakes hands where there is TLS, then dials the target. Never rejects. */
  async open(): Promise<void> {
    this.#raw.on('error', () => this.#lost('up'));
    this.applyFaults();
    if (this.#over) return;
    if (this.#tap.secureContext) {
      const client = await this.#encrypt(this.#tap.secureContext);
      if (!client || this.#over) return;
      this.#client = client;
      this.#trace.protocol = client.alpnProtocol || undefined;
    }
    this.#listen(this.#client, 'up');
    this.#trace.opened();
    if (this.#status) this.#awaitRequest();
    else await this.#dial();
  }

  /** From here on the faults apply that the run has now. */
  applyFaults(): void {
    const faults = this.#tap.faults();
    for (const [fault, stop] of this.#watches) {
      if (faults.includes(fault)) continue;
      stop();
      this.#watches.delete(fault);
    }
    for (const fault of faults) {
      if (this.#over) return;
      if (this.#watches.has(fault)) continue;
      const stop = fault.injector.watch?.(this);
      if (!stop) continue;
      if (this.#over) stop();
      else this.#watches.set(fault, stop);
    }
    this.#up?.applyFaults(faults);
    this.#down?.applyFaults(faults);
  }

  came(direction: RelayDirection, bytes: Buffer, held: number): void {
    this.#trace.read(direction, bytes, held);
  }

  read(direction: RelayDirection, bytes: Buffer, held: number): void {
    this.#rewritten?.read(direction, bytes, held);
    if (direction === 'up' && this.#rewritten) return; // it came by `came`
    this.#trace.read(direction, bytes, held);
  }

  end(direction: RelayDirection, how: 'fin' | 'rst'): void {
    const text = how === 'rst' ? this.#why : this.#ifMute(direction);
    this.#ended(how, direction, text);
    if (how === 'rst') this.#destroy();
  }

  #ended(how: EndReason, direction?: RelayDirection, text?: string): void {
    if (direction === 'down') this.#rewritten?.ended(how, direction, text);
    this.#trace.ended(how, direction, text);
    if (direction !== 'down') this.#rewritten?.ended(how, direction, text);
  }

  /** The hint for a target that ends and has sent nothing. */
  #ifMute(direction: RelayDirection): string | undefined {
    const { up, down } = this.#trace.forwarded;
    if (direction === 'up' || up === 0 || down > 0) return undefined;
    const hint = this.#tap.hint('mute');
    return hint && `FIN, without a byte before it. ${hint}`;
  }

  injected(fault: string, text: string, direction?: RelayDirection): void {
    this.#trace.injected(fault, text, direction);
  }

  cut(how: 'fin' | 'rst', fault: string, text: string): void {
    if (this.#over) return;
    this.injected(fault, text);
    this.#settle();
    if (how === 'rst') void this.#reset();
    else this.#finish();
  }

  respond(first: Buffer): void {
    this.#up?.stop();
    this.#down?.stop();
    this.#targetRaw?.destroy();
    const status = this.#status ?? { code: 502 };
    this.injected(
      'status',
      `responded with ${status.code}; the server did not get the request`,
    );
    this.#settle();
    this.#client.unshift(first);
    respondWith(status, this.#client, first, {
      read: (direction, bytes) => this.#trace.read(direction, bytes, 0),
      end: (direction) => this.#trace.ended('fin', direction),
      over: () => this.#finish(),
    });
  }

  /** Ends it at once, whatever it carries: the tap closes. */
  drop(): void {
    if (!this.#over)
      this.#ended('rst', undefined, 'RST: the tap was stopped, and reset it');
    this.#destroy();
  }

  async #encrypt(context: SecureContext): Promise<TLSSocket | undefined> {
    let offers: readonly string[] = [];
    try {
      offers = await this.#tap.offers();
    } catch (error) {
      // A client that gets its response from the tap needs no target.
      if (!this.#status) {
        this.#refuse('refused', whyNotReached(error as Error));
        return undefined;
      }
    }
    if (this.#over) return undefined;
    try {
      return await acceptEncrypted(this.#raw, context, offers);
    } catch (error) {
      const { bytesRead } = this.#raw;
      const { text, distrust } = clientTrouble(
        error as Error,
        bytesRead,
        offers,
      );
      const hint = distrust ? this.#tap.hint('distrust') : undefined;
      this.#refuse('failed', hint === undefined ? text : `${text}. ${hint}`);
      return undefined;
    }
  }

  async #dial(): Promise<void> {
    try {
      this.#target = await this.#reach();
    } catch (error) {
      const text = this.#troubleOf(error as Error);
      this.#refuse('refused', text ?? whyNotReached(error as Error));
      return;
    }
    if (this.#over) return;
    this.#listen(this.#target, 'down');
    const rewriter = this.#tap.rewrite?.();
    if (rewriter) this.#traceRewritten();
    this.#up = new Relay('up', this, this.#client, this.#target, rewriter);
    this.#down = new Relay('down', this, this.#target, this.#client);
    this.#up.applyFaults(this.#tap.faults());
    this.#down.applyFaults(this.#tap.faults());
    this.#up.start();
    this.#down.start();
  }

  #traceRewritten(): void {
    const { localAddress, localPort, remotePort } = this.#targetRaw!;
    this.#rewritten = new ConnectionTrace(
      this.#tap,
      this.connection + 1,
      {
        remoteAddress: localAddress,
        remotePort: localPort,
        // A Unix socket has none: then it is the one that stands for it.
        localPort: remotePort ?? this.#tap.target().port,
      },
      this.#tap.secureContext !== undefined,
      'tap-target',
    );
    this.#rewritten.protocol = this.#trace.protocol;
    this.#rewritten.opened();
  }

  async #reach(): Promise<Duplex> {
    const { secureContext } = this.#tap;
    const target = this.#tap.target();
    if (!secureContext) this.#buffer = acquireBuffer();
    const raw = this.#buffer
      ? dialIntoBuffer(target, this.#buffer, (bytes) => this.#down?.lend(bytes))
      : dial(target);
    this.#targetRaw = raw;
    this.#adopt(raw);
    await once(raw, 'connect');
    return secureContext
      ? dialEncrypted(raw, target, this.#trace.protocol)
      : raw;
  }

  get #status(): StatusResponse | undefined {
    return this.#tap.faults().find(({ injector }) => injector.status)?.injector
      .status;
  }

  /** Looks at the first bytes before it decides whether to dial. */
  #awaitRequest(): void {
    const client = this.#client;
    const settle = (first?: Buffer): void => {
      client.off('data', settle);
      client.off('end', settle);
      client.pause();
      if (this.#over) return;
      if (!first) {
        this.#trace.ended('fin', 'up');
        this.#settle();
        this.#finish();
      } else if (this.#status) {
        this.respond(first);
      } else {
        client.unshift(first);
        void this.#dial();
      }
    };
    client.once('data', settle);
    client.once('end', settle);
    if (client.readableEnded) settle();
    else client.resume();
  }

  #adopt(raw: Socket): void {
    this.#open.add(raw);
    // Errors are handled where something is awaited, and later in `#listen`.
    raw.on('error', () => {});
    raw.once('close', () => {
      this.#open.delete(raw);
      this.#closeIfDone();
    });
  }

  #closeIfDone(): void {
    if (this.#open.size > 0) return;
    this.#settle();
    clearTimeout(this.#timer);
    if (this.#buffer) releaseBuffer(this.#buffer);
    this.#rewritten?.closed();
    this.#trace.closed();
  }

  /** Notices when a side is reset: all bytes of that side travel `direction`. */
  #listen(socket: Duplex, direction: RelayDirection): void {
    const lost = () => this.#lost(direction);
    socket.on('error', (error) => {
      // A target may want a certificate of its client, and say so only now.
      if (direction === 'down') this.#why ??= this.#troubleOf(error);
      lost();
    });
    socket.on('close', () => {
      if (!socket.readableEnded) lost();
    });
    if (socket.destroyed) lost();
  }

  #lost(direction: RelayDirection): void {
    if (this.#over || this.#isReset) return;
    this.#isReset = true;
    const [way, back] =
      direction === 'up' ? [this.#up, this.#down] : [this.#down, this.#up];
    // Nobody is left to take what goes back.
    back?.stop();
    if (way) way.reset();
    else this.end(direction, 'rst');
  }

  /** What is wrong with the target's TLS, where it speaks some. */
  #troubleOf(error: Error): string | undefined {
    if (!this.#tap.secureContext) return undefined;
    return targetTrouble(error, this.#tap.target(), this.#trace.protocol);
  }

  /** The client cannot be served: TCP's way to say so is a RST. */
  #refuse(how: 'refused' | 'failed', text: string): void {
    if (this.#over) return;
    const direction = how === 'refused' ? 'down' : 'up';
    this.#trace.ended(how, direction, text);
    this.#destroy();
  }

  #settle(): void {
    this.#over = true;
    this.#up?.stop();
    this.#down?.stop();
    for (const stop of this.#watches.values()) stop();
    this.#watches.clear();
  }

  /** Lets go out what was handed on, then resets both sides. */
  async #reset(): Promise<void> {
    const written = [this.#up, this.#down].map(
      (way) => new Promise<void>((done) => (way ? way.written(done) : done())),
    );
    const late = new Promise((done) => {
      this.#timer = setTimeout(done, LINGER);
    });
    await Promise.race([Promise.all(written), late]);
    clearTimeout(this.#timer);
    const left = this.#trace.lastActivity + RST_AFTER - this.now();
    if (left > 0) await wait(Math.ceil(left));
    if (this.#open.size === 0) return;
    this.#ended('rst');
    this.#destroy();
  }

  /** Ends both sides, and reads what the peers still send, for a while. */
  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#client.destroyed) {
      this.#destroy();
      return;
    }
    this.#ended('fin');
    this.#client.end();
    this.#client.resume();
    const target = this.#target;
    target?.end();
    // Not before: what is still to be written lies where it would read to.
    this.#down?.written(() => target?.resume());
    this.#timer = setTimeout(() => this.#destroy(), LINGER);
  }

  #destroy(): void {
    this.#settle();
    for (const raw of this.#open) {
      const socket = raw === this.#raw ? this.#client : (this.#target ?? raw);
      // While a FIN is going out libuv refuses to reset, and Node would lose
      // the socket: then closing has to do.
      const ending = socket.writableEnded && !socket.writableFinished;
      if (raw.connecting || ending) raw.destroy();
      else raw.resetAndDestroy();
    }
  }
}
