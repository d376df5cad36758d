#!/usr/bin/env bash
# WebKitWebDriver is told to open an address where nothing listens, or a name
# that nobody has. It responds 200, as for a page that has loaded. What it says
# is open depends on what is asked: its own command names the address that
# failed; location.href in the page is about:blank, with one line of text.
#
# Software: Debian's WebKitGTK 2.50.6 (MiniBrowser, WebKitWebDriver), Xvfb, Node
#   20 or newer.
# Expected: an error, as Firefox ESR 153 gives over WebDriver BiDi and Chromium
#   156 through playwright; and one address.
# Actual: 200 and null, and two addresses.
set -euo pipefail

browser=$(ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser 2>/dev/null | tail -1)
[[ -n $browser ]] && command -v Xvfb WebKitWebDriver >/dev/null ||
  { echo 'This needs webkit2gtk-driver and xvfb.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const started = [];
process.on('exit', () => {
  for (const { pid } of started.reverse()) process.kill(-pid, 'SIGKILL');
});
const start = (program, args, options) => {
  const child = spawn(program, args, { detached: true, ...options });
  started.push(child);
  return child;
};
const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
const screen = start('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], { stdio });
const [display] = await once(screen.stdio[3], 'data');
const freePort = async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
};
const driver = `http://127.0.0.1:${await freePort()}`;
start('WebKitWebDriver', [`--port=${new URL(driver).port}`], {
  env: { ...process.env, DISPLAY: `:${`${display}`.trim()}` }, stdio: 'ignore',
});
while (!(await fetch(`${driver}/status`).catch(() => null))) await pause(50);
const ask = async (path, body) => {
  const response = await fetch(`${driver}${path}`, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return [response.status, (await response.json()).value];
};
const [, { sessionId }] = await ask('/session', {
  capabilities: { alwaysMatch: {
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': {
      binary: process.argv[2], args: ['--automation'],
    },
  } },
});

const seen = [];
for (const host of ['127.0.0.1', 'nobody.invalid']) {
  const url = `http://${host}:${await freePort()}/`;
  const [status, value] = await ask(`/session/${sessionId}/url`, { url });
  const [, open] = await ask(`/session/${sessionId}/url`);
  const [, [href, text]] = await ask(`/session/${sessionId}/execute/sync`, {
    script: 'return [location.href, document.body.innerText]', args: [],
  });
  console.log(`opening ${url}: ${status}, ${value}`);
  console.log(`  the driver says: ${open}`);
  console.log(`  the page says: ${href}: ${text}`);
  seen.push(`${status} ${open === url} ${href}`);
}
const was = ['200 true about:blank', '200 true about:blank'].join(', ');
if (seen.join(', ') !== was) console.log(`This has changed. It was: ${was}`);
process.exit(seen.join(', ') === was ? 0 : 1);
JS
dpkg-query --show webkit2gtk-driver 2>/dev/null || true
node try.mjs "$browser"
