#!/usr/bin/env bash
# Over HTTP/2 the seventh event stream should open where over HTTP/1.1 browsers
# run out of connections. Behind Apache it waits again: of ten event streams on
# one connection six get a response, although SETTINGS allows 100. A short GET on
# that connection waits as long as they run; on a second connection it gets its
# response at once. If you close streams, you get fewer: after three that were
# cancelled, two to four of ten run. Short requests that end raise the number again.
#
# Software: Debian's Apache 2.4.71 (mod_http2 2.0.42), openssl, Node 20 or newer.
#   Raising H2MaxSessionStreams, H2MinWorkers and H2MaxWorkers changes nothing.
#   Debian's nginx 1.22.1, HAProxy 2.6.12, Caddy 2.6.2 and nghttpx 1.52 open all
#   ten. Chromium's EventSource sees the same: six are open, readyState of the
#   others stays 0.
# Expected: ten. A server says how many streams it takes (RFC 9113, 5.1.2), and
#   here it says 100.
# Actual: six, then fewer.
set -euo pipefail

apache=$(command -v apache2 /usr/sbin/apache2 | head -1) || true
modules=/usr/lib/apache2/modules
[[ -n $apache && -f $modules/mod_http2.so ]] && command -v openssl >/dev/null ||
  { echo 'This needs Debian’s apache2, and openssl.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import { createServer as createTcp, connect as connectTcp } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const [apache, modules] = process.argv.slice(2);
const server = createServer((request, response) => {
  if (request.url === '/short') return response.end('short');
  response.setHeader('Content-Type', 'text/event-stream');
  const send = () => response.write('data: a train departs\n\n');
  const timer = setInterval(send, 200);
  response.on('close', () => clearInterval(timer));
  return send();
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const free = createTcp().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
const load = ['mpm_event', 'authz_core', 'socache_shmcb', 'ssl', 'http2', 'proxy', 'proxy_http'];
writeFileSync('apache.conf', `
${load.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
ServerName localhost
DefaultRuntimeDir .
PidFile apache.pid
ErrorLog errors
${process.getuid() === 0 ? 'User #65534\nGroup #65534' : ''}
Listen 127.0.0.1:${port}
Protocols h2
SSLEngine on
SSLCertificateFile cert.pem
SSLCertificateKeyFile key.pem
ProxyPass / http://127.0.0.1:${server.address().port}/
`);
const args = ['-DFOREGROUND', '-d', '.', '-f', 'apache.conf'];
const child = spawn(apache, args, { detached: true, stdio: 'ignore' });
process.on('exit', () => process.kill(-child.pid, 'SIGKILL'));
const isOpen = () => new Promise((done) => {
  const socket = connectTcp(port, '127.0.0.1', () => done(socket.end()));
  socket.on('error', () => done(false));
});
while (!(await isOpen())) await wait(50);

const open = async () => {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  await once(session, 'remoteSettings');
  return session;
};
const request = (session, path) => {
  const stream = session.request({ ':path': path });
  stream.on('error', () => {}).on('data', () => (stream.hasCome = true));
  return stream;
};
const streams = (session, count) =>
  Array.from({ length: count }, () => request(session, '/events'));
/** How many have got an event, once no other has for 3 s. */
const running = async (all) => {
  const count = () => all.filter(({ hasCome }) => hasCome).length;
  for (let quiet = 0, before = 0; quiet < 30; before = count()) {
    await wait(100);
    quiet = count() === before ? quiet + 1 : 0;
  }
  return count();
};
const short = async (session) =>
  (await running([request(session, '/short')])) ? 'is done' : 'waits';

const [first, second, third] = [await open(), await open(), await open()];
const allowed = first.remoteSettings.maxConcurrentStreams;
const ten = await running(streams(first, 10));
const gets = [await short(first), await short(second)];
for (const stream of streams(third, 3)) {
  await once(stream, 'data');
  stream.close(8 /* CANCEL */);
  await once(stream, 'close');
  await wait(200); // several at once may count as one
}
const after = await running(streams(third, 10));
const seen =
  `${allowed} allowed; ${ten} of ten run; a short GET ${gets[0]}, on another ` +
  `connection it ${gets[1]}`;
console.log(`${seen}; after three were cancelled, ${after} of ten run`);
const was =
  '100 allowed; 6 of ten run; a short GET waits, on another connection it is done';
const same = seen === was && after < 6;
if (!same) console.log(`This has changed. It was: ${was}; then 2 of ten`);
process.exit(same ? 0 : 1);
JS
dpkg-query --show apache2-bin 2>/dev/null || "$apache" -v
node try.mjs "$apache" "$modules"
