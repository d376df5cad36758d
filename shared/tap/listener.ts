import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Connection } from './connection.ts';
import type { Target } from './dial.ts';
import { offeredProtocols } from './encrypted.ts';
import type { RunningFault } from './relay.ts';

/** A port at which a tap accepts connections, and the target behind it. */
export class Listener {
  target: Target;
  /** What leads through it is called so; where nothing is said, it has none. */
  link: string | undefined;
  /** Those that came in here and are open. */
  readonly connections = new Set<Connection>();
  /** Faults of its own, where it does not share the tap's. */
  running: Map<string, RunningFault> | undefined;
  readonly #server: net.Server;
  #offers: Promise<string[]> | undefined;

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

  /** @throws where the port is taken or may not be used */
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

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** What the target offers by ALPN; it is asked once. */
  offers(): Promise<string[]> {
    return this.#offers ?? this.learn();
  }

  /** Asks it anew. */
  learn(): Promise<string[]> {
    const learning = offeredProtocols(this.target);
    this.#offers = learning;
    // A target that is not ready yet is asked again by the next client.
    learning.catch(() => {
      if (this.#offers === learning) this.#offers = undefined;
    });
    return learning;
  }

  /** Resolves when nothing listens any more. */
  close(): Promise<unknown> {
    return new Promise((done) => this.#server.close(done));
  }
}
