#!/usr/bin/env bash
# Over WebDriver BiDi, Firefox tells each console message of a page once more
# whenever its window goes back to that page, with the time of the first telling.
# No script of the page has run again: it came from the back/forward cache. A
# test that holds a page's console to be silent, or counts its messages, sees
# some that nobody has logged.
#
# Software: Firefox ESR 153.8.0 (Debian 12: firefox-esr), ws 8.23.0 (npm).
# Expected: one log.entryAdded for each call of console.log (WebDriver BiDi, the
#   module "log": an entry is told when it is logged, and kept only for those who
#   subscribe later).
# Actual: six for two calls, after back, forward, back, forward.
set -euo pipefail

command -v firefox-esr >/dev/null || { echo 'This needs firefox-esr.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save ws@8.23.0 >/dev/null
mkdir profile

cat >again.mjs <<'END'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

let runs = 0;
const server = createServer((request, response) => {
  runs += request.url === '/favicon.ico' ? 0 : 1;
  response.setHeader('Content-Type', 'text/html');
  response.end(`<!doctype html><script>
    console.log('script of ${request.url}');
    addEventListener('pageshow', (event) => (document.title = event.persisted));
  </script>`);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const firefox = spawn(
  'firefox-esr',
  ['--headless', '--no-remote', '--profile', 'profile', '--remote-debugging-port', '0'],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
let address;
for await (const line of createInterface({ input: firefox.stderr })) {
  [, address] = / listening on (ws:\S+)/.exec(line) ?? [];
  if (address) break;
}
const socket = new WebSocket(`${address}/session`);
await once(socket, 'open');
const waiting = new Map();
const told = [];
socket.on('message', (data) => {
  const { id, result, method, params } = JSON.parse(data);
  waiting.get(id)?.(result);
  if (method === 'log.entryAdded') told.push(params);
});
let last = 0;
const ask = (method, params = {}) =>
  new Promise((done) => {
    waiting.set((last += 1), done);
    socket.send(JSON.stringify({ id: last, method, params }));
  });
await ask('session.new', { capabilities: {} });
await ask('session.subscribe', { events: ['log.entryAdded'] });
const { context } = await ask('browsingContext.create', { type: 'tab' });
const evaluate = async (expression) =>
  (await ask('script.evaluate', { expression, target: { context }, awaitPromise: true }))?.result
    ?.value;
for (const path of ['/one', '/two'])
  await ask('browsingContext.navigate', { context, url: origin + path, wait: 'complete' });
for (const [delta, path] of [[-1, '/one'], [1, '/two'], [-1, '/one'], [1, '/two']]) {
  await ask('browsingContext.traverseHistory', { context, delta });
  // Both are told: where it is, and that it came from the cache.
  while ((await evaluate('location.pathname + document.title')) !== `${path}true`);
}
const times = new Set(told.map(({ timestamp }) => timestamp)).size;
console.log(`${runs} scripts run, ${told.length} messages told, of ${times} times`);
firefox.kill('SIGKILL');
server.close();
server.closeAllConnections();
process.exit();
END

firefox-esr --version
seen=$(timeout 120 node again.mjs)
echo "$seen"
[[ $seen == '2 scripts run, 6 messages told, of 2 times' ]] ||
  { echo 'This has changed. It was: 2 scripts run, 6 messages told, of 2 times'; exit 1; }
