/** The claims' server behind a tap, at two ports: two origins. */
import { once } from 'node:events';
import { listen } from '@on-the-wire/system/listen.ts';
import { createTap, parseFaults, type Tap } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { createClaimsServer } from './claims-server.ts';
import type { Places, Seen } from './claim.ts';

export interface BehindTap {
  tap: Tap;
  places: Places;
  /** The units of the claim, as they come. */
  seen: Seen[];
  /** From here on a claim begins: `seen` is empty again. */
  begin(): void;
  /** Resolves when there is such a unit among those of the claim. */
  until(is: (seen: Seen) => boolean): Promise<void>;
  /** From here on these faults apply: `buffer=…`. */
  break(...faults: string[]): void;
  close(): Promise<void>;
}

/**
 * Starts them.
 *
 * @param pair key and certificate, where it is to speak HTTP/2
 * @param pageOf makes the page that runs a claim by itself, at /run
 */
export async function startClaimsLine(
  pair?: { key: string; cert: string },
  pageOf?: (places: Places) => string,
): Promise<BehindTap> {
  const server = createClaimsServer(pair, () => pageOf?.(places) ?? '');
  const { port } = await listen(server);
  const target = { host: '127.0.0.1', port };
  const tap = createTap({ target, seed: 1, ...(pair && { tls: pair }) });
  const units = new LiveUnits(tap);
  const seen: Seen[] = [];
  units.on('unit', ({ connection, unit }) => seen.push({ connection, unit }));
  const originOf = (at: number) => `http${pair ? 's' : ''}://127.0.0.1:${at}`;
  const places = {
    origin: originOf(await tap.listen()),
    other: originOf(await tap.listenFor(target)),
  };
  return {
    tap,
    places,
    seen,
    begin() {
      seen.length = 0;
    },
    async until(is) {
      while (!seen.some(is)) await once(units, 'unit');
    },
    break: (...faults) => tap.setFaults(parseFaults(faults)),
    async close() {
      await tap.close();
      server.close();
    },
  };
}
