#!/usr/bin/env bash
# mqtt.js writes a packet in pieces, between cork() and uncork(). On TCP they
# leave together. On a WebSocket each piece becomes a message, as the stream
# that ws makes of a socket has no writev: of a CONNECT of 30 bytes there are
# 13 binary messages, and six bytes of header on each cost more than it holds.
#
# Software: mqtt 5.16.0, ws 8.23.0, Node 22 or newer (tried with 26.10.0).
# Expected: a message for a packet, or for what was corked. A receiver must put
#   packets together from any cuts (MQTT 3.1.1, 6.0), so the same bytes may come
#   as one message.
# Actual: 13 messages for CONNECT (30 bytes; 78 bytes of frame headers), 5 for a
#   PUBLISH of 15 bytes. Over TCP: one read each.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . mqtt@5.16.0 ws@8.23.0 >/dev/null

cat >frames.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:net';
import mqtt from 'mqtt';
import { WebSocketServer } from 'ws';

const connack = Buffer.from([0x20, 2, 0, 0]);

/** Answers the CONNECT; tells in which pieces it and a PUBLISH came. */
async function piecesOf(url, onPiece, reply) {
  const packets = [];
  const client = mqtt.connect(url, {
    ...{ clientId: 'board', username: 'reader', password: 'x' },
    reconnectPeriod: 0,
  });
  for (const length of [30, 15]) {
    const pieces = [];
    const whole = new Promise((resolve) => {
      onPiece((piece) => {
        pieces.push(piece.length);
        if (pieces.reduce((a, b) => a + b) >= length) resolve();
      });
    });
    if (length === 15) client.publish('a/topic', 'late');
    await whole;
    packets.push(pieces);
    if (length === 30) {
      reply(connack);
      await once(client, 'connect');
    }
  }
  client.end(true);
  return packets;
}

let heard = () => {};
let peer;
const listen = (handler) => (heard = handler);

const webSockets = new WebSocketServer({
  ...{ port: 0, host: '127.0.0.1' },
  handleProtocols: () => 'mqtt',
});
await once(webSockets, 'listening');
webSockets.on('connection', (socket) => {
  peer = (bytes) => socket.send(bytes);
  socket.on('message', (piece) => heard(piece));
});
const overWebSocket = await piecesOf(
  `ws://127.0.0.1:${webSockets.address().port}/`,
  listen,
  (bytes) => peer(bytes),
);

const plain = createServer((socket) => {
  peer = (bytes) => socket.write(bytes);
  socket.on('data', (piece) => heard(piece)).on('error', () => {});
}).listen(0, '127.0.0.1');
await once(plain, 'listening');
const overTcp = await piecesOf(
  `mqtt://127.0.0.1:${plain.address().port}/`,
  listen,
  (bytes) => peer(bytes),
);

const told = { 'over WebSocket': overWebSocket, 'over TCP': overTcp };
console.log(`Node ${process.version}`);
for (const [name, [connect, publish]] of Object.entries(told))
  console.log(`${name}: CONNECT ${connect.join('+')}, PUBLISH ${publish.join('+')}`);
const counts = Object.values(told).flat().map(({ length }) => length);
const same = counts.join() === '13,5,1,1';
if (!same) console.log(`This has changed: ${counts.join()}`);
process.exit(same ? 0 : 1);
JS
node frames.mjs
