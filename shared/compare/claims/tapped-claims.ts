/** The claims' server behind a tap, at two ports: two origins. */
import { once } from 'node:events';
import { listen } from '@on-the-wire/system/listen.ts';
import { createTap, parseFaults } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { createClaimsServer } from './claims-server.ts';
import type { ClaimOrigins, Seen, TappedClaims } from './claim.ts';

/**
 * Starts the server, and a tap that leads to it at two ports.
 *
 * @param pair key and certificate, where it is to speak HTTP/2
 * @param pageOf makes the page that runs a claim by itself, at /run
 * @param ports of the two; without them free ones
 */
export async function startTappedClaims(
  pair?: { key: string; cert: string },
  pageOf?: (origins: ClaimOrigins) => string,
  ports: readonly [number?, number?] = [],
): Promise<TappedClaims> {
  const server = createClaimsServer(pair, () => pageOf?.(origins) ?? '');
  const { port } = await listen(server);
  const target = { host: '127.0.0.1', port };
  const tap = createTap({ target, seed: 1, ...(pair && { tls: pair }) });
  const units = new LiveUnits(tap);
  const seen: Seen[] = [];
  units.on('unit', ({ connection, unit }) => seen.push({ connection, unit }));
  const originOf = (at: number, host = '127.0.0.1') =>
    `http${pair ? 's' : ''}://${host}:${at}`;
  const origin = originOf(await tap.listen(ports[0]));
  const otherPort = await tap.listenFor(target, ports[1]);
  const origins = {
    origin,
    other: originOf(otherPort),
    otherSite: originOf(otherPort, 'localhost'),
  };
  return {
    tap,
    origins,
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
