#!/usr/bin/env bash
# DevTools imports a HAR file with an entry that is an event stream. Its
# EventStream tab shows the event, so it has the text. Its Response tab says that
# it failed to load it: "No network manager for request". With the mimeType
# text/plain it shows the same text.
#
# Software: Chromium 156.0.8078.108 (Debian 12), Node 22 or newer (tried with
#   26.10.0). DevTools is that of Chromium itself, opened as a page.
# Expected: the text that stands in response.content.text, as for text/plain.
# Actual: an error.
set -euo pipefail

type -P chromium >/dev/null || { echo 'This needs chromium.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >try.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

const text = 'data: a train departs\n\n';
const entry = (name, mimeType, more = {}) => ({
  startedDateTime: '2026-01-01T12:00:00.000Z',
  time: 10,
  request: {
    method: 'GET', url: `http://station.example/${name}`, httpVersion: 'HTTP/1.1',
    headers: [], queryString: [], cookies: [], headersSize: -1, bodySize: 0,
  },
  response: {
    status: 200, statusText: 'OK', httpVersion: 'HTTP/1.1', cookies: [],
    headers: [{ name: 'Content-Type', value: mimeType }],
    content: { size: text.length, mimeType, text },
    redirectURL: '', headersSize: -1, bodySize: text.length,
  },
  cache: {},
  timings: { send: 0, wait: 5, receive: 5 },
  ...more,
});
const entries = {
  plain: entry('plain', 'text/plain'),
  events: entry('events', 'text/event-stream'),
  fetched: entry('fetched', 'text/event-stream', { _resourceType: 'fetch' }),
};
writeFileSync('run.har', JSON.stringify({
  log: {
    version: '1.2', creator: { name: 'try', version: '1' }, pages: [],
    entries: Object.values(entries),
  },
}));

const browser = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu',
  '--no-first-run', '--disable-background-networking', '--remote-debugging-port=0',
  '--remote-allow-origins=*', '--window-size=1200,800', '--user-data-dir=profile',
  'about:blank'], { stdio: 'ignore', detached: true });
const stop = () => {
  try { process.kill(-browser.pid, 'SIGKILL'); } catch {} // it has ended
};
process.on('exit', stop);
process.once('SIGTERM', () => process.exit(1));
const until = async (read) => {
  for (let count = 0; count < 300; count += 1) {
    const value = await Promise.resolve().then(read).catch(() => undefined);
    if (value) return value;
    await after(100);
  }
  throw new Error(`not within 30 s: ${read}`);
};
const port = await until(() => readFileSync('profile/DevToolsActivePort', 'utf8').split('\n')[0]);
const origin = `http://127.0.0.1:${port}`;
const ask = async (path, options) => (await fetch(origin + path, options)).json();
const page = await until(async () =>
  (await ask('/json/list')).find(({ type }) => type === 'page'));
const tool = `${origin}/devtools/devtools_app.html?panel=network&ws=` +
  page.webSocketDebuggerUrl.slice('ws://'.length);
const { webSocketDebuggerUrl } = await ask(`/json/new?${encodeURIComponent(tool)}`, {
  method: 'PUT',
});
const socket = new WebSocket(webSocketDebuggerUrl);
await once(socket, 'open');
const waiting = new Map();
socket.onmessage = ({ data }) => {
  const { id, result } = JSON.parse(data);
  waiting.get(id)?.(result);
};
const send = (method, params) => new Promise((resolve) => {
  waiting.set(waiting.size + 1, resolve);
  socket.send(JSON.stringify({ id: waiting.size, method, params }));
});
// Every element, in the shadow trees too, that is seen or is an input.
const find = `(() => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((one) =>
    [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  return all(document);
})()`;
const evaluate = async (rest, returnByValue = true) =>
  (await send('Runtime.evaluate', { expression: find + rest, returnByValue })).result;
const value = async (rest) => (await evaluate(rest)).value;
const { objectId } = await until(async () => {
  const file = await evaluate(`.find((one) => one.matches('input[type=file]'))`, false);
  return file.objectId && file;
});
await send('DOM.setFileInputFiles', { files: [`${process.cwd()}/run.har`], objectId });
const click = async (rest) => {
  const [x, y] = await until(() => value(`${rest}.map((one) => {
    const { x, y, height } = one.getBoundingClientRect();
    return [x + 20, y + height / 2];
  }).at(-1)`));
  for (const type of ['mousePressed', 'mouseReleased'])
    await send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
};
const tab = (name) =>
  click(`.filter((one) => one.role === 'tab' && one.textContent.trim() === '${name}')`);
/** The texts in sight of what tells of a response. */
const seen = (kinds) => value(`.filter((one) => one.matches('${kinds}') &&
  one.checkVisibility()).map((one) => one.innerText.trim()).filter(Boolean).join(' / ')`);

const lines = [];
for (const name of Object.keys(entries)) {
  await click(`.filter((one) => one.matches('td.name-column') &&
    one.textContent.startsWith('${name}'))`);
  await tab('Response');
  const shown = await until(() => seen('.cm-content, .empty-state'));
  lines.push(`${name}, Response: ${shown.replaceAll(/\s*\n\s*/g, ' ')}`);
  if (name === 'plain') continue;
  await tab('EventStream');
  const row = await until(() => seen('td.data-column'));
  lines.push(`${name}, EventStream: ${row}`);
}
console.log(lines.join('\n'));
const lost = 'Response: Failed to load response data No network manager for request';
const was = [
  'plain, Response: data: a train departs',
  `events, ${lost}`,
  'events, EventStream: a train departs',
  `fetched, ${lost}`,
  'fetched, EventStream: a train departs',
];
const same = lines.join() === was.join();
if (!same) console.log(`This has changed. It was:\n${was.join('\n')}`);
stop();
await once(browser, 'close');
process.exit(same ? 0 : 1);
JS
chromium --version 2>/dev/null
timeout 120 node try.mjs
