#!/usr/bin/env bash
# A page sends a POST, and then, on the same connection, a PATCH with a body of
# 20 MB. The server resets the connection after it has read five of them.
# Firefox sends the whole PATCH once more on a new connection, with the same
# headers and the body from its beginning. The page sees one request, and a
# response of 200. A PATCH that appends would have been applied to what the
# first one had left behind.
#
# Software: Firefox ESR 153.8.0 (Debian 12: firefox-esr), Node 20 or newer. No
#   driver: a window with a new profile; HTTP/1.1.
# Expected: fetch() rejects. A client must not repeat a request by itself whose
#   method is not idempotent, unless it knows that the first was not applied
#   (RFC 9110, 9.2.2), and PATCH is not idempotent (RFC 5789, 2).
# Actual: two PATCH, the page is told 200.
set -euo pipefail

command -v firefox-esr >/dev/null || { echo 'This needs firefox-esr.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir profile

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  await (await fetch('/upload', { method: 'POST' })).text();
  const body = new Blob([new Uint8Array(20_000_000)]);
  const told = await fetch('/upload', { method: 'PATCH', body }).then(
    ({ status }) => status, ({ name }) => name);
  navigator.sendBeacon('/told/' + told);
</script>`;
const patches = [];
let tell;
const done = new Promise((resolve) => (tell = resolve));
const server = createServer((request, response) => {
  const { method, url, socket } = request;
  if (url === '/') response.setHeader('Content-Type', 'text/html');
  if (url.startsWith('/told/')) tell(url.slice(6));
  if (method !== 'PATCH') return void response.end(url === '/' ? page : 'ok');
  const patch = { bytes: 0, reused: socket.wasUsed === true };
  patches.push(patch);
  request.on('error', () => {});
  request.on('data', ({ length }) => {
    patch.bytes += length;
    if (patches.length === 1 && patch.bytes > 5_000_000) socket.resetAndDestroy();
  });
  request.on('end', () => response.end('ok'));
});
server.on('request', ({ method, socket }) => {
  if (method === 'POST') socket.wasUsed = true;
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const url = `http://127.0.0.1:${server.address().port}/`;
const firefox = spawn('firefox-esr',
  ['--headless', '--no-remote', '--profile', 'profile', url],
  { stdio: 'ignore', detached: true });
const late = setTimeout(() => tell('nothing within 120 s'), 120_000);
const told = await done;
clearTimeout(late);
process.kill(-firefox.pid, 'SIGKILL');
await once(firefox, 'exit');

for (const { bytes, reused } of patches)
  console.log(`PATCH on ${reused ? 'the connection of the POST' : 'another connection'}: ${bytes} bytes read`);
console.log(`the page was told: ${told}`);
const same = told === '200' && patches.length === 2 && patches[0].reused &&
  patches[1].bytes === 20_000_000;
if (!same) console.log('This has changed. It was: two PATCH, the second whole, and 200.');
process.exit(same ? 0 : 1);
JS
firefox-esr --version
node try.mjs
