/** Connections through the tap that a check breaks and mends. */
import { once } from 'node:events';
import {
  type SeparateListener,
  type Opened,
  parseFaults,
  type Read,
  type Tap,
} from '@on-the-wire/tap/tap.ts';
import type { WirePlace } from './failure.ts';

/** A port of the tap that leads to one server, and all connections through it. */
export interface TappedConnection {
  /** What a client connects to. */
  port: number;
  origin: string;
  /**
   * From here on these faults apply, to live connections too.
   *
   * @param faults as on the command line: `latency=300~50`; none mends all
   */
  break(...faults: string[]): void;
  /** Cuts all its connections now: `rst` resets them, `fin` closes them. */
  cut(how?: 'rst' | 'fin'): void;
  /** Resolves when this fault strikes the next time on one of them. */
  struck(fault: string): Promise<void>;
  /** How many connections came in so far. */
  readonly connections: number;
  /**
   * Where on the wire its newest connection is seen, whoever opened it: for
   * `fail`. undefined before there is one.
   *
   * @param text the last unit with this text in its line; else the last of all
   */
  seen(direction: WirePlace['direction'], text?: string): WirePlace | undefined;
}

/**
 * Opens a port of the tap that leads to a port of this machine; the tap's `close`
 * ends it.
 *
 * @param port of the server
 * @param how.faults from the start, as on the command line
 * @param how.pair key and certificate, where clients speak TLS
 * @param how.seed what the faults draw from: the same seed, the same cuts
 * @param told.moved called with the client's port of a connection that was
 *   opened, or on which bytes came
 * @param told.stirred called whenever anything happens on them
 */
export async function openTappedConnection(
  tap: Tap,
  port: number,
  {
    faults,
    pair,
    seed,
  }: {
    faults: string[];
    pair: { key: string; cert: string } | undefined;
    seed: number;
  },
  told: { moved(client: number): void; stirred(): void },
): Promise<{ line: TappedConnection; close(): Promise<void> }> {
  const apart: SeparateListener = await tap.listenSeparately(
    { host: '127.0.0.1', port },
    pair,
    seed,
  );
  /** The clients' ports, by connection. */
  const mine = new Map<number, number>();
  let newest: number | undefined;
  const note = ({ connection, port: at, client }: Opened) => {
    if (at !== apart.port) return;
    mine.set(connection, client.port);
    newest = client.port;
    told.stirred();
    told.moved(newest);
  };
  const noteRead = ({ connection }: Read) => {
    const client = mine.get(connection);
    if (client === undefined) return;
    told.stirred();
    told.moved(client);
  };
  const noteOther = ({ connection }: { connection: number }) => {
    if (mine.has(connection)) told.stirred();
  };
  const others = ['end', 'fault', 'close'] as const;
  tap.setMaxListeners(0); // each of a check's lines has its own
  tap.on('open', note);
  tap.on('read', noteRead);
  for (const event of others) tap.on(event, noteOther);
  apart.setFaults(parseFaults(faults));
  return {
    line: {
      port: apart.port,
      origin: `http${pair ? 's' : ''}://127.0.0.1:${apart.port}`,
      break: (...texts) => apart.setFaults(parseFaults(texts)),
      cut: (how) => apart.cut(how),
      async struck(fault) {
        for (;;) {
          const [struck] = (await once(tap, 'fault')) as [
            { fault: string; connection: number },
          ];
          if (struck.fault === fault && mine.has(struck.connection)) return;
        }
      },
      get connections() {
        return mine.size;
      },
      seen: (direction, text) =>
        newest === undefined
          ? undefined
          : { client: newest, direction, ...(text !== undefined && { text }) },
    },
    async close() {
      tap.off('open', note);
      tap.off('read', noteRead);
      for (const event of others) tap.off(event, noteOther);
      await apart.close();
    },
  };
}
