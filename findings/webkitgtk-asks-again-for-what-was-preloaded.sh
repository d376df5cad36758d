#!/usr/bin/env bash
# <link rel="preload" as="fetch"> asks for a file early, for the fetch() of a
# script that comes later. WebKitGTK asks for the file at once, and again when
# the script fetches it: the first response is thrown away, unless the cache
# keeps it. After a few seconds the console says that the file was preloaded and
# not used. Chromium 156 and Firefox ESR 153 ask once in all three cases.
#
# Software: Debian's WebKitGTK 2.50.6 (MiniBrowser, libsoup 3.2.3), Xvfb,
#   Node 20 or newer. No driver: a window with a new profile.
# Expected: one request for a fetch() of the same address, mode and credentials:
#   the preloaded response is consumed (HTML, "consume a preloaded resource").
# Actual: two requests with no-store, and two with no-cache. With max-age=60 the
#   second one is answered from the cache.
set -euo pipefail

browser=$(ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser 2>/dev/null | tail -1)
[[ -n $browser ]] && command -v Xvfb >/dev/null ||
  { echo 'This needs MiniBrowser (of libwebkit2gtk-4.1-0) and xvfb.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

const own = { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true };
const screen = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], own);
const [display] = await once(screen.stdio[3], 'data');

const ways = ['no-store', 'no-cache', 'max-age=60'];
const page = (way) => `<!doctype html>
  <link rel="preload" href="/data/${way}" as="fetch" crossorigin>
  <script type="module">
    await new Promise((done) => setTimeout(done, 500));
    await (await fetch('/data/${way}')).text();
    navigator.sendBeacon('/done');
  </script>`;
const asked = [];
let tell;
const server = createServer(({ url }, response) => {
  const [, kind, way] = url.split('/');
  if (kind === 'done') tell();
  if (kind === 'data') asked.push(way);
  if (kind === 'data') response.setHeader('Cache-Control', way);
  response.setHeader('Content-Type', kind === 'page' ? 'text/html' : 'text/plain');
  response.end(kind === 'page' ? page(way) : 'the file');
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const seen = [];
for (const way of ways) {
  const done = new Promise((resolve) => (tell = resolve));
  const address = `http://127.0.0.1:${server.address().port}/page/${way}`;
  const home = process.cwd();
  const browser = spawn(process.argv[2], [address], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, DISPLAY: `:${`${display}`.trim()}`, HOME: home,
      XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
  });
  await done;
  process.kill(-browser.pid, 'SIGKILL');
  seen.push(asked.filter((one) => one === way).length);
  console.log(`${way}: ${seen.at(-1)} request(s) for one fetch()`);
}
process.kill(-screen.pid);
const was = '2, 2, 1';
if (seen.join(', ') !== was) console.log(`This has changed. It was: ${was}`);
process.exit(seen.join(', ') === was ? 0 : 1);
JS
dpkg-query --show libwebkit2gtk-4.1-0 libsoup-3.0-0 2>/dev/null || true
node try.mjs "$browser"
