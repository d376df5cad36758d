#!/usr/bin/env bash
# A page fetches one thing after the other from its own server. WebKitGTK opens
# a new connection for every POST and every PATCH, though others are open and
# idle, over HTTP/2 as well: each POST waits for TCP and TLS first, and the server
# has one session more. PUT, DELETE and GET go over an open one. Chromium 156 and
# Firefox ESR 153 use one connection for all ten over HTTP/2.
#
# Software: Debian's WebKitGTK 2.50.6 (MiniBrowser, libsoup 3.2.3), Xvfb,
#   openssl, Node 20 or newer. No driver: a window with a new profile.
# Expected: over HTTP/2 no new connection. "Clients SHOULD NOT open more than one
#   HTTP/2 connection to a given host and port pair" (RFC 9113, 9.1). Fetch asks
#   for new ones for WebSockets only ("obtain a connection").
# Actual: four new connections for two POSTs and two PATCHes, in both versions.
#   libsoup does so with every method that is not idempotent, unless it is told
#   otherwise (its documentation of SoupMessageFlags, NEW_CONNECTION).
set -euo pipefail

browser=$(ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser 2>/dev/null | tail -1)
[[ -n $browser ]] && command -v Xvfb openssl >/dev/null ||
  { echo 'This needs MiniBrowser (of libwebkit2gtk-4.1-0), xvfb and openssl.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';

const groups = new Set();
process.on('exit', () => groups.forEach((pid) => process.kill(-pid, 'SIGKILL')));
const start = (program, args, options) => {
  const child = spawn(program, args, { detached: true, ...options });
  groups.add(child.pid);
  child.once('exit', () => groups.delete(child.pid));
  return child;
};
setTimeout(() => {
  console.log('The page has not told its end within 60 s.');
  process.exit(1);
}, 60_000);

const page = `<!doctype html><script type="module">
  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE', 'GET'])
    for (const body of ['first', 'second'])
      await (await fetch('/data', {
        method, ...(method !== 'GET' && { body }),
      })).text();
  navigator.sendBeacon('/done');
</script>`;
const connections = new Set();
let seen = [];
let tell;
const answer = (request, response) => {
  const { httpVersion, method, url } = request;
  const connection = httpVersion === '2.0' ? request.stream.session : request.socket;
  const fresh = !connections.has(connection);
  connections.add(connection);
  request.resume();
  if (url === '/data') seen.push(`${method} ${fresh ? 'new' : 'open'}`);
  response.setHeader('Content-Type', 'text/html');
  response.end(url === '/' ? page : 'ok');
  if (url === '/done') tell();
};
const pair = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
const servers = [
  ['HTTP/1.1', 'http', createServer(answer)],
  ['HTTP/2', 'https', createSecureServer(pair, answer)],
];

const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
const screen = start('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], { stdio });
const [display] = await once(screen.stdio[3], 'data');
const home = process.cwd();
const env = { ...process.env, DISPLAY: `:${`${display}`.trim()}`, HOME: home,
  XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
const was = 'POST new, POST new, PATCH new, PATCH new, PUT open, PUT open, ' +
  'DELETE open, DELETE open, GET open, GET open';
let same = true;
for (const [version, scheme, server] of servers) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  seen = [];
  const done = new Promise((resolve) => (tell = resolve));
  const url = `${scheme}://127.0.0.1:${server.address().port}/`;
  const shown = start(process.argv[2], ['--ignore-tls-errors', url], { stdio: 'ignore', env });
  await done;
  process.kill(-shown.pid, 'SIGKILL');
  await once(shown, 'exit');
  console.log(`${version}: ${seen.join(', ')}`);
  same &&= seen.join(', ') === was;
}
if (!same) console.log(`This has changed. It was in both: ${was}`);
process.exit(same ? 0 : 1);
JS
dpkg-query --show libwebkit2gtk-4.1-0 libsoup-3.0-0 2>/dev/null || true
node try.mjs "$browser"
