#!/usr/bin/env bash
# Over HTTP/2 a response without Content-Length breaks off: its stream is reset,
# or its connection ends. In Firefox text() rejects with a message about a header
# that the response has not got: "Content-Length header of network response
# exceeds response Body." Whoever reads it looks for the mistake in the server's
# headers, where there is none. (Over HTTP/1.1 the same cut is an AbortError.)
#
# Software: Firefox ESR 153.8.0 (Debian 12: firefox-esr), openssl, Node 20 or
#   newer. No driver: a window with a new profile.
# Expected: a TypeError that speaks of the connection. A body that breaks off is
#   a network error in the body's stream (Fetch, "HTTP-network fetch": "error
#   stream with a TypeError"); no length was announced (RFC 9113, 8.1.1).
# Actual: the message above, the same as for a response that announced 10 bytes
#   and sent 5.
set -euo pipefail

command -v firefox-esr >/dev/null && command -v openssl >/dev/null ||
  { echo 'This needs firefox-esr and openssl.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
mkdir profile

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

// The cut comes only when the page has the head of the response.
const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  const told = [];
  for (const path of ['/stream', '/connection', '/length']) {
    const response = await fetch(path);
    const text = response.text().catch((error) => error.name + ': ' + error.message);
    await fetch('/cut').catch(() => {});
    told.push([path, response.headers.get('content-length'), await text]);
  }
  navigator.sendBeacon('/told', JSON.stringify(told));
</script>`;
let cut;
let tell;
const told = new Promise((resolve) => (tell = resolve));
const pair = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
const server = createSecureServer(pair);
server.on('sessionError', () => {});
server.on('stream', async (stream, { ':path': path }) => {
  const { session } = stream;
  stream.on('error', () => {});
  if (path === '/' || path === '/cut') {
    stream.respond({ 'content-type': 'text/html' });
    stream.end(path === '/' ? page : 'cut');
    if (path === '/cut') setImmediate(cut);
    return;
  }
  if (path === '/told') {
    tell(JSON.parse((await stream.toArray()).join('')));
    return;
  }
  stream.respond(path === '/length' ? { 'content-length': 10 } : {});
  stream.write('hello');
  const ended = new Error('given up');
  cut = () => (path === '/connection' ? session : stream).destroy(ended);
});
await once(server.listen(0, '127.0.0.1'), 'listening');

// What Firefox itself writes when somebody accepts the certificate.
const { port } = server.address();
const { fingerprint256 } = new X509Certificate(pair.cert);
writeFileSync('profile/cert_override.txt',
  `127.0.0.1:${port}:\tOID.2.16.840.1.101.3.4.2.1\t${fingerprint256}\t\n`);
const firefox = spawn('firefox-esr',
  ['--headless', '--no-remote', '--profile', 'profile', `https://127.0.0.1:${port}/`],
  { stdio: 'ignore', detached: true });
const late = setTimeout(() => tell([]), 60_000);
const seen = await told;
clearTimeout(late);
process.kill(-firefox.pid, 'SIGKILL');
await once(firefox, 'exit');

const says = 'TypeError: Content-Length header of network response exceeds response Body.';
for (const [path, length, text] of seen)
  console.log(`${path}: Content-Length ${length}, ${text}`);
const same = seen.length === 3 && seen.every(([, length, text], index) =>
  length === [null, null, '10'][index] && text === says);
if (!same) console.log(`This has changed. All three said: ${says}`);
process.exit(same ? 0 : 1);
JS
firefox-esr --version
node try.mjs
