#!/usr/bin/env bash
# A WebSocket that is closed with 1012 (Service Restart), 1013 (Try Again
# Later) or 1014 (Bad Gateway) is told as 1002 (protocol error) by
# faye-websocket, with the reason of the one who closed, and the peer gets a
# close frame with 1002 back. All three are in the registry of close codes.
#
# Software: faye-websocket 0.11.4 (websocket-driver 0.8.0), ws 8.23.0, Node 22
#   or newer (tried with 26.10.0).
# Expected: the code that the close frame has, as for 1001 and 3000: RFC 6455,
#   7.4.2 lets 1000 to 2999 be extended by registration (IANA's list).
# Actual: 1002 for the three; websocket-driver knows 1000 to 1003 and 1007 to
#   1011. ws hands all of them on.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . \
  faye-websocket@0.11.4 websocket-driver@0.8.0 ws@8.23.0 >/dev/null

cat >close.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import Faye from 'faye-websocket';
import { WebSocket, WebSocketServer } from 'ws';

const told = {};
const faye = createServer().on('upgrade', (request, socket, head) => {
  const connection = new Faye(request, socket, head);
  connection.on('close', ({ code }) => (told.now = code));
});
const ws = createServer();
new WebSocketServer({ server: ws }).on('connection', (connection) =>
  connection.on('close', (code) => (told.now = code)),
);

const seen = [];
for (const [name, server] of Object.entries({ 'faye-websocket': faye, ws })) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (const code of [1001, 1012, 1013, 1014, 3000]) {
    const client = new WebSocket(`ws://127.0.0.1:${server.address().port}/`);
    await once(client, 'open');
    client.close(code, 'in a minute');
    const [answered] = await once(client, 'close');
    console.log(`${name}: closed with ${code}, tells ${told.now}, answers ${answered}`);
    seen.push(told.now);
  }
}
const same = seen.join() === '1001,1002,1002,1002,3000,1001,1012,1013,1014,3000';
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
node --no-deprecation close.mjs
