/** What went over the connections of servers: all bytes, TLS included. */
import type { Server, Socket } from 'node:net';

const nothing = { connections: 0, received: 0, sent: 0 };
const add = (sum: typeof nothing, { bytesRead, bytesWritten }: Socket) => ({
  connections: sum.connections + 1,
  received: sum.received + bytesRead,
  sent: sum.sent + bytesWritten,
});

/** Makes a function that says how much it was so far, for each server. */
export function countTraffic(servers: Record<string, Server>) {
  const counts = Object.entries(servers).map(([name, server]) => {
    const live = new Set<Socket>();
    let ended = nothing;
    server.on('connection', (socket: Socket) => {
      live.add(socket);
      socket.on('close', () => {
        live.delete(socket);
        ended = add(ended, socket);
      });
    });
    return [name, () => [...live].reduce(add, ended)] as const;
  });
  return () =>
    Object.fromEntries(counts.map(([name, count]) => [name, count()]));
}
