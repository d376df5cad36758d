import { describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue } from '../queue.ts';
import { headersOf, sign, verify, tolerance } from '../webhook.ts';
import {
  folder,
  notices,
  startOperators,
  startProcess,
  startStation,
} from './acts.ts';

const secret = 'whsec';
const message = { id: 'msg_1', time: 1_700_000_000, body: '{ "a":1 }' };
const now = message.time;

describe('a message', () => {
  test('is signed over its id, its time and its raw body', () => {
    expect(headersOf(secret, message)).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1700000000',
      'webhook-signature':
        'v1,' +
        createHmac('sha256', 'whsec')
          .update('msg_1.1700000000.{ "a":1 }')
          .digest('base64'),
    });
  });

  const headers = headersOf(secret, message);
  const body = Buffer.from(message.body);
  const verified = (
    changed: Record<string, string>,
    bytes = body,
    at: number = now,
  ) => verify(secret, { ...headers, ...changed }, bytes, at);

  test('that is genuine is taken, also under the second signature', () => {
    expect(verified({})).toEqual(message);
    const both = `v1,${'A'.repeat(43)}= ${headers['webhook-signature']}`;
    expect(verified({ 'webhook-signature': both })).toEqual(message);
  });

  test.each<[string, Record<string, string>]>([
    ['no signature', { 'webhook-signature': '' }],
    ['another', { 'webhook-signature': `v1,${sign('guess', message)}` }],
    ['half of it', { 'webhook-signature': 'v1,AAAA' }],
    ['another version', { 'webhook-signature': `v2,${sign(secret, message)}` }],
    ['another id', { 'webhook-id': 'msg_2' }],
    ['another time', { 'webhook-timestamp': String(now + 1) }],
    ['no time', { 'webhook-timestamp': '' }],
    ['a time that is none', { 'webhook-timestamp': '1e9' }],
    ['an id that could be part of another', { 'webhook-id': 'msg_1.17' }],
  ])('with %s is refused', (_what, changed) => {
    expect(verified(changed)).toEqual({ refused: expect.any(String) });
  });

  test('whose body was serialised again is refused', () => {
    const again = Buffer.from(JSON.stringify(JSON.parse(message.body)));
    expect(verified({}, again)).toEqual({
      refused: 'The signature is not ours.',
    });
  });

  test('that is too old or too new is refused, though it is genuine', () => {
    expect(verified({}, body, now + tolerance)).toEqual(message);
    expect(verified({}, body, now - tolerance)).toEqual(message);
    for (const off of [tolerance + 1, -tolerance - 1])
      expect(verified({}, body, now + off)).toEqual({
        refused: 'The message is of 1700000000: too old, or too new.',
      });
  });
});

describe('the queue on disk', () => {
  test('has after a crash what was added and not done', () => {
    const file = join(folder(), 'made', 'on demand', 'queue.jsonl');
    const before = openQueue(file);
    before.add({ id: 'a', body: '1' }, { id: 'b', body: '2\n3' });
    before.add({ id: 'c', body: '„4“' });
    before.done('b');
    // Not closed: it was killed. And in the middle of a line.
    appendFileSync(file, '{"add":{"id":"d","bo');
    const after = openQueue(file);
    expect(after.pending()).toEqual([
      { id: 'a', body: '1' },
      { id: 'c', body: '„4“' },
    ]);
    after.add({ id: 'e', body: '5' });
    expect(
      openQueue(file)
        .pending()
        .map(({ id }) => id),
    ).toEqual(['a', 'c', 'e']);
    before.close();
    after.close();
  });

  test('takes no room once all is done', () => {
    const file = join(folder(), 'queue.jsonl');
    const queue = openQueue(file);
    queue.add({ id: 'a', body: '1' });
    expect(readFileSync(file, 'utf8')).toBe('{"add":{"id":"a","body":"1"}}\n');
    queue.done('a');
    expect(readFileSync(file, 'utf8')).toBe('');
    queue.add({ id: 'b', body: '2' });
    expect(readFileSync(file, 'utf8')).toBe('{"add":{"id":"b","body":"2"}}\n');
    queue.close();
    expect(() => queue.add({ id: 'c', body: '3' })).toThrow('EBADF');
  });
});

describe('a delivery', () => {
  const post = (origin: string, body: string, headers: object) =>
    fetch(`${origin}/webhooks`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    });

  test('is acted on once, however often it comes', async () => {
    const { origin, spoken } = await startStation();
    const time = Math.floor(Date.now() / 1_000);
    for (const later of [0, 1, 2]) {
      const copy = { id: 'msg_1', time: time + later, body: 'Platform 7' };
      const answer = await post(origin, copy.body, headersOf(secret, copy));
      expect(answer.status).toBe(200);
    }
    expect(spoken).toEqual(['Platform 7']);
  });

  test('that is forged, or replayed too late, is refused', async () => {
    const { origin, spoken } = await startStation();
    const time = Math.floor(Date.now() / 1_000);
    const old = { id: 'a', time: time - tolerance - 5, body: 'Old' };
    const tries = [
      post(origin, 'Forged', { 'webhook-id': 'a' }),
      post(origin, old.body, headersOf(secret, old)),
      post(origin, 'Changed', headersOf(secret, { ...old, time })),
    ];
    for (const tried of tries) expect((await tried).status).toBe(401);
    expect(spoken).toEqual([]);
  });

  test('goes on through resets and a station that is away', async () => {
    const station = await startStation({}, ['down']);
    const operators = await startOperators({ station: station.tap.origin });
    const struck = station.tap.injected('down');
    await operators.announce('webhook', notices(20));
    await struck;
    expect((await operators.status()).waiting).toBe(20);
    station.tap.break('reset=after:1500B');
    await station.until(20);
    expect(station.spoken).toEqual(notices(20));
  });

  test('that is refused for good does not hold up the others', async () => {
    const station = await startStation();
    const operators = await startOperators({ station: station.origin });
    await operators.announce('webhook', ['x'.repeat(300), 'Good']);
    await station.until(1);
    expect(station.spoken).toEqual(['Good']);
    expect(await operators.status()).toMatchObject({ refused: 1 });
  });
});

test('500 webhooks reach the station once, though their sender is killed', async () => {
  const station = await startStation();
  const queue = join(folder(), 'queue.jsonl');
  const environment = { STATION_URL: station.origin, QUEUE: queue };
  const texts = notices(500);
  const first = await startProcess('operators.ts', environment);
  const accepted = await fetch(`${first.origin}/announcements`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ way: 'webhook', texts }),
  });
  expect(accepted.status).toBe(202);
  // Killed in the middle, and the next one too.
  await station.until(150);
  await first.kill();
  const afterFirst = station.spoken.length;
  expect(afterFirst).toBeLessThan(500);
  const second = await startProcess('operators.ts', environment);
  await station.until(afterFirst + 150);
  await second.kill();
  expect(station.spoken.length).toBeLessThan(500);
  await startProcess('operators.ts', environment);
  await station.until(500);
  expect(station.spoken).toEqual(texts);
});
