#!/usr/bin/env bash
# A page reads a long response with fetch(), and fetches the same address once
# more while the first response is still arriving. Firefox does not send the
# second request: it waits until the first response has ended, or for 20 s, even
# if the first one came with no-store. Requests for other addresses pass. The
# same with XMLHttpRequest, EventSource or fetch()'s `cache: 'no-store'` does not
# wait. Chromium 156 and WebKitGTK 2.50.6 send all of them at once.
#
# Software: Firefox ESR 153.8.0 (Debian 12: firefox-esr), Node 20 or newer. No
#   driver: a window with a new profile; HTTP/1.1 (over HTTP/2 it is the same).
# Expected: both requests at once. A cache may let one request wait for the
#   response to another that it can use for both (RFC 9111, 4: collapsed
#   requests); one with no-store it must not keep (5.2.2.5), and the head that
#   says so has come.
# Actual: "first, end, second" for fetch(): what the server got, in order. The
#   page asked for the end only after ten requests for another address.
set -euo pipefail

command -v firefox-esr >/dev/null || { echo 'This needs firefox-esr.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir profile

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

// Each way resolves when the head has come, with the promise of the end.
const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  const heads = {
    fetch: async (path) => [(await fetch(path)).text()],
    'fetch, cache: no-store': async (path) =>
      [(await fetch(path, { cache: 'no-store' })).text()],
    XMLHttpRequest: (path) => new Promise((head) => {
      const request = new XMLHttpRequest();
      const end = new Promise((done) => (request.onload = done));
      request.onreadystatechange = () => request.readyState === 2 && head([end]);
      request.open('GET', path);
      request.send();
    }),
    EventSource: (path) => new Promise((head) => {
      const source = new EventSource(path);
      const end = new Promise((done) => (source.onerror = () => done(source.close())));
      source.onopen = () => head([end]);
    }),
  };
  for (const [name, head] of Object.entries(heads)) {
    const path = '/long/' + name;
    const [firstEnd] = await head(path);
    const second = head(path);
    for (let count = 0; count < 10; count += 1) await fetch('/other');
    await fetch('/end');
    await firstEnd;
    await (await second)[0];
  }
  // The first one stays open now.
  await heads.fetch('/long/wait');
  await heads.fetch('/long/wait');
  navigator.sendBeacon('/done');
</script>`;
const orders = new Map();
let order;
let open = [];
let ended = false;
let firstOfAll;
let waited;
let tell;
const done = new Promise((resolve) => (tell = resolve));
const server = createServer((request, response) => {
  const [, kind, name] = decodeURIComponent(request.url).split('/');
  response.setHeader('Cache-Control', 'no-store');
  if (kind !== 'long') {
    response.setHeader('Content-Type', 'text/html');
    response.end(kind === '' ? page : 'ok');
    if (kind === 'done') tell(true);
    if (kind !== 'end') return;
    order.push('end');
    ended = true;
    for (const one of open.splice(0)) one.end();
    return;
  }
  if (orders.has(name)) {
    order.push('second');
    waited = Math.round((performance.now() - firstOfAll) / 1000);
  } else {
    orders.set(name, (order = ['first']));
    ended = false;
    firstOfAll = performance.now();
  }
  response.setHeader('Content-Type', 'text/event-stream');
  response.write(': the beginning\n\n');
  if (ended) response.end();
  else open.push(response);
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const url = `http://127.0.0.1:${server.address().port}/`;
const firefox = spawn('firefox-esr',
  ['--headless', '--no-remote', '--profile', 'profile', url],
  { stdio: 'ignore', detached: true });
const late = setTimeout(() => tell(false), 120_000);
if (!(await done)) console.log('The page has not told its end within 120 s.');
clearTimeout(late);
process.kill(-firefox.pid, 'SIGKILL');
await once(firefox, 'exit');

orders.delete('wait');
for (const [name, seen] of orders) console.log(`${name}: ${seen.join(', ')}`);
console.log(`fetch, the first response does not end: second after ${waited} s`);
const held = [...orders].filter(([, seen]) => seen.join() === 'first,end,second');
const same = orders.size === 4 && held.length === 1 && held[0][0] === 'fetch' &&
  waited >= 15;
if (!same) console.log('This has changed. Only fetch was held back, and for 20 s.');
process.exit(same ? 0 : 1);
JS
firefox-esr --version
node try.mjs
