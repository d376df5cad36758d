/** A line of the tap that a check breaks and mends. */
import { once } from 'node:events';
import { type ApartLine, parseFaults, type Tap } from '../tap/tap.ts';

export interface Line {
  /** What a client connects to. */
  port: number;
  origin: string;
  /**
   * From here on these faults apply, to live connections too.
   *
   * @param faults as on the command line: `latency=300~50`; none mends all
   */
  break(...faults: string[]): void;
  /** Cuts all its connections now: `rst` tears them down, `fin` closes them. */
  cut(how?: 'rst' | 'fin'): void;
  /** Resolves when this fault strikes the next time on this line. */
  struck(fault: string): Promise<void>;
  /** How many connections came in so far. */
  readonly connections: number;
}

/** Opens a line; the tap's `close` ends it. */
export async function openLine(
  tap: Tap,
  port: number,
  faults: string[],
  pair?: { key: string; cert: string },
): Promise<{ line: Line; close(): Promise<void> }> {
  const apart: ApartLine = await tap.listenApart(
    { host: '127.0.0.1', port },
    pair,
  );
  const mine = new Set<number>();
  const note = (opened: { connection: number; port: number }) => {
    if (opened.port === apart.port) mine.add(opened.connection);
  };
  tap.on('open', note);
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
    },
    async close() {
      tap.off('open', note);
      await apart.close();
    },
  };
}
