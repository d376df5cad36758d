#!/usr/bin/env bash
# The package eventsource gives an event that has no `id:` line an empty
# `lastEventId`, although an id came before. When the connection is lost it asks
# with `Last-Event-ID: 1` all the same. So what a program has noted from its
# events, to go on after its own restart, is not what the package goes on with.
# eventsource-client and @microsoft/fetch-event-source do the same with `id`.
#
# Software: eventsource 4.1.1, eventsource-client 1.2.0,
#   @microsoft/fetch-event-source 2.0.1, launchdarkly-eventsource 2.2.0, undici
#   8.13.1, Node 22 or newer (tried with 26.10.0).
# Expected: each event has the last event ID of the stream, whichever event
#   brought it (WHATWG HTML 9.2.6, "dispatch the event"). So do undici's
#   EventSource, launchdarkly-eventsource, and Chromium 156.
# Actual: the second event has "1" in two of five; all five ask with "1".
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . eventsource@4.1.1 \
  eventsource-client@1.2.0 @microsoft/fetch-event-source@2.0.1 \
  launchdarkly-eventsource@2.2.0 undici@8.13.1 >/dev/null

cat >ask.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { EventSource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { EventSource as UndiciEventSource } from 'undici';

const require = createRequire(import.meta.url);
const { EventSource: LaunchDarkly } = require('launchdarkly-eventsource');

/** Two events, one id; then what the second request says. */
async function ask(open) {
  let requests = 0;
  let asked;
  const second = new Promise((resolve) => (asked = resolve));
  const server = createServer(({ headers }, response) => {
    requests += 1;
    if (requests === 2) asked(headers['last-event-id'] ?? 'none');
    if (requests > 1) return void response.writeHead(204).end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end('retry: 20\nid: 1\ndata: first\n\ndata: second\n\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ids = [];
  const close = open(`http://127.0.0.1:${server.address().port}/`, (id) =>
    ids.push(id || 'empty'),
  );
  const resumed = await second;
  close();
  return [...ids, resumed];
}

const like = (Source, options) => (url, tell) => {
  const source = new Source(url, options);
  source.onmessage = ({ lastEventId }) => tell(lastEventId);
  source.onerror = () => {};
  return () => source.close();
};
// fetch-event-source looks for a page.
globalThis.window = { setTimeout, clearTimeout, fetch };
globalThis.document = { addEventListener() {}, removeEventListener() {} };
const { fetchEventSource } = require('@microsoft/fetch-event-source');

const all = {
  'undici 8.13.1': like(UndiciEventSource),
  'launchdarkly-eventsource 2.2.0': like(LaunchDarkly, {
    initialRetryDelayMillis: 20,
  }),
  'eventsource 4.1.1': like(EventSource),
  'eventsource-client 1.2.0': (url, tell) => {
    const source = createEventSource({ url, onMessage: ({ id }) => tell(id) });
    return () => source.close();
  },
  '@microsoft/fetch-event-source 2.0.1': (url, tell) => {
    const controller = new AbortController();
    void fetchEventSource(url, {
      ...{ fetch, openWhenHidden: true, signal: controller.signal },
      onmessage: ({ id }) => tell(id),
      onclose() {
        throw new Error('closed'); // its way to ask for another try
      },
      onerror: () => 20,
    }).catch(() => {});
    return () => controller.abort();
  },
};
const seen = [];
for (const [name, open] of Object.entries(all)) {
  const [first, second, resumed] = await ask(open);
  console.log(`${name}: ${first}, then ${second}; asks again with ${resumed}`);
  seen.push(`${first} ${second} ${resumed}`);
}
const same =
  seen.join() === '1 1 1,1 1 1,1 empty 1,1 empty 1,1 empty 1';
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
node --no-warnings ask.mjs
