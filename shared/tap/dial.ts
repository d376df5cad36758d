import net, { BlockList, type LookupFunction, type Socket } from 'node:net';

/** Where the tap connects to. */
export interface Target {
  /**
   * A name, or an address. A name stays one: it is looked up for every
   * connection, its addresses are tried one after the other, and TLS sends it
   * (SNI, RFC 6066, 3) and expects it in the certificate.
   */
  host: string;
  port: number;
  /** The path of a Unix socket, which is dialled in place of host and port. */
  socket?: string | undefined;
  /** How a name is looked up, and what it may stand for; as Node does. */
  lookup?: LookupFunction | undefined;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether an address is one of this machine's own: 127.0.0.0/8 or ::1
 * (RFC 6890). A name is none, whatever it stands for.
 */
export function isLoopback(address: string): boolean {
  const version = net.isIP(address);
  if (version === 0) return false;
  return loopback.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Begins to connect to the target; the socket emits `connect` or `error`.
 * Half-open is allowed: a FIN of one side leaves the other open.
 */
export function dial(target: Target): Socket {
  return net.connect(options(target));
}

/**
 * The same, but all reads go into one buffer: otherwise each read of a download
 * would leave 64 KiB of garbage. Node emits no `data` then.
 *
 * @param buffer from `acquireBuffer`
 * @param take gets what was read; valid until the next read
 */
export function dialIntoBuffer(
  target: Target,
  buffer: Buffer,
  take: (bytes: Buffer) => void,
): Socket {
  const callback = (length: number): boolean => {
    take(buffer.subarray(0, length));
    return true;
  };
  return net.connect({ ...options(target), onread: { buffer, callback } });
}

function options({ host, port, socket, lookup }: Target) {
  const address = {
    host,
    port,
    ...(lookup && { lookup }),
    // A server may listen at one address of its name only, 127.0.0.1 or ::1.
    autoSelectFamily: true,
  };
  return {
    ...(socket === undefined ? address : { path: socket }),
    allowHalfOpen: true,
    noDelay: true,
  };
}

/** Why the target was not reached; where it has several addresses, why for each. */
export function whyNotReached(error: Error): string {
  const errors = (error as Partial<AggregateError>).errors as
    Error[] | undefined;
  return errors?.map(({ message }) => message).join(', ') ?? error.message;
}

/** Bytes that one read may return: with 64 KiB a download costs half more. */
const LENT = 256 * 1024;
const SPARE = 16;
const spare: Buffer[] = [];

/** A buffer of 256 KiB to read into; untouched pages of it cost nothing. */
export function acquireBuffer(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(LENT);
}

/** Takes it back for the next connection; no read or write may be under way. */
export function releaseBuffer(buffer: Buffer): void {
  if (spare.length < SPARE) spare.push(buffer);
}
