#!/usr/bin/env bash
# A server compresses its events and flushes each. Behind Varnish, a client with
# Accept-Encoding: gzip, as every browser sends it, gets each event at once. A
# client without it, such as the `curl -N` with which you look for the mistake,
# gets nothing at all, not even the header section, until 32 KiB of plain text
# have gathered: Varnish asks the server for gzip whatever the client said, and
# unzips what it stores.
#
# Software: Debian's Varnish 7.1.1, Node 20 or newer.
# Expected: each event at once; Varnish hands on what comes, compressed or not.
# Actual: header section and first event come with 32,768 bytes.
set -euo pipefail

varnish=$(command -v varnishd /usr/sbin/varnishd | head -1) || true
[[ -n $varnish ]] || { echo 'This needs Debian’s varnish.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { connect, createServer as createTcp } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';

const [varnish, folder] = process.argv.slice(2);
const event = `data: ${'A train departs. '.repeat(58)}\n\n`;
let written = 0;
const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-cache');
  let to = response;
  written = 0;
  if (/gzip/.test(request.headers['accept-encoding'])) {
    response.setHeader('Content-Encoding', 'gzip');
    to = createGzip({ flush: constants.Z_SYNC_FLUSH });
    to.pipe(response);
  }
  const timer = setInterval(() => {
    to.write(event);
    written += 1;
  }, 50);
  response.on('close', () => clearInterval(timer));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const free = createTcp().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
const child = spawn(varnish, [
  '-F', '-a', `127.0.0.1:${port}`, '-T', 'none', '-j', 'none',
  '-n', `${folder}/work`, '-s', 'malloc,16m',
  '-b', `127.0.0.1:${server.address().port}`,
], { detached: true, stdio: 'ignore' });
process.on('exit', () => process.kill(-child.pid, 'SIGKILL'));
const isOpen = () => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => done(socket.end()));
  socket.on('error', () => done(false));
});
while (!(await isOpen())) await wait(50);

/** Events that were written when the header section came, and the first bytes. */
const first = async (headers) => {
  const sent = get({ port, host: '127.0.0.1', headers, agent: false });
  const [response] = await once(sent, 'response');
  const before = written;
  const [bytes] = await once(response, 'data');
  response.on('error', () => {});
  sent.destroy();
  return { before, size: bytes.length };
};
const zipped = await first({ 'Accept-Encoding': 'gzip' });
const plain = await first({});
console.log(
  `With Accept-Encoding: gzip, ${zipped.before} events of ${event.length} ` +
    `bytes were written when the header section came; without it ` +
    `${plain.before}, and the first read had ${plain.size} bytes.`,
);
const same = zipped.before <= 5 && plain.before >= 32 && plain.size >= 32_000;
if (!same) console.log('This has changed. It was: 1; without it 33, and 32768.');
process.exit(same ? 0 : 1);
JS
dpkg-query --show varnish 2>/dev/null || "$varnish" -V
node try.mjs "$varnish" "$folder"
