/** A server of a test behind a tap, so that the test can break the network. */
import { once } from 'node:events';
import type { Server } from 'node:net';
import { createTap, parseFaults, type Tap } from '@on-the-wire/tap/tap.ts';
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import type { Direction } from '@on-the-wire/wire/unit.ts';
import { listen } from '@on-the-wire/system/listen.ts';

/** A unit that breaks a rule, and how. */
export interface Problem {
  direction: Direction;
  problem: string;
}

/** A server that is reached through a tap, and how to break what is between. */
export interface TappedServer {
  /** The tap's: what a client or a browser connects to. */
  port: number;
  origin: string;
  /**
   * From here on these faults apply, to live connections too.
   *
   * @param faults as on the command line: `latency=300~50`; none mends all
   * @throws FaultError for one that does not exist or makes no sense
   */
  break(...faults: string[]): void;
  /**
   * From here on new connections lead to this port: for a server that must know
   * the tap's origin before it listens.
   */
  leadTo(target: number): void;
  /** Cuts all connections now: `rst` resets them, `fin` closes them. */
  cut(how?: 'rst' | 'fin'): void;
  /**
   * Resolves when this fault is injected the next time.
   *
   * @param name such as `buffer`
   */
  injected(name: string): Promise<void>;
  /**
   * What the wire finds wrong in all that has come so far of one connection.
   *
   * @param client the client's port
   */
  problems(client: number): Problem[];
  /** Ends the tap, and every connection through it; not the server. */
  close(): Promise<void>;
}

/**
 * Lets a server listen on a free port of this machine, and puts a tap in front.
 *
 * @param settings as those of `tapBefore`
 */
export async function listenBehindTap(
  server: Server,
  settings: Parameters<typeof tapBefore>[1] = {},
): Promise<TappedServer> {
  const { port } = await listen(server);
  return tapBefore(port, settings);
}

/**
 * Puts a tap in front of what listens on a port of this machine already.
 *
 * @param faults that apply from the start
 * @param seed what is random about them follows from it
 * @param tls of a target that speaks TLS: what the tap shows to clients
 */
export async function tapBefore(
  target: number,
  {
    faults = [],
    seed = 1,
    tls,
  }: {
    faults?: string[];
    seed?: number;
    tls?: { key: string; cert: string };
  } = {},
): Promise<TappedServer> {
  const tap = createTap({
    target: { host: '127.0.0.1', port: target },
    faults: parseFaults(faults),
    seed,
    ...(tls && { tls }),
  });
  const port = await tap.listen();
  return {
    port,
    origin: `http${tls ? 's' : ''}://127.0.0.1:${port}`,
    break: (...texts) => tap.setFaults(parseFaults(texts)),
    leadTo(next) {
      tap.target = { host: '127.0.0.1', port: next };
    },
    cut: (how) => tap.cut(how),
    async injected(name) {
      for (;;) {
        const [{ fault }] = (await once(tap, 'fault')) as [{ fault: string }];
        if (fault === name) return;
      }
    },
    problems: (client) => problemsOf(tap, client),
    close: () => tap.close(),
  };
}

function problemsOf({ recording }: Tap, client: number): Problem[] {
  const kept = recording
    .connections()
    .find(({ opened }) => opened.client.port === client);
  if (!kept) return [];
  const decoder = decodeConnection({ alpn: kept.opened.protocol });
  const reads = [...recording.reads(kept.connection)];
  const units = [
    ...reads.flatMap(({ direction, bytes }) => decoder.feed(direction, bytes)),
    ...decoder.end('up'),
    ...decoder.end('down'),
  ];
  return units.flatMap(({ direction, problem }) =>
    problem === undefined ? [] : [{ direction, problem }],
  );
}
