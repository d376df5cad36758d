import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { startServer } from '@on-the-wire/testing/start-server.ts';

const host = 'Host: {host}\r\n';
const close = `${host}Connection: close\r\n`;
const json = `${host}Content-Type: application/json\r\n`;
const at = (name: string) => new URL(`../${name}.ts`, import.meta.url);
const webSocket =
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

let folder = '';
let behind: Awaited<ReturnType<typeof startServer>>;
let url = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  behind = await startServer(at('station'));
  url = `http://127.0.0.1:${behind.port}`;
});
afterAll(async () => {
  await behind.stop();
  await rm(folder, { recursive: true, force: true });
});

test('A frame that breaks the protocol ends its own WebSocket alone', async () => {
  const client = await rawClient(behind.port);
  client.send(`GET /loudspeaker HTTP/1.1\r\nHost: x\r\n${webSocket}\r\n`);
  await client.until('HTTP/1.1 101 ');
  client.send('\xc1\x80\x00\x00\x00\x00'); // a reserved bit
  await client.until('\x88\x02\x03\xea'); // close, 1002
  await client.closed;
  expect((await fetch(`${url}/status`)).status).toBe(200);
});

test('Whatever comes, the gateway serves the next client', async () => {
  await fuzz({
    name: 'server-to-server',
    file: at('server'),
    options: { station: url, operators: url },
    requests: [
      `GET / HTTP/1.1\r\n${close}\r\n`,
      `GET /station/board HTTP/1.1\r\n${host}\r\n`,
      `GET /station/events HTTP/1.1\r\n${host}\r\n`,
      `GET /station/loudspeaker HTTP/1.1\r\n${host}${webSocket}\r\n`,
      `GET /events HTTP/1.1\r\n${host}\r\n`,
      `GET /status HTTP/1.1\r\n${host}\r\n`,
      `PUT /rate HTTP/1.1\r\n${json}Content-Length: 17\r\n\r\n{"rate":"normal"}`,
      `POST /operators/announcements HTTP/1.1\r\n${json}Content-Length: 2\r\n\r\n{}`,
    ],
  });
});

test('Whatever comes, the station serves the next client', async () => {
  await fuzz({
    name: 'server-to-server',
    file: at('station'),
    requests: [
      `GET /status HTTP/1.1\r\n${close}\r\n`,
      `POST /announcements HTTP/1.1\r\n${host}Idempotency-Key: a\r\nContent-Length: 2\r\n\r\nHi`,
      `POST /webhooks HTTP/1.1\r\n${host}webhook-id: a\r\nwebhook-timestamp: 1\r\nwebhook-signature: v1,x\r\nContent-Length: 2\r\n\r\nHi`,
      `GET /board HTTP/1.1\r\n${host}\r\n`,
      `GET /events HTTP/1.1\r\n${host}\r\n`,
      `GET /updates?after=x HTTP/1.1\r\n${host}\r\n`,
      `GET /loudspeaker HTTP/1.1\r\n${host}${webSocket}\r\n`,
      `PUT /rate HTTP/1.1\r\n${json}Content-Length: 17\r\n\r\n{"rate":"normal"}`,
    ],
  });
});

test('Whatever comes, the operators serve the next client', async () => {
  const order = '{"way":"http","texts":["Hi"]}';
  await fuzz({
    name: 'server-to-server',
    file: at('operators'),
    options: { station: url, queue: join(folder, 'queue.jsonl') },
    requests: [
      `GET /status HTTP/1.1\r\n${close}\r\n`,
      `POST /announcements HTTP/1.1\r\n${json}Content-Length: ${order.length}\r\n\r\n${order}`,
    ],
  });
});
