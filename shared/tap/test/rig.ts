/** A target, a tap in front of it, and clients: real sockets on free ports. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { createTap, parseFaults, type Tap, type TapOptions } from '../tap.ts';
import type { Read, Injected, TapEvents } from '../events.ts';

const HOST = '127.0.0.1';
const cleanUps: (() => unknown)[] = [];

/** Ends whatever the test started: for `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const step of cleanUps.splice(0).toReversed()) await step();
}

/** Ends something when the test is over. */
export function atEnd(step: () => unknown): void {
  cleanUps.push(step);
}

/** What clients and targets of a test speak below their bytes. */
export type Layer = 'plain' | 'TLS';

/** A server whose sockets each go to `serve`; half-open is allowed. */
export async function startTarget(
  serve: (socket: Duplex, raw: Socket) => void,
  { layer = 'plain', protocols = ['http/1.1'] as string[] } = {},
): Promise<number> {
  const sockets = new Set<Socket>();
  const pair = layer === 'TLS' ? await localCertificate() : undefined;
  const server = net.createServer({ allowHalfOpen: true }, (raw) => {
    sockets.add(raw);
    raw.on('close', () => sockets.delete(raw));
    raw.on('error', () => {});
    if (!pair) return serve(raw, raw);
    const secure = new tls.TLSSocket(raw, {
      isServer: true,
      ...pair,
      ALPNProtocols: protocols,
    });
    secure.on('error', () => {});
    secure.once('secure', () => serve(secure, raw));
  });
  return listen(server, sockets);
}

/** Lets any server listen, and closes it with its sockets at the end. */
export async function listen(
  server: net.Server,
  sockets = new Set<Socket>(),
): Promise<number> {
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, HOST);
  await once(server, 'listening');
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface TapSetting {
  layer?: string;
  faults?: string[];
  seed?: number;
  recordingSize?: number;
  rewrite?: TapOptions['rewrite'];
  protocols?: string[];
}

/** A tap in front of a port. */
export async function startTap(
  port: number,
  { layer = 'plain', faults = [], seed = 1, ...more }: TapSetting = {},
): Promise<Tap> {
  const tap = createTap({
    ...more,
    target: { host: HOST, port },
    faults: parseFaults(faults),
    seed,
    ...(layer === 'TLS' && { tls: await localCertificate() }),
  });
  atEnd(() => tap.close());
  await tap.listen();
  return tap;
}

/** A client; with TLS, `raw` is the socket below. */
export async function connect(
  port: number,
  { layer = 'plain', protocols = ['http/1.1'] as string[] } = {},
): Promise<{ client: Duplex; raw: Socket; protocol?: string | false | null }> {
  const raw = net.connect({
    host: HOST,
    port,
    allowHalfOpen: true,
    noDelay: true,
  });
  raw.on('error', () => {});
  atEnd(() => raw.destroy());
  await once(raw, 'connect');
  if (layer !== 'TLS') return { client: raw, raw };
  const { cert } = await localCertificate();
  const client = tls.connect({
    socket: raw,
    ca: cert,
    ALPNProtocols: protocols,
  });
  client.on('error', () => {});
  await once(client, 'secureConnect');
  return { client, raw, protocol: client.alpnProtocol };
}

/** How a byte stream ended: `fin`, or the code of its error. */
export async function endOf(socket: Duplex): Promise<string> {
  socket.resume();
  return new Promise((done) => {
    if (socket.readableEnded) done('fin');
    socket.once('end', () => done('fin'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      done(error.code ?? error.message),
    );
    socket.once('close', () => done('closed'));
  });
}

/** Everything that comes, and how it ended. */
export async function all(
  socket: Duplex,
): Promise<{ bytes: Buffer; text: string; end: string }> {
  const parts: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => parts.push(bytes));
  const end = await endOf(socket);
  const bytes = Buffer.concat(parts);
  return { bytes, text: bytes.toString('latin1'), end };
}

/** Waits until so many bytes came, and returns what came. */
export async function take(socket: Duplex, length: number): Promise<string> {
  let bytes = Buffer.alloc(0);
  return new Promise((done, fail) => {
    const close = () => fail(new Error(`closed after ${String(bytes)}`));
    const data = (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      if (bytes.length < length) return;
      socket.off('data', data);
      socket.off('close', close);
      socket.pause();
      done(bytes.toString('latin1'));
    };
    socket.on('data', data);
    socket.once('close', close);
    socket.resume();
  });
}

/** The next event of a kind, for which a condition holds. */
export async function next<Name extends keyof TapEvents>(
  tap: Tap,
  name: Name,
  holds: (event: TapEvents[Name][0]) => boolean = () => true,
): Promise<TapEvents[Name][0]> {
  return new Promise((done) => {
    const listener = (event: TapEvents[Name][0]) => {
      if (!holds(event)) return;
      tap.off(name, listener as never);
      done(event);
    };
    tap.on(name, listener as never);
  });
}

/** Collects events as they come. */
export function watch(tap: Tap): {
  reads: Read[];
  injected: Injected[];
  ends: string[];
} {
  const reads: Read[] = [];
  const injected: Injected[] = [];
  const ends: string[] = [];
  tap.on('read', (read) => {
    reads.push({ ...read, bytes: Buffer.from(read.bytes) });
  });
  tap.on('fault', (one) => injected.push(one));
  tap.on('end', ({ direction, how }) =>
    ends.push(`${direction ?? 'both'} ${how}`),
  );
  return { reads, injected, ends };
}

/** Random bytes from one block, over and over, and their hash. */
export function flood(length: number): {
  send(socket: Duplex): Promise<void>;
  hash: string;
} {
  const block = randomBytes(1024 * 1024 - 7);
  const hash = createHash('sha256');
  for (let at = 0; at < length; at += block.length) {
    hash.update(block.subarray(0, length - at));
  }
  const send = async (socket: Duplex) => {
    for (let at = 0; at < length; at += block.length) {
      const fits = socket.write(block.subarray(0, length - at));
      if (!fits) await once(socket, 'drain');
    }
    socket.end();
  };
  return { send, hash: hash.digest('hex') };
}

/** The hash of everything that comes until the end. */
export async function hashOf(socket: Duplex): Promise<string> {
  const hash = createHash('sha256');
  socket.on('data', (bytes: Buffer) => hash.update(bytes));
  await endOf(socket);
  return hash.digest('hex');
}

/** A tap with faults in front of a server, and its events from the start. */
export async function rig(
  faults: string[],
  serve: (socket: Duplex) => void,
  { seed = 1, layer = 'plain' as Layer } = {},
) {
  const tap = await startTap(await startTarget(serve, { layer }), {
    faults,
    seed,
    layer,
  });
  return { tap, ...watch(tap) };
}

/** Sends a message, waits until it is back, and so on: one read for each. */
export async function pingPong(client: Duplex, messages: readonly string[]) {
  for (const message of messages) {
    client.write(message);
    const back = await take(client, message.length);
    if (back !== message) throw new Error(`sent ${message}, got ${back}`);
  }
}
