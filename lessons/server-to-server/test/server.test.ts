import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { timersOf } from '@on-the-wire/testing/timers-of.ts';
import { createServer as createBroker } from '../broker.ts';
import { createServer } from '../server.ts';
import { createServer as createStation } from '../station.ts';
import { closing, startOperators, startProcess, startStation } from './acts.ts';
import { freePort } from './free-port.ts';

test('Every process closes, twice, and leaves no timer and no socket', async () => {
  const before = process.getActiveResourcesInfo().length;
  const broker = createBroker();
  const { port } = await listen(broker.server);
  const url = `mqtt://127.0.0.1:${port}`;
  const station = await startStation({ broker: url });
  const operators = await startOperators({ station: station.origin });
  const gateway = createServer({ station: station.origin, broker: url });
  const { origin } = await listen(gateway.server);
  await (await fetch(`${origin}/station/board`)).text();
  await operators.announce('webhook', ['Hello']);
  await station.until(1);
  for (let twice = 0; twice < 2; twice++) {
    for (const { close } of [gateway, operators, station, broker])
      await close();
  }
  // What fetch has kept open ends by itself; a listener would not.
  const left = () =>
    process
      .getActiveResourcesInfo()
      .filter((kind) => /Server|Timeout/.test(kind));
  expect(left().length).toBeLessThanOrEqual(before);
});

test('Closing the station stops its own feed', async () => {
  const timers = await timersOf(createStation);
  expect(timers).toEqual({ running: 1, left: 0 });
});

test('The gateway alone serves its page, and says who is not there', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const { origin, kill } = await startProcess('server.ts', {
    STATION_URL: nobody,
    OPERATORS_URL: nobody,
    BROKER_URL: nobody.replace('http', 'mqtt'),
  });
  const page = await fetch(origin);
  expect(await page.text()).toContain('<title>Server to server');
  expect((await fetch(`${origin}/station/board`)).status).toBe(502);
  const events = await fetch(`${origin}/events`);
  expect([events.status, await events.text()]).toEqual([
    503,
    'No board has come yet.',
  ]);
  await kill();
});

test.each([
  ['https://board.example, http://10.0.0.1:8080', 'https://board.example'],
  ['', 'http://localhost:PORT'],
])(
  'Started with ORIGINS=%j, it lets pages of %s ask',
  async (ORIGINS, page) => {
    const { origin, port, kill } = await startProcess('server.ts', { ORIGINS });
    const own = page.replace('PORT', String(port));
    for (const [from, allowed] of [
      [own, own],
      [`${own}0`, null],
    ] as const) {
      const { headers } = await fetch(`${origin}/status`, {
        headers: { Origin: from },
      });
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
    }
    await kill();
  },
);

test('An order that makes no sense gets a sentence', async () => {
  const operators = await startOperators({});
  for (const body of ['', '[]', '{"way":"pigeon","texts":[]}']) {
    const answer = await fetch(`${operators.origin}/announcements`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('ways: frames, http, webhook');
  }
});

/** The three that speak HTTP, in this process. */
async function startAll() {
  const station = await startStation();
  const operators = await startOperators({ station: station.origin });
  const gateway = createServer({
    station: station.origin,
    operators: operators.origin,
  });
  closing.push(gateway.close);
  const { port } = await listen(gateway.server);
  return { station, operators, gateway: { ...gateway, port } };
}

test.each([
  ['station', 'POST', '/announcements', 'found no body, expected the text'],
  ['station', 'POST', '/webhooks', 'found no body, expected the text'],
  ['station', 'PUT', '/rate', 'Set the rate: found'],
  ['operators', 'POST', '/announcements', 'An order: found'],
  ['gateway', 'PUT', '/rate', 'Set the rate: found'],
  ['gateway', 'POST', '/operators/announcements', 'An order: found'],
] as const)(
  '%s: %s %s without a body is a 400',
  async (whose, method, path, sentence) => {
    const all = await startAll();
    const client = await rawClient(all[whose].port);
    const fields =
      'Host: a\r\nContent-Type: application/json\r\nIdempotency-Key: a\r\n' +
      'Webhook-Id: a\r\nWebhook-Timestamp: 1\r\nWebhook-Signature: v1,AA==\r\n';
    // Without one, and with one of no bytes: the connection serves both.
    client.send(`${method} ${path} HTTP/1.1\r\n${fields}\r\n`);
    await client.until(/HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\n[^]+/);
    client.send(
      `${method} ${path} HTTP/1.1\r\n${fields}Content-Length: 0\r\n\r\n`,
    );
    await client.until(/(?:HTTP\/1\.1 400 [^]*){2}\r\n\r\n[^]+/);
    client.socket.destroy();
    expect(client.received).toContain(sentence);
    expect(all.station.spoken).toEqual([]);
  },
);

test.each([
  ['station', 'POST /announcements', 'Content-Length: 9'],
  ['station', 'POST /webhooks', 'Transfer-Encoding: chunked'],
  ['station', 'PUT /rate', 'Content-Length: 9'],
  ['station', 'GET /events', 'Content-Length: 9'],
  ['operators', 'POST /announcements', 'Content-Length: 9'],
  ['gateway', 'POST /operators/announcements', 'Transfer-Encoding: chunked'],
  ['gateway', 'PUT /rate', 'Content-Length: 9'],
  ['gateway', 'GET /station/events', 'X-A: b'],
  ['gateway', 'GET /page.ts', 'X-A: b'],
] as const)(
  '%s: %s by a client that leaves is no word in the terminal',
  async (whose, line, field) => {
    const { error: print } = console;
    const printed: unknown[] = [];
    console.error = (...values) => printed.push(...values);
    closing.push(() => (console.error = print));
    const all = await startAll();
    const { server, port } = all[whose];
    const client = await rawClient(port);
    const asked = once(server, 'request');
    client.send(
      `${line} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
        `Idempotency-Key: a\r\n${field}\r\n\r\n1\r\n`,
    );
    const [request] = (await asked) as [IncomingMessage];
    const left = new Promise((tell) => request.socket.on('close', tell));
    client.socket.resetAndDestroy();
    await left;
    // It goes on, and has by then done all that it had to do for the other.
    expect((await fetch(`http://127.0.0.1:${port}/status`)).status).toBe(200);
    expect((await fetch(`${all.station.origin}/status`)).status).toBe(200);
    expect(printed).toEqual([]);
  },
);

test('Pages of the other gateway may read responses, those of other origins may not', async () => {
  const gateways = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
  const gateway = createServer({ gateways });
  closing.push(gateway.close);
  const { origin } = await listen(gateway.server);
  for (const [from, allowed] of [
    ['http://127.0.0.1:2', 'http://127.0.0.1:2'],
    ['http://evil.example', null],
  ] as const) {
    const headers = { Origin: from };
    const options = { method: 'OPTIONS', headers };
    for (const asked of [{ headers }, options]) {
      const answer = await fetch(`${origin}/status`, asked);
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
    }
  }
});
