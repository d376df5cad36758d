#!/usr/bin/env bash
# http2-proxy has an option `proxyTimeout`. If you leave it out, it cuts a response
# in which nothing comes for 5 s, so an event stream with a comment every 15 s
# never lives longer than that; its callback gets 504, but the client has had 200.
# The 5 s are the timeout of Node's global agent: Node only tells of it, with the
# event `timeout` of a request that set none, and the package takes that for its
# own. `proxyTimeout: 0` turns it off. `agent` is not passed on. http-proxy,
# http-proxy-3 and httpxy pass on all of it.
#
# Software: http2-proxy 5.0.53, http-proxy 1.18.1, http-proxy-3 1.23.3, httpxy
#   0.5.6 (npm), Node 22 or newer (tried with 26.10.0).
# Expected: no timeout where none was set. The README says of `proxyTimeout` only
#   that it is the timeout of http.request(), and that has none of its own; its
#   event "Only notifies that the socket has been idle" (Node's documentation).
# Actual: cut after 5 s.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . \
  http-proxy@1.18.1 http-proxy-3@1.23.3 httpxy@0.5.6 http2-proxy@5.0.53 >/dev/null

cat >try.mjs <<'JS'
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import http2Proxy from 'http2-proxy';
import httpProxy from 'http-proxy';
import * as httpProxy3 from 'http-proxy-3';
import * as httpxy from 'httpxy';

const servers = [];
const listening = async (listener) => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return server.address().port;
};
const port = await listening((request, response) => {
  response.setHeader('Content-Type', 'text/event-stream');
  response.write(': hello\n\n');
  setTimeout(() => response.end('data: a train departs\n\n'), 8000);
});
const target = `http://127.0.0.1:${port}`;
const told = {};
const http2ProxyWith = (name, options) => (request, response) =>
  http2Proxy.web(request, response, { hostname: '127.0.0.1', port, ...options },
    (error) => {
      if (!error) return;
      told[name] = `, and the callback has ${error.statusCode} ${error.code}`;
      response.destroy();
    });
const proxyOf = ({ createProxyServer }) => {
  const proxy = createProxyServer({ target });
  return (request, response) => proxy.web(request, response);
};
const plain = 'http2-proxy';
const agent = 'http2-proxy, an agent without timeout';
const proxies = {
  [plain]: http2ProxyWith(plain, {}),
  [agent]: http2ProxyWith(agent, { agent: new Agent() }),
  'http2-proxy, proxyTimeout: 0': http2ProxyWith('', { proxyTimeout: 0 }),
  'http-proxy': proxyOf(httpProxy),
  'http-proxy-3': proxyOf(httpProxy3),
  httpxy: proxyOf(httpxy),
};
const ask = async (name) => {
  const begin = performance.now();
  const response = await fetch(`http://127.0.0.1:${await listening(proxies[name])}/`);
  const end = await response.text().then(() => 'whole', () => 'cut');
  const seconds = Math.floor((performance.now() - begin) / 1000);
  return `${name}: ${response.status}, ${end} after ${seconds} s${told[name] ?? ''}`;
};
const lines = await Promise.all(Object.keys(proxies).map(ask));
console.log(`Node ${process.version}\n${lines.join('\n')}`);
const cut = lines.map((line) =>
  /200, cut after [567] s, and the callback has 504 ETIMEDOUT$/.test(line));
const same = cut.join() === 'true,true,false,false,false,false' &&
  lines.slice(2).every((line) => line.includes('200, whole'));
if (!same) console.log('This has changed. The first two were cut after 5 s.');
for (const server of servers) server.closeAllConnections();
process.exit(same ? 0 : 1);
JS
node --no-deprecation try.mjs
