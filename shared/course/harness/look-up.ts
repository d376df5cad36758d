/**
 * What the names of targets stand for. Without `--remote` a tap dials nothing
 * but this machine, and a name may get another address while the tap runs: so
 * it is looked up for every connection, and what comes out is looked at then.
 */
import dns from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { isLoopback } from '@on-the-wire/tap/tap.ts';

/** All addresses of a name, as the system knows them. */
export type Resolve = (name: string) => Promise<{ address: string }[]>;

const resolveBySystem: Resolve = (name) => dns.lookup(name, { all: true });

/** `localhost`, and all names that end in it: RFC 6761, 6.3. */
const LOCALHOST = /(?:^|\.)localhost\.?$/i;

/** The name stands for nothing that may be dialled. */
export class NotThisMachine extends Error {
  constructor(host: string, addresses: readonly string[]) {
    const is = addresses.includes(host) ? '' : ` is ${addresses.join(', ')},`;
    const which = is === '' ? ' is' : ' which is';
    super(`"${host}"${is}${which} not this machine`);
  }
}

/**
 * The addresses of a host that may be dialled, in the order of the system. Of
 * `localhost` and the names below it both loopback addresses are among them: a
 * server listens at one of them, and few systems know names such as
 * `app.localhost`.
 *
 * @param remote addresses of other machines, too
 * @throws NotThisMachine where none is left; what the system says where there
 *   was none
 */
export async function addressesOf(
  host: string,
  {
    remote = false,
    resolve = resolveBySystem,
  }: { remote?: boolean; resolve?: Resolve } = {},
): Promise<string[]> {
  const isLocalhost = LOCALHOST.test(host);
  const found = await resolve(host).catch((error: unknown) => {
    if (isLocalhost) return [];
    throw error;
  });
  const all = new Set(found.map(({ address }) => address));
  if (isLocalhost) all.add('127.0.0.1').add('::1');
  const allowed = [...all].filter((address) => remote || isLoopback(address));
  if (allowed.length === 0) throw new NotThisMachine(host, [...all]);
  return allowed;
}

/** The same, as a socket asks for it. */
export function lookUp(
  options: Parameters<typeof addressesOf>[1],
): LookupFunction {
  const find = callbackify(async (host: string) => {
    const addresses = await addressesOf(host, options);
    return addresses.map((address) => ({ address, family: isIP(address) }));
  });
  return (host, _all, callback) =>
    find(host, (error, found) => callback(error, found ?? []));
}
