#!/usr/bin/env bash
# nginx with `proxy_set_header Upgrade` and `Connection`, but without
# `proxy_http_version 1.1`, asks for a WebSocket in HTTP/1.0. Node emits
# `upgrade` all the same, so ws answers with 101, and the connection works.
# Another server behind the same nginx may ignore the field.
#
# Software: the node:http of Node 22 or newer (tried with 26.10.0).
# Expected: a request as any other: "A server MUST ignore an Upgrade header
#   field that is received in an HTTP/1.0 request." (RFC 9110, 7.8)
# Actual: the event `upgrade`, with httpVersion 1.0.
set -euo pipefail

node --input-type=module <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';

const seen = [];
const server = createServer((request, response) => {
  seen.push(`request ${request.httpVersion}`);
  response.end();
});
server.on('upgrade', (request, socket) => {
  seen.push(`upgrade ${request.httpVersion}`);
  socket.end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const client = connect(server.address().port, '127.0.0.1');
client.write(
  'GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
);
client.resume();
await once(client, 'close');
console.log(`Node ${process.version}: ${seen.join()}`);
const same = seen.join() === 'upgrade 1.0';
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
