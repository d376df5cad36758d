#!/usr/bin/env bash
# response.writeEarlyHints() sends 103 before the response. nginx asks a server in
# HTTP/1.0 unless told otherwise, and Node sends the 103 to a client of HTTP/1.0 as
# well. nginx 1.22 takes it for the response and the response for its body, and
# closes nothing: the client reads on to the end of a connection that stays open,
# so a fetch() has all and never ends. Over HTTP/2 nginx sends 103 with a body,
# which is a protocol error. Varnish 7.1 answers 503, though it asks in HTTP/1.1.
# HAProxy 2.6 and nghttpx 1.52 pass on both.
#
# Software: Node 26.10.0 (22 or newer), Debian 12's nginx 1.22.1, Varnish 7.1.1,
#   HAProxy 2.6.12 and nghttpx 1.52.0; curl, openssl.
# Expected: no 103 for HTTP/1.0 ("a server MUST NOT send a 1xx response to an
#   HTTP/1.0 client", RFC 9110, 15.2), so all is well with nginx's default. And a
#   proxy passes a 1xx response on (15.2 too).
# Actual: a response that does not end, a protocol error, and 503.
set -euo pipefail

PATH=$PATH:/usr/sbin
for program in nginx varnishd haproxy nghttpx curl openssl; do
  type -P "$program" >/dev/null || { echo "This needs $program."; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >try.mjs <<'JS'
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcp } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

const folder = process.cwd();
let asked;
const server = createServer((request, response) => {
  asked = request.httpVersion;
  response.writeEarlyHints({ link: '</train.css>; rel=preload; as=style' });
  response.end('A train departs.');
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address();
const freePort = async () => {
  const free = createTcp().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  return port;
};
const front = {};
for (const name of ['nginx', 'tls', 'haproxy', 'nghttpx', 'varnish'])
  front[name] = await freePort();
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
const pass = `location / { proxy_pass http://127.0.0.1:${port}; }`;
writeFileSync('nginx.conf', `
daemon off; pid ${folder}/pid; error_log ${folder}/errors; events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
  server { listen 127.0.0.1:${front.nginx}; ${pass} }
  server {
    listen 127.0.0.1:${front.tls} ssl http2;
    ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    ${pass}
  }
}`);
writeFileSync('haproxy.cfg', `
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
listen all
  bind 127.0.0.1:${front.haproxy}
  server one 127.0.0.1:${port}
`);
const children = [
  ['nginx', ['-c', `${folder}/nginx.conf`]],
  ['haproxy', ['-f', 'haproxy.cfg']],
  ['nghttpx', ['--conf=/dev/null', '--no-ocsp', `-f127.0.0.1,${front.nghttpx};no-tls`,
    `-b127.0.0.1,${port}`]],
  ['varnishd', ['-F', '-n', `${folder}/varnish`, '-a', `127.0.0.1:${front.varnish}`,
    '-b', `127.0.0.1:${port}`]],
].map(([command, args]) => spawn(command, args, { stdio: 'ignore', detached: true }));
const stop = () => {
  for (const { pid } of children.splice(0))
    try { process.kill(-pid, 'SIGTERM'); } catch {} // it has ended
};
process.on('exit', stop);
process.once('SIGTERM', () => process.exit(1));
const isOpen = (port) => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => { socket.end(); done(true); });
  socket.on('error', () => done(false));
});
for (const port of Object.values(front)) while (!(await isOpen(port))) await after(50);

/** What fetch() says, if there is an end within 8 s. */
const read = async (port) => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), 8000);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: late.signal });
    return `${response.status} ${(await response.text()).slice(0, 16)}`;
  } catch {
    return 'no end';
  } finally {
    clearTimeout(timer);
  }
};
/** What stands on the connection, in HTTP/1.1 without Connection: close. */
const raw = async (port) => {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let text = '';
  socket.on('data', (bytes) => (text += bytes));
  while (!text.includes('departs.')) await once(socket, 'data');
  socket.destroy();
  return text.split('\r\n').filter((line) => /^(HTTP|Connection)/.test(line)).join(' | ');
};
const curl = (port) => new Promise((done) =>
  execFile('curl', ['--silent', '--insecure', '--http2', '--max-time', '10',
    '--output', '-', `https://127.0.0.1:${port}/`],
    (error, out) => done(error ? `curl ends with ${error.code}` : out)));
const lines = [];
const say = (name, what) => lines.push(`${name}, HTTP/${asked} to the server: ${what}`);
say('nginx', await read(front.nginx));
say('nginx', await raw(front.nginx));
say('nginx over HTTP/2', await curl(front.tls));
say('Varnish', (await read(front.varnish)).slice(0, 3));
say('HAProxy', await read(front.haproxy));
say('nghttpx', await read(front.nghttpx));
console.log(`Node ${process.version}\n${lines.join('\n')}`);
const was = [
  'nginx, HTTP/1.0 to the server: no end',
  'nginx, HTTP/1.0 to the server: HTTP/1.1 103 Early Hints | Connection: keep-alive' +
    ' | HTTP/1.1 200 OK | Connection: close',
  'nginx over HTTP/2, HTTP/1.0 to the server: curl ends with 92',
  'Varnish, HTTP/1.1 to the server: 503',
  'HAProxy, HTTP/1.1 to the server: 200 A train departs.',
  'nghttpx, HTTP/1.1 to the server: 200 A train departs.',
];
const same = lines.join() === was.join();
if (!same) console.log(`This has changed. It was:\n${was.join('\n')}`);
process.exit(same ? 0 : 1);
JS
nginx -v 2>&1
varnishd -V 2>&1 | sed -n 1p
haproxy -v | sed -n 1p
nghttpx --version
timeout 60 node try.mjs
