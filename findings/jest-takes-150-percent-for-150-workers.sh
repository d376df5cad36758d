#!/usr/bin/env bash
# jest's `maxWorkers` may be a share of the processors: "50%" of two is one
# worker. "150%", for tests that mostly wait, is not three, but one hundred and
# fifty: above 100 the sign is dropped, and nothing says so. Each is a process.
#
# Software: jest 30.5.2 (npm).
# Expected: three workers on two processors, or an error.
# Actual: 150, however many processors there are.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' >package.json
npm install --silent --no-save --prefix . jest@30.5.2 >/dev/null

workers() {
  node_modules/.bin/jest --showConfig "--maxWorkers=$1" |
    sed -n 's/.*"maxWorkers": \([0-9]*\).*/\1/p'
}
echo "processors: $(node -p 'os.availableParallelism()')"
for share in 100% 150%; do echo "$share: $(workers $share) workers"; done
[[ $(workers 150%) == 150 ]] || { echo 'This has changed. It was: 150'; exit 1; }
