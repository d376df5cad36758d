#!/usr/bin/env bash
# http-proxy, and what was made from it (http-proxy-3, httpxy), copy the
# Connection field of the request into the response, unless the server behind
# them sent one. What curl sends, `Connection: Upgrade, HTTP2-Settings` comes back
# in a response that upgrades nothing and has neither field, and `TE` in one
# whose announced trailer they have dropped.
#
# Software: http-proxy 1.18.1, http-proxy-3 1.23.3, httpxy 0.5.6, http2-proxy
#   5.0.53, Node 22 or newer (tried with 26.10.0).
# Expected: Connection lists the options of this message, for the next hop (RFC
#   9110, 7.6.1); a proxy makes its own. http2-proxy does.
# Actual: the three say what the client had said, word for word.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . \
  http-proxy@1.18.1 http-proxy-3@1.23.3 httpxy@0.5.6 http2-proxy@5.0.53 >/dev/null

cat >ask.mjs <<'JS'
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { connect, createServer } from 'node:net';
import http2Proxy from 'http2-proxy';
import httpProxy from 'http-proxy';
import { createProxyServer as three } from 'http-proxy-3';
import { createProxyServer as xy } from 'httpxy';

const listening = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};

// A response with a trailer, and without a Connection field.
const behind = createServer((socket) =>
  socket.once('data', () =>
    socket.end(
      'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n',
    ),
  ),
);
const port = await listening(behind);
const target = `http://127.0.0.1:${port}`;

const through = {
  'http-proxy': httpProxy.createProxyServer({ target }),
  'http-proxy-3': three({ target }),
  httpxy: xy({ target }),
  'http2-proxy': {
    web: (request, response) =>
      http2Proxy.web(request, response, { hostname: '127.0.0.1', port }),
  },
};
const requests = ['Upgrade, HTTP2-Settings, close', 'TE, close'];
const more = ['Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk', 'TE: trailers'];

const seen = [];
for (const [name, proxy] of Object.entries(through)) {
  const at = await listening(createHttp((a, b) => void proxy.web(a, b)));
  for (const [n, options] of requests.entries()) {
    const client = connect(at, '127.0.0.1');
    client.write(
      `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: ${options}\r\n${more[n]}\r\n\r\n`,
    );
    const text = (await client.toArray()).join('');
    const [, found = 'none'] = /^connection: (.*?)\r$/im.exec(text) ?? [];
    const trailer = /x-sum: 7/i.test(text) ? 'comes' : 'is dropped';
    console.log(`${name}: asked with "${options}", answers with "${found}"; the trailer ${trailer}`);
    seen.push(found === options);
  }
}
const same = seen.join() === 'true,true,true,true,true,true,false,false';
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
node --no-deprecation ask.mjs
