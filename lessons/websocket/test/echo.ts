/**
 * An echo with the lesson's own options, for conformance suites:
 * `pnpm exec node lessons/websocket/test/echo.ts [port]`
 */
import { createServer } from 'node:http';
import { createSockets } from '../handshake.ts';

/** @returns a server, not yet listening, and what ends it */
export function createEcho(largest = 4_096, deflate = false) {
  const sockets = createSockets(largest, deflate);
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => {}); // it is closed with the code that says why
      client.on('message', (data, binary) => client.send(data, { binary }));
    });
  });
  const close = async () => {
    for (const client of sockets.clients) client.terminate();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}

if (import.meta.main) {
  const [, , port = '9001'] = process.argv;
  createEcho(16 * 1024 * 1024, true).server.listen(Number(port), '127.0.0.1');
  console.log(`An echo: ws://127.0.0.1:${port}/`);
}
