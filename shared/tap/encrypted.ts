/**
 * TLS on both sides of the tap: it offers its client by ALPN (RFC 7301) what
 * the target offers, and speaks to the target what the client chose.
 */
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import tls, { type SecureContext, type TLSSocket } from 'node:tls';
import { dial, isLoopback, type Target } from './dial.ts';
import { ClosedInHandshake } from './tls-errors.ts';

/** What a client of the web may ask for by ALPN over TCP (RFC 7301). */
const PROTOCOLS = ['h2', 'http/1.1'];

/**
 * The server's side of TLS on a socket that was accepted. The socket stays
 * ours, so that a RST can go out without TLS having a say.
 *
 * @param offers protocols by ALPN, the best first; none: ALPN is ignored
 * @returns once the handshake is over
 * @throws what broke the handshake off; the socket is destroyed then
 */
export async function acceptEncrypted(
  raw: Socket,
  context: SecureContext,
  offers: readonly string[],
): Promise<TLSSocket> {
  const socket = new tls.TLSSocket(raw, {
    isServer: true,
    secureContext: context,
    ...(offers.length > 0 && { ALPNProtocols: [...offers] }),
  });
  return settled(socket, 'secure');
}

/**
 * TLS on a connection to the target, speaking the protocol that the client
 * chose. The certificate must be trusted and for the target's name, unless the
 * address that was dialled is on this machine.
 *
 * @throws what broke the handshake off: see `targetTrouble`
 */
export async function dialEncrypted(
  raw: Socket,
  target: Target,
  protocol: string | undefined,
): Promise<TLSSocket> {
  const socket = tls.connect({
    socket: raw,
    rejectUnauthorized: !isLoopback(raw.remoteAddress ?? ''),
    ...named(target),
    ...(protocol && { ALPNProtocols: [protocol] }),
  });
  return settled(socket, 'secureConnect');
}

/**
 * Finds out which protocols a target offers by ALPN. Costs it two handshakes
 * and no request.
 *
 * @param signal gives it up: a target may say nothing
 * @returns the one that it prefers first; none where it knows no ALPN
 * @throws what connecting throws where the target cannot be reached
 */
export async function offeredProtocols(
  target: Target,
  signal: AbortSignal,
): Promise<string[]> {
  const preferred = await chosen(target, PROTOCOLS, signal);
  if (!preferred) return [];
  const others = PROTOCOLS.filter((protocol) => protocol !== preferred);
  const offered = [preferred];
  for (const other of others) {
    if ((await chosen(target, [other], signal)) === other) offered.push(other);
  }
  return offered;
}

/** What the target chose; undefined where it chose none or refused them all. */
async function chosen(
  target: Target,
  protocols: string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const raw = addAbortSignal(signal, dial(target)).on('error', () => {});
  await once(raw, 'connect');
  try {
    const socket = tls.connect({
      socket: raw,
      // Nothing is sent over it, and nothing that comes is believed.
      rejectUnauthorized: false,
      ...named(target),
      ALPNProtocols: protocols,
    });
    await settled(socket, 'secureConnect');
    return socket.alpnProtocol || undefined;
  } catch {
    return undefined;
  } finally {
    raw.destroy();
  }
}

/** Whose certificate is expected; SNI takes no address, nor a last dot. */
function named({ host }: Target): { host: string; servername?: string } {
  if (net.isIP(host) !== 0) return { host };
  return { host, servername: host.replace(/\.$/, '') };
}

async function settled(socket: TLSSocket, event: string): Promise<TLSSocket> {
  const ended = new AbortController();
  const close = () => ended.abort(new ClosedInHandshake());
  socket.once('close', close);
  // Half-open, it would wait for ever.
  socket.once('end', close);
  // An error may come before the caller has had the time to listen.
  socket.on('error', () => {});
  try {
    await once(socket, event, { signal: ended.signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    socket.off('close', close);
    socket.off('end', close);
  }
}
