import net, { type Socket } from 'node:net';

/** Where the tap connects to. */
export interface Target {
  host: string;
  port: number;
}

/** Whether a host is this machine, by its name or its loopback address. */
export function isLocal(host: string): boolean {
  if (net.isIPv4(host)) return host.startsWith('127.');
  return host === 'localhost' || host === '::1';
}

/** Connects to the target; half-open is allowed. */
export function dial({ host, port }: Target): Socket {
  return net.connect({ host, port, allowHalfOpen: true, noDelay: true });
}

/**
 * The same, but all reads go into one piece of memory: a download would leave
 * 64 KiB of garbage for each. Node emits no `data` then.
 *
 * @param take gets what was read; valid until the next read
 */
export function dialLending(
  { host, port }: Target,
  buffer: Buffer,
  take: (bytes: Buffer) => void,
): Socket {
  const callback = (length: number): boolean => {
    take(buffer.subarray(0, length));
    return true;
  };
  const onread = { buffer, callback };
  return net.connect({
    host,
    port,
    allowHalfOpen: true,
    noDelay: true,
    onread,
  });
}

/** As much as one read may return: with 64 KiB a download costs half more. */
const LENT = 256 * 1024;
const SPARE = 16;
const spare: Buffer[] = [];

/** Memory to read into; untouched pages of it cost nothing. */
export function borrow(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(LENT);
}

/** Gives it back: no read and no write may be under way. */
export function giveBack(buffer: Buffer): void {
  if (spare.length < SPARE) spare.push(buffer);
}
