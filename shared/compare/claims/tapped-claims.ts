/** The claims' server behind a tap, at two ports: two origins. */
import { once } from 'node:events';
import { listen } from '@on-the-wire/system/listen.ts';
import { createTap, parseFaults } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { startChain } from './behind.ts';
import { createClaimsServer } from './claims-server.ts';
import type { Behind, ClaimOrigins, Seen, TappedClaims } from './claim.ts';

/**
 * Starts the server, and a tap that leads to it at two ports.
 *
 * @param pair key and certificate, where it is to speak HTTP/2
 * @param pageOf makes the page that runs a claim by itself, at /run
 * @param ports of the two; without them free ones
 * @param behind what stands between page and server; a tap is on either side
 */
export async function startTappedClaims(
  pair?: { key: string; cert: string },
  pageOf?: (origins: ClaimOrigins) => string,
  ports: readonly [number?, number?] = [],
  behind?: Behind,
): Promise<TappedClaims> {
  const spoken = behind ? undefined : pair;
  const server = createClaimsServer(spoken, () => pageOf?.(origins) ?? '');
  const { port } = await listen(server);
  const target = { host: '127.0.0.1', port };
  const tap = createTap({
    target,
    seed: 1,
    ...(pair && { tls: pair }),
    ...(behind && { link: `browser-${behind.name}` }),
  });
  const units = new LiveUnits(tap);
  const seen: Seen[] = [];
  units.on('unit', ({ connection, link, unit }) =>
    seen.push({ connection, link, unit }),
  );
  const back = `${behind?.name}-server`;
  const chain =
    behind &&
    (await startChain(
      behind,
      await tap.listenFor(target, 0, back, false),
      pair,
    ));
  if (chain) tap.target = { ...target, port: chain.port };
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
    ...(chain && { behind: chain.title }),
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
      await chain?.stop();
      server.close();
    },
  };
}
