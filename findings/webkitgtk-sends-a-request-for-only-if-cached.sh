#!/usr/bin/env bash
# fetch() with `cache: 'only-if-cached'` is for what the browser has stored. If
# it has stored nothing, WebKitGTK sends the request to the server, and the
# promise resolves with the response. A page that meant to find out what is
# there without a network has used the network. Chromium 156 and Firefox ESR 153
# reject without a request.
#
# Software: Debian's WebKitGTK 2.50.6 (MiniBrowser, libsoup 3.2.3), Xvfb,
#   Node 20 or newer. No driver: a window with a new profile.
# Expected: a TypeError, and no request: "if httpRequest's cache mode is
#   "only-if-cached", then return a network error" (Fetch, 4.6,
#   HTTP-network-or-cache fetch).
# Actual: one request, status 200. What is stored comes without a request.
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

const page = `<!doctype html><script type="module">
  const init = { cache: 'only-if-cached', mode: 'same-origin' };
  const outcome = (path) => fetch(path, init).then(
    ({ status }) => status, ({ name }) => name);
  const never = await outcome('/data/never');
  await (await fetch('/data/stored')).text();
  const stored = await outcome('/data/stored');
  navigator.sendBeacon('/told/' + never + '/' + stored);
</script>`;
const asked = { never: 0, stored: 0 };
let tell;
const done = new Promise((resolve) => (tell = resolve));
const server = createServer(({ url }, response) => {
  const [, kind, ...words] = url.split('/');
  if (kind === 'told') tell(words);
  if (kind === 'data') asked[words[0]] += 1;
  if (kind === 'data') response.setHeader('Cache-Control', 'max-age=600');
  response.setHeader('Content-Type', kind === '' ? 'text/html' : 'text/plain');
  response.end(kind === '' ? page : 'the data');
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const home = process.cwd();
const browser = spawn(process.argv[2], [`http://127.0.0.1:${server.address().port}/`], {
  stdio: 'ignore',
  detached: true,
  env: { ...process.env, DISPLAY: `:${`${display}`.trim()}`, HOME: home,
    XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
});
const late = setTimeout(() => tell(['nothing within 60 s']), 60_000);
const [never, stored] = await done;
clearTimeout(late);
process.kill(-browser.pid, 'SIGKILL');
process.kill(-screen.pid);
const seen = `never stored: ${never}, ${asked.never} request(s); ` +
  `stored: ${stored}, ${asked.stored - 1} more request(s)`;
const was = 'never stored: 200, 1 request(s); stored: 200, 0 more request(s)';
console.log(seen);
if (seen !== was) console.log(`This has changed. It was: ${was}`);
process.exit(seen === was ? 0 : 1);
JS
dpkg-query --show libwebkit2gtk-4.1-0 libsoup-3.0-0 2>/dev/null || true
node try.mjs "$browser"
