#!/usr/bin/env bash
# A server ends a response over HTTP/2 and says GOAWAY (NO_ERROR) right behind
# it, as one does that shuts down in an orderly way. The last stream it names is
# the one of this response. In WebKitGTK fetch() rejects with "Load failed",
# though the whole response came before the GOAWAY, and the page cannot know that
# its request was done. Chromium 156 and Firefox ESR 153 have the response.
#
# Software: Debian's WebKitGTK 2.50.6 (MiniBrowser, libsoup 3.2.3), Xvfb,
#   openssl, Node 20 or newer. No driver: a window with a new profile.
# Expected: the response. GOAWAY lets streams up to the one it names finish (RFC
#   9113, 6.8), and END_STREAM has ended this one (8.1).
# Actual: "Load failed", for a 204 and for a 200 with a body alike. If
#   50 ms pass between the two, it has the response.
set -euo pipefail

browser=$(ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser 2>/dev/null | tail -1)
[[ -n $browser ]] && command -v Xvfb openssl >/dev/null ||
  { echo 'This needs MiniBrowser (of libwebkit2gtk-4.1-0), xvfb and openssl.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

const groups = new Set();
process.on('exit', () => groups.forEach((pid) => process.kill(-pid, 'SIGKILL')));
const start = (program, args, options) => {
  const child = spawn(program, args, { detached: true, ...options });
  groups.add(child.pid);
  child.once('exit', () => groups.delete(child.pid));
  return child;
};
setTimeout(() => {
  console.log('The page has not told its end within 60 s.');
  process.exit(1);
}, 60_000);

const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  const told = [];
  for (const path of ['/204/goaway', '/200/goaway', '/204', '/200'])
    for (const time of [1, 2])
      told.push(path + ': ' + (await fetch(path).then(
        async (response) => response.status + ' ' + (await response.text()),
        (error) => error.message,
      )).trim());
  navigator.sendBeacon('/told', JSON.stringify(told));
</script>`;
let tell;
const told = new Promise((resolve) => (tell = resolve));
const server = createSecureServer({
  key: readFileSync('key.pem'), cert: readFileSync('cert.pem'),
});
server.on('stream', async (stream, { ':path': path }) => {
  const { session, id } = stream;
  if (path === '/') {
    stream.respond({ 'content-type': 'text/html' });
    stream.end(page);
    return;
  }
  if (path === '/told') {
    const text = (await stream.toArray()).join('');
    stream.respond({ ':status': 204 }, { endStream: true });
    tell(JSON.parse(text));
    return;
  }
  const [, status, then] = path.split('/');
  stream.respond({ ':status': Number(status) }, { endStream: status === '204' });
  if (status === '200') stream.end('whole');
  if (then === 'goaway') session.goaway(0, id);
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
const screen = start('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], { stdio });
const [display] = await once(screen.stdio[3], 'data');
const home = process.cwd();
const env = { ...process.env, DISPLAY: `:${`${display}`.trim()}`, HOME: home,
  XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home };
const url = `https://127.0.0.1:${server.address().port}/`;
start(process.argv[2], ['--ignore-tls-errors', url], { stdio: 'ignore', env });
const seen = await told;
console.log(seen.join('\n'));
const was = ['Load failed', 'Load failed', '204', '200 whole'];
const paths = ['/204/goaway', '/200/goaway', '/204', '/200'];
const same = paths.every((path, index) =>
  [0, 1].every((time) => seen[2 * index + time] === `${path}: ${was[index]}`));
if (!same) console.log(`This has changed. It was: ${was.join(', ')}, each twice`);
process.exit(same ? 0 : 1);
JS
dpkg-query --show libwebkit2gtk-4.1-0 libsoup-3.0-0 2>/dev/null || true
node try.mjs "$browser"
