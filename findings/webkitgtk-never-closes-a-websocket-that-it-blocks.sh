#!/usr/bin/env bash
# A page that came over https:// opens a ws:// connection. WebKitGTK blocks it as
# mixed content: the WebSocket gets `error`, and never `close`. A client that
# reconnects in `onclose` stands still for ever. 127.0.0.1 is blocked, too.
#
# Software: WebKitGTK 2.50.6 with its MiniBrowser (Debian 12: libwebkit2gtk-4.1-0,
#   xvfb), Node 22 or newer (tried with 26.10.0). Chromium 156 and Firefox ESR 153
#   throw a SecurityError for another host, and let 127.0.0.1 through.
# Expected: `error`, then `close` (WebSockets, 4, feedback from the protocol: both
#   are fired when a connection was failed); none of it for 127.0.0.1, which is
#   potentially trustworthy (Secure Contexts, 3.1).
# Actual: only `error`, for both; 10 s later readyState is what is printed.
set -euo pipefail

browser=/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser
for program in "$browser" Xvfb openssl; do
  command -v "$program" >/dev/null || { echo "This needs $program."; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext 'subjectAltName=IP:127.0.0.1' 2>/dev/null

cat >blocked.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';

// Whoever gets through to it is refused: that would be `error` and `close`.
let through = 0;
const plain = createPlain()
  .on('upgrade', (_request, socket) => {
    through += 1;
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  })
  .listen(0, '127.0.0.1');
await once(plain, 'listening');
const { port } = plain.address();

const page = `<!doctype html><script type="module">
  const told = {};
  for (const host of ['127.0.0.1', 'elsewhere.example']) {
    const events = (told[host] = []);
    const socket = new WebSocket('ws://' + host + ':${port}/');
    for (const name of ['error', 'close'])
      socket.addEventListener(name, () => events.push(name));
    setTimeout(() => events.push('readyState ' + socket.readyState), 10_000);
  }
  setTimeout(() => fetch('/told', { method: 'POST', body: JSON.stringify(told) }), 11_000);
</script>`;
const { promise, resolve } = Promise.withResolvers();
const server = createServer(
  { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') },
  async (request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(request.url === '/' ? page : '');
    if (request.url !== '/told') return;
    let text = '';
    for await (const piece of request) text += piece;
    resolve(JSON.parse(text));
  },
).listen(0, '127.0.0.1');
await once(server, 'listening');

const screen = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], {
  stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
});
const [number] = await once(screen.stdio[3], 'data');
const shown = spawn(
  process.argv[2],
  ['--private', '--ignore-tls-errors', `https://127.0.0.1:${server.address().port}/`],
  {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: `:${String(number).trim()}` },
  },
);
const late = setTimeout(() => resolve('nothing within 60 s'), 60_000);
console.log(await promise);
console.log(`${through} handshakes came through`);
clearTimeout(late);
process.kill(-shown.pid);
screen.kill();
process.exit();
JS

node blocked.mjs "$browser"
