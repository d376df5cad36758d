#!/usr/bin/env bash
# A server reads a whole POST and then closes its connection without a response
# (it has been stopped, say). HAProxy answers 502 over HTTP/1.1, if it is the
# first request of a connection. Over HTTP/2 it resets the stream with
# REFUSED_STREAM: the request has not been processed, so a browser may send even
# a POST again by itself. One fetch() of Chromium reaches the server three times,
# one of Firefox ten times.
#
# Software: HAProxy 2.6.12, Chromium 156.0.8078.108, Firefox ESR 153.8.0 (Debian
#   12), openssl, Node 22 or newer (tried with 26.10.0). HAProxy's retries are as
#   they are by default, and send nothing again here: of a client of node:http2
#   the server gets one request.
# Expected: 502, or a reset with another code. REFUSED_STREAM is for a stream that
#   was closed before any of it was processed (RFC 9113, 8.7); this one the server
#   has read whole. And without such a sign nothing sends a POST again by itself
#   (RFC 9110, 9.2.2).
# Actual: REFUSED_STREAM (code 7), and 3 and 10 POSTs.
set -euo pipefail

haproxy=$(PATH=$PATH:/usr/sbin type -P haproxy) && type -P chromium >/dev/null &&
  type -P firefox-esr >/dev/null && type -P openssl >/dev/null ||
  { echo 'This needs haproxy, chromium, firefox-esr and openssl.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat cert.pem key.pem >both.pem
mkdir firefox

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestHttps } from 'node:https';
import { connect, createServer as createTcp } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

const [haproxy] = process.argv.slice(2);
const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  await fetch('/pay', { method: 'POST', body: '10 euros' }).catch(() => {});
  await fetch('/told');
</script>`;
let paid = 0;
let tell;
const server = createServer(async (request, response) => {
  if (request.method === 'POST') {
    const body = (await request.toArray()).join('');
    if (body === '10 euros') paid += 1;
    return request.socket.destroy();
  }
  response.setHeader('Content-Type', 'text/html');
  response.end(page);
  if (request.url === '/told') tell();
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const free = createTcp().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
writeFileSync('haproxy.cfg', `
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
listen all
  bind 127.0.0.1:${port} ssl crt both.pem alpn h2,http/1.1
  server one 127.0.0.1:${server.address().port}
`);
const children = [];
const start = (command, args) => {
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  children.push(child);
  return child;
};
const stop = () => {
  for (const { pid } of children.splice(0))
    try { process.kill(-pid, 'SIGKILL'); } catch {} // it has ended
};
process.on('exit', stop);
start(haproxy, ['-f', 'haproxy.cfg']);
const isOpen = () => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => { socket.end(); done(true); });
  socket.on('error', () => done(false));
});
while (!(await isOpen())) await after(50);

const seen = [];
const url = `https://127.0.0.1:${port}`;
const insecure = { rejectUnauthorized: false };
const over1 = requestHttps(`${url}/pay`, { method: 'POST', agent: false, ...insecure });
over1.end('10 euros');
const [response] = await once(over1, 'response');
response.resume();
seen.push(`HTTP/1.1: ${response.statusCode}, ${paid} POST`);

paid = 0;
const session = connectHttp2(url, insecure);
const over2 = session.request({ ':method': 'POST', ':path': '/pay' });
over2.on('error', () => {}).end('10 euros');
await new Promise((done) => over2.on('close', done));
session.close();
seen.push(`HTTP/2: reset with code ${over2.rstCode}, ${paid} POST`);

const { fingerprint256 } = new X509Certificate(readFileSync('cert.pem'));
writeFileSync('firefox/cert_override.txt', // an exception for the certificate
  `127.0.0.1:${port}:\tOID.2.16.840.1.101.3.4.2.1\t${fingerprint256}\t\n`);
const browsers = {
  Chromium: ['chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
    '--disable-quic', '--disable-background-networking', '--ignore-certificate-errors',
    '--user-data-dir=chromium', `${url}/`]],
  Firefox: ['firefox-esr', ['--headless', '--no-remote', '--profile', 'firefox', `${url}/`]],
};
for (const [name, [command, args]] of Object.entries(browsers)) {
  paid = 0;
  const told = new Promise((resolve) => (tell = resolve));
  const browser = start(command, args);
  await Promise.race([told, after(60_000)]);
  seen.push(`${name}: ${paid} POST`);
  process.kill(-browser.pid, 'SIGKILL');
  await once(browser, 'close');
}
console.log(seen.join('\n'));
const was = 'HTTP/1.1: 502, 1 POST\nHTTP/2: reset with code 7, 1 POST\n' +
  'Chromium: 3 POST\nFirefox: 10 POST';
const same = seen.join('\n') === was;
if (!same) console.log(`This has changed. It was:\n${was}`);
stop();
process.exit(same ? 0 : 1);
JS
"$haproxy" -v | sed -n 1p
chromium --version 2>/dev/null
firefox-esr --version
node try.mjs "$haproxy"
