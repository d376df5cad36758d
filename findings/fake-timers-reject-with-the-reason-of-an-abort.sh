#!/usr/bin/env bash
# A wait of `timers/promises` that is aborted rejects with an AbortError, whose
# `cause` is what the caller gave as the reason. While fake-timers stands in for
# the same function, it rejects with the reason itself. So code that takes an
# AbortError for "we wanted that", and throws everything else, passes with real
# timers, and fails under test.
#
# Software: @sinonjs/fake-timers 15.5.0, Node 22 or newer (tried with 26.10.0).
# Expected: what Node documents: `AbortError`, code `ABORT_ERR`, the reason as
#   its cause.
# Actual: the reason, in fake-timers.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . @sinonjs/fake-timers@15.5.0 >/dev/null

cat >abort.mjs <<'JS'
import FakeTimers from '@sinonjs/fake-timers';
import timers from 'node:timers/promises';

async function abort() {
  const controller = new AbortController();
  const { signal } = controller;
  const wait = timers.setTimeout(1_000, undefined, { signal });
  controller.abort(new RangeError('no longer needed'));
  const error = await wait.catch((thrown) => thrown);
  return `${error.name}, cause ${error.cause?.name}`;
}

const real = await abort();
const clock = FakeTimers.install();
const fake = await abort();
clock.uninstall();
console.log(`Node:        ${real}\nfake-timers: ${fake}`);
const asWritten =
  real === 'AbortError, cause RangeError' &&
  fake === 'RangeError, cause undefined';
process.exitCode = asWritten ? 0 : 1;
JS
node abort.mjs
