/** A proxy between the pages and the servers that are compared. */
import {
  findProxy,
  howToInstall,
  type InstalledProxy,
} from '@on-the-wire/proxies/find.ts';
import { passingLines } from '@on-the-wire/proxies/lines.ts';
import { programs, type ProxyName } from '@on-the-wire/proxies/programs.ts';
import { startProxy, type RunningProxy } from '@on-the-wire/proxies/start.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { Transport } from './transports.ts';

/** What can be typed after `--behind`. */
export const proxyNames = Object.keys(programs) as ProxyName[];

/**
 * The proxy of that name.
 *
 * @throws UsageError (2) where the course knows none of that name; (1) where it
 *   is not installed, with how to get it
 */
export function proxyNamed(
  name: string,
  find: (name: ProxyName) => InstalledProxy | undefined = findProxy,
): InstalledProxy {
  const known = proxyNames.find((each) => each === name);
  if (!known)
    throw new UsageError(
      `There is no proxy "${name}". There are: ${proxyNames.join(', ')}.`,
      2,
    );
  const installed = find(known);
  if (!installed) throw new UsageError(howToInstall(known), 1);
  return installed;
}

/** Those whose front offers WebSockets in a stream of HTTP/2: RFC 8441. */
const extended: readonly ProxyName[] = ['haproxy', 'nghttpx'];

/** Why a transport does not go through it, in a sentence; undefined if it does. */
export function whyNotBehind(
  { program: { name, title, endsTls } }: InstalledProxy,
  { id, over }: Transport,
): string | undefined {
  if (!over.startsWith('HTTP/'))
    return `${over} does not go through it: ${title} passes on HTTP here.`;
  if (over === 'HTTP/1.1') return undefined;
  if (!endsTls)
    return (
      `Nothing over HTTP/2 goes through it: browsers speak that only over TLS, ` +
      `which ${title} has not.`
    );
  if (id.startsWith('websocket') && !extended.includes(name))
    return (
      `A WebSocket in an HTTP/2 stream (RFC 8441) does not go through it: ` +
      `${title} offers none, so browsers open a connection of HTTP/1.1.`
    );
  return undefined;
}

/** The lines that it gets. */
export const linesBehind = ({ program }: InstalledProxy): string =>
  passingLines(program.name);

/**
 * Starts it before a server that speaks HTTP/1.1.
 *
 * @param upstream the server's port
 * @param tls key and certificate, where pages speak HTTP/2 with it
 */
export async function startProxyBefore(
  installed: InstalledProxy,
  upstream: number,
  tls?: { key: string; cert: string },
): Promise<RunningProxy> {
  return startProxy(installed, {
    port: await freePort(),
    upstream: { port: upstream },
    lines: linesBehind(installed),
    ...(tls && { tls }),
  });
}
