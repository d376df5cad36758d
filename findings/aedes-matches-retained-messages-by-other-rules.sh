#!/usr/bin/env bash
# In aedes, whether a topic filter gets a message depends on when it was
# published. A live message to `$x/y` does not reach `#` and `+/y`, as the
# standard wants; a retained one does. A live message to `a//b` reaches `a/+/b`,
# as `+` stands for an empty level, too; a retained one does not.
#
# Software: aedes 1.2.0 with its store in memory, mqtt 5.16.0, Node 22 or newer
#   (tried with 26.10.0).
# Expected: the same filters for both (MQTT 3.1.1, 3.3.1.3 and 4.7): no filter
#   that begins with a wildcard matches a topic that begins with $, and a level
#   may be empty. Mosquitto 2.0.11 (Debian) does so in all five cases.
# Actual: live and retained differ in four of five cases.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . aedes@1.2.0 mqtt@5.16.0 >/dev/null

cat >match.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';

const broker = await Aedes.createBroker();
const server = createServer(broker.handle).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `mqtt://127.0.0.1:${server.address().port}`;

/** Whether a subscription to `filter` brings what is published to `topic`. */
async function matches(filter, topic, retain) {
  const client = mqtt.connect(url, { reconnectPeriod: 0 });
  await once(client, 'connect');
  const got = [];
  client.on('message', (name) => got.push(name));
  if (retain) await client.publishAsync(topic, 'v', { qos: 1, retain });
  await client.subscribeAsync(filter, { qos: 1 });
  if (!retain) await client.publishAsync(topic, 'v', { qos: 1 });
  // What the broker had to send comes before this one: the order is kept.
  await client.subscribeAsync('the/end', { qos: 1 });
  const last = once(client, 'message');
  await client.publishAsync('the/end', 'v', { qos: 1 });
  await last;
  while (!got.includes('the/end')) await once(client, 'message');
  if (retain) await client.publishAsync(topic, '', { qos: 1, retain });
  client.end(true);
  return got.includes(topic);
}

const seen = [];
for (const [filter, topic] of [
  ['a/#', 'a'],
  ['#', '$x/y'],
  ['+/y', '$x/y'],
  ['a/+/b', 'a//b'],
  ['a/+', 'a/'],
]) {
  const live = await matches(filter, topic, false);
  const retained = await matches(filter, topic, true);
  const say = (is) => (is ? 'comes' : 'does not come');
  console.log(
    `${topic} for ${filter}: live ${say(live)}, retained ${say(retained)}`,
  );
  seen.push(live, retained);
}
const same =
  seen.join() ===
  [
    ...[true, true, false, true, false, true],
    ...[true, false, true, false],
  ].join();
if (!same) console.log('This has changed.');
process.exit(same ? 0 : 1);
JS
node match.mjs
