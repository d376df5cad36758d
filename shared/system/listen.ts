import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/**
 * Lets a server listen at 127.0.0.1.
 *
 * @param port a port to take again, after a restart; 0 takes any that is free
 * @throws the system's error, such as EADDRINUSE
 * @returns the port, and the origin that a browser would call it by
 */
export async function listen(
  server: Server,
  port = 0,
): Promise<{ port: number; origin: string }> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return { port: taken, origin: `${scheme}://127.0.0.1:${taken}` };
}
