#!/usr/bin/env bash
# With Expect: 100-continue a client asks before it sends a large body. Caddy
# hands the question on and answers it itself: a client gets "100 Continue" and
# then the 401 with which the server refused; where the server continues, it gets
# "100 Continue" twice. So a client that asked first sends its upload for nothing.
#
# Software: Debian's Caddy 2.6.2, Node 20 or newer. Debian's HAProxy 2.6.12,
#   Apache 2.4.71 and nghttpx 1.52 hand on what the server says; nginx 1.22.1 and
#   Varnish 7.1.1 say 100 and do not pass the field on.
# Expected: what the server says. A proxy hands the expectation on, unless it
#   believes that the server knows only HTTP/1.0 (RFC 9110, 10.1.1).
# Actual: 100, 401; and 100, 100, 200.
set -euo pipefail

command -v caddy >/dev/null || { echo 'This needs Debian’s caddy.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcp } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('all'));
});
server.on('checkContinue', (request, response) => {
  if (request.url === '/refused') return response.writeHead(401).end();
  response.writeContinue();
  return server.emit('request', request, response);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const upstream = server.address().port;
const free = createTcp().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
writeFileSync('Caddyfile', `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstream}
}
`);
const home = process.cwd();
const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
const child = spawn('caddy', ['run'], { detached: true, stdio: 'ignore', env });
process.on('exit', () => process.kill(-child.pid, 'SIGKILL'));
const isOpen = () => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => done(socket.end()));
  socket.on('error', () => done(false));
});
while (!(await isOpen())) await wait(50);

/** The status codes of all responses, the interim ones too. */
const statuses = async (at, path) => {
  const socket = connect(at, '127.0.0.1').on('error', () => {});
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n` +
      'Content-Length: 4\r\n\r\n',
  );
  let text = '';
  let hasSent = false;
  for await (const bytes of socket) {
    text += bytes;
    if (!hasSent && text.includes(' 100 ')) socket.write('body');
    hasSent ||= text.includes(' 100 ');
    if (/HTTP\/1.1 [2-5][^]*\r\n\r\n/.test(text)) break;
  }
  return [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code).join(', ');
};
const seen = [];
for (const [name, at] of Object.entries({ direct: upstream, 'behind Caddy': port }))
  for (const path of ['/refused', '/taken'])
    seen.push(`${name}, ${path}: ${await statuses(at, path)}`);
console.log(seen.join('\n'));
const was = [
  'direct, /refused: 401',
  'direct, /taken: 100, 200',
  'behind Caddy, /refused: 100, 401',
  'behind Caddy, /taken: 100, 100, 200',
].join('\n');
if (seen.join('\n') !== was) console.log(`This has changed. It was:\n${was}`);
process.exit(seen.join('\n') === was ? 0 : 1);
JS
echo "Caddy $(caddy version)"
node try.mjs
