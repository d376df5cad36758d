/** A plain TCP relay that keeps what passes: the bytes of real programs. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { CapturedConnection } from '../capture.ts';

/** Where a server of a test listens. */
export function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

export interface Relay {
  port: number;
  /** In the order in which they were opened. */
  connections: CapturedConnection[];
  close(): Promise<void>;
}

/** Passes everything on to `target`, a port of 127.0.0.1. */
export async function startRelay(target: number): Promise<Relay> {
  const connections: CapturedConnection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({
      port: target,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const connection: CapturedConnection = {
      id: connections.length + 1,
      realPort: target,
      secure: false,
      start: now(),
      reads: [],
      ends: [],
      comments: [],
    };
    connections.push(connection);
    for (const [direction, from, to] of [
      ['up', client, upstream],
      ['down', upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        const bytes = Uint8Array.from(chunk);
        connection.reads.push({ direction, time: now(), bytes });
        to.write(chunk);
      });
      from.on('end', () => {
        connection.ends.push({ direction, time: now(), how: 'fin' });
        to.end();
      });
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
