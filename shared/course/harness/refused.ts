import type { Tap } from '@on-the-wire/tap/tap.ts';

/**
 * Follows whether browsers accept the certificate: one that does not know it
 * breaks off the TLS handshake, and the page that wanted it never hears why.
 *
 * @param tell gets the tap's ports at which it was refused, and never accepted
 *   so far, whenever they are others than before
 */
export function followRefused(tap: Tap, tell: (ports: number[]) => void): void {
  /** Connections on which nothing was said yet, and their ports. */
  const silent = new Map<number, number>();
  const accepted = new Set<number>();
  const refused = new Set<number>();
  tap.on('open', ({ connection, port }) => silent.set(connection, port));
  tap.on('read', ({ connection }) => {
    const port = silent.get(connection);
    if (port === undefined) return;
    silent.delete(connection);
    accepted.add(port);
    if (refused.delete(port)) tell([...refused]);
  });
  tap.on('end', ({ connection, how }) => {
    const port = silent.get(connection);
    if (how !== 'failed' || port === undefined) return;
    if (accepted.has(port) || refused.has(port)) return;
    refused.add(port);
    tell([...refused]);
  });
  tap.on('close', ({ connection }) => silent.delete(connection));
}
