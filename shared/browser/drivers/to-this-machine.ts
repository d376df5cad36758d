/** Names that lead to this machine, for a browser that has no option for them. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Listens on a port as a SOCKS proxy: whatever name a request names (RFC
 * 1928, 4, requests), the connection goes to 127.0.0.1, and no byte of it is changed. Only loopback
 * reaches it.
 *
 * @returns its port, and what ends it
 */
export async function leadToThisMachine(): Promise<{
  port: number;
  close: () => void;
}> {
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket.setNoDelay());
    socket.on('error', () => {}).on('close', () => open.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    void serve(client, keep).catch(() => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port, close };
}

async function serve(client: Socket, keep: (socket: Socket) => void) {
  const read = async (count: number): Promise<Buffer> => {
    for (;;) {
      const bytes = client.read(count) as Buffer | null;
      if (bytes) return bytes;
      await once(client, 'readable');
    }
  };
  const [, methods] = await read(2); // Version, how many methods.
  await read(methods!);
  client.write(Buffer.of(5, 0)); // No password.
  const [, , , , length] = await read(5); // …, a name, its length.
  await read(length!);
  const port = (await read(2)).readUInt16BE();
  const target = connect(port, '127.0.0.1');
  keep(target);
  target.on('close', () => client.destroy());
  await once(target, 'connect');
  client.write(Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0)); // It is open.
  client.pipe(target).pipe(client);
  client.on('close', () => target.destroy());
}
