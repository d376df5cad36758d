#!/usr/bin/env bash
# Varnish passes a request body on while it is sent. But if the first bytes of
# the body arrive in one read with the header section, as they do when a client
# writes both at once, it sends nothing to the server, not even the headers,
# until more of the body arrives. So a server that is to respond to the first
# part, before the client sends the second, never hears of the request.
#
# Software: varnishd 7.1.1 (Debian 12), Node 22 or newer (tried with 26.10.0),
#   Linux.
# Expected: the same in both cases, since TCP has no packets to the program:
#   headers and the first byte are passed on at once.
# Actual: headers, then one byte 300 ms later: passed on within some
#   milliseconds. Headers with one byte: nothing for 2 s, and at once with the
#   second byte.
set -euo pipefail

varnishd=$(PATH=$PATH:/usr/sbin type -P varnishd) || { echo 'This needs varnishd.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

const [varnishd, folder] = process.argv.slice(2);
const listening = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};
let came = 0; // bytes that have reached the server
const server = createServer((socket) => {
  socket.on('data', (bytes) => (came += bytes.length)).on('error', () => {});
});
const port = await listening(server);
const free = createServer();
const front = await listening(free);
free.close();

writeFileSync(
  `${folder}/lines.vcl`,
  `vcl 4.1; backend one { .host = "127.0.0.1"; .port = "${port}"; }\n`,
);
const varnish = spawn(
  varnishd,
  ['-F', '-jnone', '-Tnone', '-smalloc,16m', `-a127.0.0.1:${front}`,
    `-n${folder}/work`, `-f${folder}/lines.vcl`],
  { stdio: 'ignore' },
);
process.on('exit', () => varnish.kill('SIGTERM'));
process.once('SIGTERM', () => process.exit(1));
const open = () =>
  new Promise((resolve, reject) => {
    const socket = connect(front, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject).setNoDelay(true);
  });
for (;;) {
  try {
    (await open()).destroy();
    break;
  } catch {
    await after(50);
  }
}

const headers = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n';
const passedOn = async (parts) => {
  const client = await open();
  came = 0;
  for (const part of parts) {
    client.write(part);
    await after(300);
  }
  await after(1700);
  const before = came > 0;
  client.write('y');
  await after(1000);
  const behind = came > 0;
  client.destroy();
  return { before, behind };
};
const apart = await passedOn([headers, 'x']);
const together = await passedOn([`${headers}x`]);
const words = ({ before, behind }) =>
  before ? 'passed on' : behind ? 'held back until the second byte' : 'never passed on';
console.log(`Headers, then a byte: ${words(apart)}`);
console.log(`Headers and a byte at once: ${words(together)}`);
varnish.kill('SIGTERM');
await once(varnish, 'exit');
server.close();
const same = apart.before && !together.before && together.behind;
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
"$varnishd" -V 2>&1 | head -1
timeout 60 node try.mjs "$varnishd" "$folder"
