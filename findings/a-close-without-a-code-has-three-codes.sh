#!/usr/bin/env bash
# A page that calls `socket.close()` sends a close frame without a code. What
# the server's program is told then depends on its package: 1005 (no code was
# there) from ws, 1000 (a normal closure) from faye-websocket, and 1006 from
# websocket, which means that the connection broke without a close frame; its
# description says "Connection dropped by remote peer". All three have answered
# with a close frame.
#
# Software: ws 8.23.0, faye-websocket 0.11.4, websocket 1.0.35, and the
#   WebSocket of Node 22 or newer as the client (tried with 26.10.0).
# Expected: 1005 (RFC 6455, 7.1.5): "no status code was present". 1006 is for a
#   connection that was closed without a close frame.
# Actual: 1005, 1000, 1006.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . \
  ws@8.23.0 faye-websocket@0.11.4 websocket@1.0.35 >/dev/null

cat >close.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import Faye from 'faye-websocket';
import websocket from 'websocket';
import { WebSocketServer } from 'ws';

let tell;
const servers = {
  ws(server) {
    new WebSocketServer({ server }).on('connection', (connection) =>
      connection.on('close', (code) => tell(code)),
    );
  },
  'faye-websocket'(server) {
    server.on('upgrade', (request, socket, head) =>
      new Faye(request, socket, head).on('close', ({ code }) => tell(code)),
    );
  },
  websocket(httpServer) {
    const options = { httpServer, autoAcceptConnections: true };
    new websocket.server(options).on('connect', (connection) =>
      connection.on('close', (code) => tell(code)),
    );
  },
};

const seen = [];
for (const [name, serve] of Object.entries(servers)) {
  const server = createServer();
  serve(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const told = new Promise((resolve) => (tell = resolve));
  const page = new WebSocket(`ws://127.0.0.1:${server.address().port}/`);
  await once(page, 'open');
  page.close();
  const [{ wasClean }] = await once(page, 'close');
  const code = await told;
  console.log(`${name}: ${code} (the client: ${wasClean ? 'clean' : 'broken'})`);
  seen.push(code, wasClean);
}
const same = seen.join() === '1005,true,1000,true,1006,true';
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
node --no-deprecation close.mjs
