#!/usr/bin/env bash
# With its defaults, nginx 1.22 holds the events of an event stream back until
# its buffer is full. If the server is then silent for proxy_read_timeout (60 s),
# nginx closes the connection, and what it had buffered never arrives: the client
# has a status code of 200, and not a byte of an event that the server had sent
# a minute before. If the server closes the connection instead, all arrives.
#
# Software: nginx 1.22.1 (Debian 12), Node 22 or newer (tried with 26.10.0),
#   Linux.
# Expected: what has been received is passed on before the end, as it is when
#   the server closes. A response that has been cut holds what came before the
#   cut.
# Actual: after the timeout 0 of 20 bytes, after the server's close 20 of 20.
#   (The script sets the timeout to 2 s.)
set -euo pipefail

nginx=$(PATH=$PATH:/usr/sbin type -P nginx) || { echo 'This needs nginx.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { connect, createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

const [nginx, folder] = process.argv.slice(2);
const listening = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};
const event = 'data: it is 12:00!\n\n';
const server = createHttp((request, response) => {
  response.setHeader('Content-Type', 'text/event-stream');
  response.write(event);
  if (request.url === '/closes') setTimeout(() => response.end(), 500);
});
const port = await listening(server);
const free = createServer();
const front = await listening(free);
free.close();

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
writeFileSync(
  `${folder}/nginx.conf`,
  `daemon off; pid ${folder}/pid; error_log ${folder}/errors; events {}
  http {
    access_log off;
    ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
    server {
      listen 127.0.0.1:${front};
      location / { proxy_pass http://127.0.0.1:${port}; proxy_read_timeout 2s; }
    }
  }`,
);
const proxy = spawn(nginx, ['-c', `${folder}/nginx.conf`], { stdio: 'ignore' });
process.on('exit', () => proxy.kill('SIGTERM'));
process.once('SIGTERM', () => process.exit(1));
const open = () =>
  new Promise((resolve, reject) => {
    const socket = connect(front, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
const ask = async (path) => {
  for (;;) {
    try {
      const client = await open();
      client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      const text = (await client.toArray()).join('');
      return { status: text.slice(9, 12), has: text.includes(event) };
    } catch {
      await after(50); // it does not listen yet
    }
  }
};
const silent = await ask('/silent');
const closed = await ask('/closes');
console.log(`The server is silent: ${silent.status}, the event ${silent.has ? 'arrives' : 'never arrives'}`);
console.log(`The server closes: ${closed.status}, the event ${closed.has ? 'arrives' : 'never arrives'}`);
proxy.kill('SIGTERM');
await once(proxy, 'exit');
server.closeAllConnections();
server.close();
const same = silent.status === '200' && !silent.has && closed.has;
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
"$nginx" -v 2>&1
timeout 60 node try.mjs "$nginx" "$folder"
