import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Connection } from './connection.ts';
import type { Target } from './dial.ts';
import { offeredProtocols } from './encrypted.ts';
import type { RunningFault } from './relay.ts';

/** A port at which a tap accepts connections, and the target that they go to. */
export class Listener {
  target: Target;
  /** The name of what leads through it, such as `station-broker`, if it has one. */
  link: string | undefined;
  /** Whether the target does, and so the clients. */
  speaksTls = false;
  /** The open connections that it accepted. */
  readonly connections = new Set<Connection>();
  /** Faults of its own, where it does not share the tap's. */
  running: Map<string, RunningFault> | undefined;
  readonly #server: net.Server;
  #offers: Promise<string[]> | undefined;
  readonly #closed = new AbortController();
  /** Where it listened before the target went away. */
  #home: AddressInfo | null = null;

  /** @param accept gets each connection, paused */
  constructor(target: Target, accept: (raw: Socket) => void) {
    this.target = target;
    const options = {
      allowHalfOpen: true,
      pauseOnConnect: true,
      noDelay: true,
    };
    this.#server = net.createServer(options, accept);
  }

  /**
   * Begins to accept connections.
   *
   * @param port 0 lets the system choose a free one
   * @returns the port
   * @throws Error where the port is taken or may not be used
   */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host);
    try {
      await once(this.#server, 'listening');
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const why =
        code === 'EADDRINUSE' ? 'another program listens there' : message;
      throw new Error(
        `The tap cannot listen on ${host}:${port}: ${why}. Choose another port; 0 takes any that is free.`,
        { cause },
      );
    }
    return this.port;
  }

  /** The port that it listens on; 0 where it does not. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** What the target offers by ALPN; found out once, see `offeredProtocols`. */
  offers(): Promise<string[]> {
    return this.#offers ?? this.learn();
  }

  /** Finds it out again. */
  learn(): Promise<string[]> {
    const learning = offeredProtocols(this.target, this.#closed.signal);
    this.#offers = learning;
    // A target that is not ready yet is tried again for the next client.
    learning.catch(() => {
      if (this.#offers === learning) this.#offers = undefined;
    });
    return learning;
  }

  /**
   * Refuses connections while the target is away, as the target's own port
   * does then; those that are open go on. Does nothing where it is so already.
   *
   * @throws as `listen`
   */
  async setAway(isAway: boolean): Promise<void> {
    if (isAway) {
      this.#home ??= this.#server.address() as AddressInfo | null;
      this.#server.close();
    } else if (this.#home) {
      const { port, address } = this.#home;
      this.#home = null;
      await this.listen(port, address);
    }
  }

  /** Stops listening. Resolves once its connections are closed, too. */
  close(): Promise<unknown> {
    this.#closed.abort();
    this.#home = null; // whether its target is away does not matter any more
    return new Promise((done) => this.#server.close(done));
  }
}
