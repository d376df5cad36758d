#!/usr/bin/env bash
# A WebSocket server answers `permessage-deflate; server_no_context_takeover`: it
# compresses each of its messages for itself, and the client may still refer to its
# messages before. Wireshark takes it the other way round: it starts again with
# each message of the client, and cannot read the second. With
# client_no_context_takeover it cannot read the server's second message. Without
# parameters, or with both, nothing is seen of it.
#
# Software: tshark 4.0.17 (Debian 12), ws 8.18.3 (npm), Node 22 or newer (tried
#   with 26.10.0). The capture file is written from the bytes that went over
#   loopback.
# Expected: all four messages, as both ends of ws read them. server_… is about what
#   the server sends, client_… about what the client sends (RFC 7692, 7.1).
# Actual: the second message of the other side is lost ("Decompression failed").
set -euo pipefail

type -P tshark >/dev/null || { echo 'This needs tshark.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . ws@8.18.3 >/dev/null

cat >try.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

// Raw IPv4 packets: the handshake of TCP, and a packet for each read.
const writeCapture = (path, reads) => {
  const file = Buffer.alloc(24);
  file.writeUInt32LE(0xa1b2c3d4);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(65535, 16);
  file.writeUInt32LE(228, 20);
  const parts = [file];
  const ports = [50000, 80];
  const next = [1, 1];
  const add = (from, flags, data = Buffer.alloc(0)) => {
    const to = 1 - from;
    const packet = Buffer.alloc(40);
    packet[0] = 0x45;
    packet.writeUInt16BE(40 + data.length, 2);
    packet.set([64, 6], 8);
    packet.set([127, 0, 0, 1, 127, 0, 0, 1], 12);
    packet.writeUInt16BE(ports[from], 20);
    packet.writeUInt16BE(ports[to], 22);
    packet.writeUInt32BE(next[from], 24);
    packet.writeUInt32BE(flags & 0x10 ? next[to] : 0, 28);
    packet.set([0x50, flags, 0xff, 0xff], 32);
    next[from] += data.length + (flags & 2 ? 1 : 0);
    const head = Buffer.alloc(16);
    head.writeUInt32LE(parts.length);
    head.writeUInt32LE(40 + data.length, 8);
    head.writeUInt32LE(40 + data.length, 12);
    parts.push(head, packet, data);
  };
  add(0, 0x02);
  add(1, 0x12);
  add(0, 0x10);
  for (const [from, data] of reads) add(from, 0x18, data);
  writeFileSync(path, Buffer.concat(parts));
};
const listening = async (server) => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
};
const text = 'A train departs at 12:00.';
const tried = async (name, options) => {
  const server = new WebSocketServer({
    port: 0, host: '127.0.0.1', perMessageDeflate: { threshold: 0, ...options },
  });
  await once(server, 'listening');
  server.on('connection', (socket) =>
    socket.on('message', (message) => socket.send(String(message))));
  const reads = [];
  const relay = createServer((near) => {
    const far = connect(server.address().port, '127.0.0.1');
    near.on('data', (bytes) => { reads.push([0, bytes]); far.write(bytes); });
    far.on('data', (bytes) => { reads.push([1, bytes]); near.write(bytes); });
    near.on('close', () => far.destroy());
  });
  const client = new WebSocket(`ws://127.0.0.1:${await listening(relay)}`, {
    perMessageDeflate: { threshold: 0 },
  });
  await once(client, 'open');
  for (let count = 0; count < 2; count += 1) {
    client.send(text);
    const [message] = await once(client, 'message');
    if (String(message) !== text) throw new Error('ws did not read it');
  }
  writeCapture('run.pcap', reads);
  client.terminate();
  server.close();
  relay.close();
  const out = execFileSync('tshark', ['-r', 'run.pcap', '-Y', 'websocket',
    '-T', 'fields', '-e', 'tcp.dstport', '-e', 'websocket.payload.text'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const messages = out.trimEnd().split('\n').map((line) => {
    const [port, shown = ''] = line.split('\t');
    const side = port === '80' ? 'client' : 'server';
    return `${side} ${shown.trim() === text ? 'read' : 'lost'}`;
  });
  return `${name}: ${messages.join(', ')}`;
};
const server = { serverNoContextTakeover: true };
const client = { clientNoContextTakeover: true };
const lines = [
  await tried('no parameter', {}),
  await tried('server_no_context_takeover', server),
  await tried('client_no_context_takeover', client),
  await tried('both of them', { ...server, ...client }),
];
console.log(lines.join('\n'));
const all = 'client read, server read, client read, server read';
const noClient = 'client read, server read, client lost, server read';
const noServer = 'client read, server read, client read, server lost';
const was = [
  `no parameter: ${all}`,
  `server_no_context_takeover: ${noClient}`,
  `client_no_context_takeover: ${noServer}`,
  `both of them: ${all}`,
];
const same = lines.join('\n') === was.join('\n');
if (!same) console.log(`This has changed. It was:\n${was.join('\n')}`);
process.exit(same ? 0 : 1);
JS
tshark --version 2>/dev/null | sed -n 1p
timeout 60 node try.mjs
