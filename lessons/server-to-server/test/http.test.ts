import { describe, expect, test } from '@jest/globals';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { request, RequestError, createAgent } from '../request.ts';
import { Deadline, deadlineOf } from '../deadline.ts';
import { createKeys } from '../idempotency.ts';
import { createBudget, isRetryable, pauseAfter, retry } from '../retry.ts';
import {
  closing,
  notices,
  timeoutMs,
  startOperators,
  startStation,
  startSwitching,
  stopped,
} from './acts.ts';

function makeAgent() {
  const agent = createAgent();
  closing.push(() => agent.destroy());
  return agent;
}

describe('a deadline', () => {
  test('is passed on as what is left, and nobody gets more', () => {
    stopped();
    expect(deadlineOf({ 'time-left': '800' }, 5_000).left).toBe(800);
    const most = [{}, { 'time-left': '-1' }, { 'time-left': '9999999' }];
    for (const headers of most)
      expect(deadlineOf(headers, 5_000).left).toBe(5_000);
    expect(new Deadline(0).headers).toEqual({ 'time-left': '0' });
  });

  test('that is over ends the work: nothing is spoken', async () => {
    const { origin, spoken } = await startStation({ speaking: 0 });
    const answer = await fetch(`${origin}/announcements`, {
      method: 'POST',
      headers: { 'Idempotency-Key': 'a', 'Time-Left': '0' },
      body: 'Too late',
    });
    expect(answer.status).toBe(504);
    expect(spoken).toEqual([]);
  });
});

describe('a request', () => {
  const timeouts = { connect: 150, headers: 150, body: 150 };

  test('goes over a connection that is there', async () => {
    const { origin } = await startStation();
    const agent = makeAgent();
    for (let i = 0; i < 50; i++)
      await request(`${origin}/status`, new Deadline(5_000), { agent });
    expect(agent.counts).toEqual({ requests: 50, connections: 1 });
  });

  test('that gets no headers is ended, its connection too', async () => {
    const sockets: Socket[] = [];
    const server = createServer(() => {});
    server.on('connection', (socket) => sockets.push(socket));
    closing.push(() => server.close());
    const { origin } = await listen(server);
    const agent = makeAgent();
    const clock = stopped();
    const outcome = request(origin, new Deadline(5_000), { agent, timeouts });
    await once(server, 'request');
    clock.pass(150);
    await expect(outcome).rejects.toMatchObject({
      phase: 'headers',
      timedOut: true,
    });
    if (!sockets[0]!.destroyed) await once(sockets[0]!, 'close');
  });

  test('whose body stalls is ended', async () => {
    const server = createServer((_q, s) => void s.writeHead(200).write('half'));
    closing.push(() => server.close());
    const { origin } = await listen(server);
    const agent = makeAgent();
    const clock = stopped();
    const hasHeaders = new Promise((tell) =>
      subscribe('http.client.response.finish', tell),
    );
    const outcome = request(origin, new Deadline(5_000), { agent, timeouts });
    await hasHeaders;
    clock.pass(150);
    await expect(outcome).rejects.toMatchObject({
      phase: 'body',
      timedOut: true,
    });
  });

  test('that gets 101, which it did not ask for, fails', async () => {
    const origin = await startSwitching();
    const agent = makeAgent();
    const outcome = request(origin, new Deadline(5_000), { agent });
    const failure = { phase: 'headers', timedOut: false };
    await expect(outcome).rejects.toMatchObject(failure);
  });

  test('that reaches nobody fails while it connects', async () => {
    const server = createServer();
    const { origin } = await listen(server);
    await new Promise((done) => server.close(done));
    const agent = makeAgent();
    const outcome = request(origin, new Deadline(5_000), { agent, timeouts });
    const failure = { phase: 'connect', timedOut: false, reused: false };
    await expect(outcome).rejects.toMatchObject(failure);
  });

  test('is ended by the deadline, whatever its timeouts allow', async () => {
    const server = createServer(() => {});
    closing.push(() => server.close());
    const { origin } = await listen(server);
    const agent = makeAgent();
    const clock = stopped();
    const outcome = request(origin, new Deadline(100), {
      agent,
      timeouts: { connect: 60_000, headers: 60_000, body: 60_000 },
    });
    await once(server, 'request');
    clock.pass(100);
    await expect(outcome).rejects.toMatchObject({ timedOut: true });
  });

  test('says on the wire what is left', async () => {
    const server = createServer((q, s) => s.end(q.headers['time-left']));
    closing.push(() => server.close());
    const { origin } = await listen(server);
    const agent = makeAgent();
    const clock = stopped();
    const deadline = new Deadline(900);
    clock.pass(250);
    const { body } = await request(origin, deadline, { agent });
    expect(body).toBe('650');
  });
});

describe('the keep-alive race', () => {
  test('is told from other resets, and a retry settles it', async () => {
    // A server that closes just when the second request comes in.
    let requests = 0;
    const server = createServer((incoming, response) => {
      requests += 1;
      if (requests === 2) incoming.socket.resetAndDestroy();
      else response.end(String(requests));
    });
    closing.push(() => server.close());
    const { origin } = await listen(server);
    const agent = makeAgent();
    stopped();
    const attempt = () => request(origin, new Deadline(5_000), { agent });
    expect((await attempt()).body).toBe('1');
    await expect(attempt()).rejects.toMatchObject({
      reused: true,
      timedOut: false,
    });
    requests = 1;
    await attempt().catch(() => {});
    requests = 1;
    const { body } = await retry(attempt, {
      deadline: new Deadline(5_000),
      budget: createBudget(),
    });
    expect(body).toBe('3');
  });
});

describe('retries', () => {
  const respond = (status: number) => ({ status, headers: {}, body: '' });

  test('are for what may have more luck later', () => {
    const error = { phase: 'headers', timedOut: true, reused: false } as const;
    expect(isRetryable(new RequestError('', error))).toBe(true);
    for (const status of [429, 502, 503, 504])
      expect(isRetryable(respond(status))).toBe(true);
    for (const status of [200, 201, 301, 400, 401, 404, 409, 422, 500, 501])
      expect(isRetryable(respond(status))).toBe(false);
    expect(isRetryable(new TypeError('a mistake of ours'))).toBe(false);
  });

  test('pause longer each time, up to a limit, at random', () => {
    const backoff = { first: 100, longest: 1_000 };
    const longestOf = (n: number) => pauseAfter(n, backoff, () => 1);
    expect([1, 2, 3, 4, 5, 20].map(longestOf)).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ]);
    expect(pauseAfter(9, backoff, () => 0)).toBe(0);
    expect(pauseAfter(9, backoff, () => 0.5)).toBe(500);
  });

  test('stop at the deadline, and return the last response', async () => {
    let tries = 0;
    const clock = stopped();
    const last = await retry(
      async () => {
        tries += 1;
        clock.pass(25);
        return respond(503);
      },
      {
        deadline: new Deadline(60),
        budget: createBudget(),
        backoff: { first: 10, longest: 10 },
      },
    );
    expect(last.status).toBe(503);
    // At 25 ms, and at 50; then the pause may still fit, and a try come too late.
    expect([2, 3]).toContain(tries);
  });

  test('share a budget: a dead server gets a tenth more, no multiple', async () => {
    const budget = createBudget({ most: 5, share: 0.1 });
    const backoff = { first: 1, longest: 1 };
    const deadline = new Deadline(10_000);
    let tries = 0;
    let status = 503;
    const attempt = async () => {
      tries += 1;
      return respond(status);
    };
    for (let i = 0; i < 100; i++)
      await retry(attempt, { deadline, budget, backoff });
    expect(tries).toBe(105);
    status = 200;
    for (let i = 0; i < 20; i++)
      await retry(attempt, { deadline, budget, backoff });
    expect(Math.round(budget.left)).toBe(2);
  });

  test('wait as long as the server asks for', async () => {
    let tries = 0;
    const began = performance.now();
    const attempt = async () => {
      tries += 1;
      const busy = { ...respond(429), headers: { 'retry-after': '1' } };
      return tries === 1 ? busy : respond(200);
    };
    const deadline = new Deadline(timeoutMs);
    await retry(attempt, { deadline, budget: createBudget() });
    expect(performance.now() - began).toBeGreaterThan(950);
    const soon = new Deadline(500);
    tries = 0;
    const { status } = await retry(attempt, {
      deadline: soon,
      budget: createBudget(),
    });
    expect([status, tries]).toEqual([429, 1]);
  });
});

describe('an idempotency key', () => {
  test('lets one of many through that come at once', async () => {
    const doOnce = createKeys();
    let works = 0;
    const work = async () => {
      works += 1;
      await new Promise((turn) => setImmediate(turn));
      return { status: 201, body: { works } };
    };
    const all = await Promise.all(
      Array.from({ length: 20 }, () => doOnce('a', 'text', work)),
    );
    expect(works).toBe(1);
    expect(new Set(all.map((done) => JSON.stringify(done))).size).toBe(1);
  });

  test('is refused for another body, and free again after a failure', async () => {
    const doOnce = createKeys();
    const work = async () => ({ status: 201, body: {} });
    const fail = async () => Promise.reject(new Error('not now'));
    await expect(doOnce('a', 'one', fail)).rejects.toThrow('not now');
    expect((await doOnce('a', 'two', work)).status).toBe(201);
    expect((await doOnce('a', 'three', work)).status).toBe(422);
  });

  test('is forgotten after so many others', async () => {
    const doOnce = createKeys(2);
    let works = 0;
    const work = async () => ({ status: 201, body: { n: (works += 1) } });
    for (const key of ['a', 'b', 'c', 'a', 'c']) await doOnce(key, '', work);
    expect(works).toBe(4);
  });

  test('is announced again, and its response comes again byte by byte', async () => {
    const { port, spoken } = await startStation();
    const client = await rawClient(port);
    const post = (key: string) =>
      client.send(
        `POST /announcements HTTP/1.1\r\nHost: station\r\n${key}` +
          'Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nHi',
      );
    post('');
    await client.until('HTTP/1.1 400 Bad Request');
    await client.until('Name an Idempotency-Key.');
    const heads = () => client.received.split('HTTP/1.1 201 Created').length;
    post('Idempotency-Key: a\r\n');
    post('Idempotency-Key: a\r\n');
    await client.until(/("id":"\w+-1"}[^]*){2}/);
    expect(heads()).toBe(3);
    expect(spoken).toEqual(['Hi']);
    client.socket.destroy();
  });
});

test('200 announcements through random resets are spoken exactly 200 times', async () => {
  const station = await startStation({}, ['reset=after:1500B']);
  const { tap } = station;
  const operators = await startOperators({
    station: tap.origin,
    retries: 1_000,
    backoff: { first: 5, longest: 50 },
  });
  // While they are sent, the tap resets at random places, too.
  let cuts = 0;
  const sending = new AbortController();
  const texts = notices(200);
  const all = station.until(texts.length);
  const tearing = (async () => {
    while (!sending.signal.aborted) {
      const more = 1 + Math.floor(Math.random() * 5);
      await Promise.race([station.until(station.spoken.length + more), all]);
      tap.cut('rst');
      cuts += 1;
      await new Promise((turn) => setImmediate(turn));
    }
  })();
  await operators.announce('http', texts);
  await all;
  sending.abort();
  await tearing;
  const { accepted, failed } = await operators.settled();
  expect({ accepted, failed }).toEqual({ accepted: 200, failed: 0 });
  expect(station.spoken).toEqual(texts);
  expect(cuts).toBeGreaterThan(20);
  const { requests } = await operators.status();
  expect(requests).toBeGreaterThan(200);
});
