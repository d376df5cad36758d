// Wrong: lets nobody in, and tells nobody.
// Told: Nobody is told that the server leaves

import { Server, type Socket } from 'node:net';
import type { Leaving } from '../solution.ts';

export { keeper } from '../solution.ts';

export function leaver({ server, deadline }: Leaving) {
  const sockets = new Set<Socket>();
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  return async () => {
    // Node's own `close` of the server would say goodbye for us.
    const closed = new Promise((done) =>
      Server.prototype.close.call(server, done),
    );
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, deadline);
    await closed;
    clearTimeout(timer);
  };
}
