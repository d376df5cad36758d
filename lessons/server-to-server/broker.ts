/**
 * The broker: an embedded aedes, unless BROKER_URL names another. It keeps its
 * messages in memory, and forgets them when it ends.
 */
import { createServer as createTcpServer, type Socket } from 'node:net';
import type { LessonProcess } from '@on-the-wire/shared/lesson.ts';
import { Aedes } from 'aedes';

export function createServer(): LessonProcess {
  const broker = Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createTcpServer(async (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    (await broker).handle(socket);
  });
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    (await broker).close(resolve);
    await Promise.all([promise, closed]);
  };
  return { server, close };
}

if (import.meta.main) {
  const { PORT = '4030' } = process.env;
  createServer().server.listen(Number(PORT), '127.0.0.1');
}
