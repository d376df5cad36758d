/** A model's answer: what is on the wire, and what ends it. */
import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { withoutChunks } from '@on-the-wire/testing/without-chunks.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

/** Starts the lesson; its board stands still, and its model hurries. */
async function start({ pace = 0, grace = 60_000 } = {}) {
  const feed = createFeed({ rate: 'night', seed: 'answers' });
  feed.close();
  const lesson = createServer({ feed, pace, grace });
  closing.push(lesson.close);
  const { port, origin } = await listen(lesson.server);
  return { feed, port, origin, ...lesson };
}

const bodyOf = (content: string, more: object = {}) =>
  JSON.stringify({
    model: 'timetable-1',
    stream: true,
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content },
    ],
    ...more,
  });

/** Asks over a connection of its own, of which the test sees every byte. */
async function ask(port: number, content = 'Which trains leave next?') {
  const client = await rawClient(port);
  const body = bodyOf(content);
  client.send(
    'POST /v1/chat/completions HTTP/1.1\r\nHost: model\r\n' +
      'Content-Type: application/json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const begun = await client.until(/id: (\w{5})-1\n[^]*?\n\n/);
  const [, id] = /id: (\w{5})-1\n/.exec(begun)!;
  return { client, id: id! };
}

/** Goes on with an answer, as a page does that was loaded again. */
async function resume(port: number, id: string, lastId?: string) {
  const client = await rawClient(port);
  client.send(
    `GET /answers/${id} HTTP/1.1\r\nHost: model\r\n` +
      (lastId === undefined ? '' : `Last-Event-ID: ${lastId}\r\n`) +
      '\r\n',
  );
  return client;
}

const stop = (origin: string, id: string) =>
  fetch(`${origin}/answers/${id}`, { method: 'DELETE' });

/** The last chunk, which ends a body (RFC 9112, 7.1). */
const lastChunk = '\r\n0\r\n\r\n';

const body = (received: string) => {
  const whole = withoutChunks(received);
  return Buffer.from(
    whole.slice(whole.indexOf('\r\n\r\n') + 4),
    'latin1',
  ).toString();
};

/** The tokens of an event stream, joined, and the numbers of their ids. */
function readAll(text: string) {
  const events = text
    .split('\n\n')
    .filter((event) => event.includes('"delta"'));
  const numbers = events.map((event) =>
    Number(/^id: \w+-(\d+)$/m.exec(event)![1]),
  );
  const deltas = events.map(
    (event) => JSON.parse(/^data: (.*)$/m.exec(event)![1]!).choices[0].delta,
  );
  return {
    numbers,
    answer: deltas.map(({ content = '' }) => content).join(''),
  };
}

const error = (code: string, type: string, message: string) =>
  `data: {"error":{"message":"${message}","type":"${type}","code":"${code}"}}\n\n`;

describe('the bytes', () => {
  test('of an answer: a comment, a token an event, why it ends, [DONE]', async () => {
    const { feed, port } = await start();
    const [row] = feed.snapshot().data.departures;
    const { client, id } = await ask(port, `And the ${row!.train}?`);
    await client.until(lastChunk);
    const received = withoutChunks(client.received).replace(
      /"created":\d{10},/g,
      '"created":1796000000,',
    );
    const event = (n: number, delta: string, reason = 'null') =>
      `id: ${id}-${n}\n` +
      `data: {"id":"${id}","object":"chat.completion.chunk",` +
      '"created":1796000000,"model":"timetable-1","choices":' +
      `[{"index":0,"delta":${delta},"finish_reason":${reason}}]}\n\n`;
    const { numbers, answer } = readAll(body(client.received));
    const tokens = answer.match(/\S{1,5}\s*/gu)!;
    expect(numbers).toEqual(
      [...tokens.keys(), tokens.length].map((n) => n + 1),
    );
    expect(answer).toBe(
      `The ${row!.train} to ${row!.to} leaves at ${row!.due} ` +
        `from platform ${row!.platform}, on time.\nHave a good journey!`,
    );
    expect(
      Buffer.from(received, 'latin1')
        .toString()
        .replace(/^Date: .*\r\n/m, ''),
    ).toBe(
      'HTTP/1.1 200 OK\r\n' +
        'X-Powered-By: Express\r\n' +
        'Cache-Control: no-cache, no-transform\r\n' +
        'Content-Type: text/event-stream\r\n' +
        'X-Accel-Buffering: no\r\n' +
        'Connection: keep-alive\r\n' +
        'Keep-Alive: timeout=5\r\n' +
        'Transfer-Encoding: chunked\r\n' +
        '\r\n' +
        ': new answer\n\n' +
        event(1, '{"role":"assistant","content":"The "}') +
        tokens
          .slice(1)
          .map((content, n) => event(n + 2, JSON.stringify({ content })))
          .join('') +
        event(tokens.length + 1, '{}', '"stop"') +
        'data: [DONE]\n\n',
    );
  });

  test('of a failure after the 200: what came, an error, and no [DONE]', async () => {
    const { port } = await start();
    const { client } = await ask(port, 'Overload, please');
    await client.until(lastChunk);
    const text = body(client.received);
    expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(readAll(text).numbers).toHaveLength(12);
    expect(text.slice(text.lastIndexOf('data: '))).toBe(
      error('overloaded', 'server_error', 'The model is overloaded.'),
    );
    expect(text).not.toContain('finish_reason":"stop"');
  });
});

describe('a reader that is cut off', () => {
  test('goes on after each event that it may have seen, with nothing lost or doubled', async () => {
    const { port } = await start();
    const { client, id } = await ask(port);
    await client.until(lastChunk);
    const whole = body(client.received);
    const { numbers } = readAll(whole);
    expect(numbers.length).toBeGreaterThan(80);
    for (const n of [0, 1, 7, numbers.length - 1, numbers.length]) {
      const again = await resume(port, id, `${id}-${n}`);
      await again.until(lastChunk);
      const after = whole.indexOf(`id: ${id}-${n + 1}\n`);
      const rest = after < 0 ? 'data: [DONE]\n\n' : whole.slice(after);
      expect(body(again.received)).toBe(
        `: ${n === 0 ? 'new answer' : 'resumed'}\n\n${rest}`,
      );
    }
  });

  test('gets the tokens of the meantime, and then those to come', async () => {
    const { port } = await start({ pace: 2 });
    const { client, id } = await ask(port);
    client.socket.destroy();
    const seen = await resume(port, id, `${id}-1`);
    await seen.until(/-\d+\n[^]*-\d+\n/);
    seen.socket.destroy();
    await seen.closed;
    const first = body(
      seen.received.slice(0, seen.received.lastIndexOf('\n\n') + 2),
    );
    const { numbers } = readAll(first);
    const last = numbers.at(-1)!;
    const rest = await resume(port, id, `${id}-${last}`);
    await rest.until(lastChunk);
    const more = readAll(body(rest.received));
    const all = [1, ...numbers, ...more.numbers];
    expect(all).toEqual(all.map((_, n) => n + 1));
    expect(body(rest.received)).toMatch(
      /"finish_reason":"stop"}\]}\n\ndata: \[DONE\]\n\n$/,
    );
  });

  test.each(['k3x9a-1', '1', '-1', '', 'ID-99', 'ID-1x', 'ID--1'])(
    'is refused when it goes on after %j, of which nothing is known',
    async (lastId) => {
      const { port, origin } = await start();
      const { client, id } = await ask(port, 'And the overload?');
      await client.until(lastChunk);
      const response = await fetch(`${origin}/answers/${id}`, {
        headers: { 'Last-Event-ID': lastId.replace('ID', id) },
      });
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(/^This answer has no event/);
    },
  );

  test('gets 404 for an answer that is not known', async () => {
    const { port, origin } = await start();
    const client = await resume(port, 'k3x9a', 'k3x9a-7');
    await client.until('This answer is not known here.');
    expect(client.received).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect((await stop(origin, 'k3x9a')).status).toBe(404);
  });
});

describe('the model stops', () => {
  test('when it is told to, and whoever still reads is told', async () => {
    const { port, origin } = await start({ pace: 20 });
    const { client, id } = await ask(port);
    const other = await resume(port, id);
    await other.until(`id: ${id}-2\n`);
    const response = await stop(origin, id);
    expect(response.status).toBe(204);
    for (const reader of [client, other]) {
      await reader.until(lastChunk);
      expect(body(reader.received)).toContain(
        error('cancelled', 'request_error', 'The answer was stopped.'),
      );
      expect(reader.received).not.toContain('[DONE]');
    }
    expect((await stop(origin, id)).status).toBe(204); // twice is no error
    const later = await resume(port, id, `${id}-1`);
    await later.until(lastChunk);
    const { numbers } = readAll(body(later.received));
    expect(numbers.length).toBeLessThan(60);
    expect(body(later.received)).toContain('"code":"cancelled"');
  });

  test('some time after its last reader has left, and not before', async () => {
    // A second: a busy machine may take that long to let the next one in.
    const { port } = await start({ pace: 40, grace: 1_000 });
    const { client, id } = await ask(port);
    const other = await resume(port, id);
    await other.until('new answer\n\n');
    client.socket.destroy();
    // The other one reads on, for longer than the grace.
    await other.until(`id: ${id}-40\n`);
    other.socket.destroy();
    const again = await resume(port, id);
    await again.until(`id: ${id}-50\n`);
    again.socket.destroy();
    // To look is to read: the test leaves again, for longer than the grace.
    let end = '';
    while (!end.includes('"error"')) {
      await new Promise((looksAgain) => setTimeout(looksAgain, 1_200));
      const late = await resume(port, id, `${id}-50`);
      await late.until('resumed\n\n');
      end = await late.until(/\n\n\r\n(?:0\r\n\r\n)?$/);
      late.socket.destroy();
      expect(end).not.toContain('[DONE]');
    }
    expect(withoutChunks(end)).toContain(
      error('abandoned', 'request_error', 'Nobody read the answer.'),
    );
  });

  test('if its reader has left before its question was unpacked', async () => {
    const { feed, origin, port, server } = await start({
      pace: 600_000,
      grace: 0,
    });
    const begun: object[] = [];
    const { snapshot } = feed;
    feed.snapshot = () => {
      const board = snapshot.call(feed);
      begun.push(board);
      return board;
    };
    const packed = gzipSync(bodyOf('Which trains leave next?'));
    const head =
      'POST /v1/chat/completions HTTP/1.1\r\nHost: model\r\n' +
      'Content-Type: application/json\r\nContent-Encoding: gzip\r\n' +
      `Content-Length: ${packed.length}\r\n\r\n`;
    // It answers no more than 20 at a time.
    while (begun.length < 20) {
      const client = await rawClient(port);
      server.once('request', () => client.socket.resetAndDestroy());
      client.send(head + packed.toString('latin1'));
      await client.closed;
    }
    const post = () =>
      fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: bodyOf('And now?'),
      });
    let response = await post();
    while (response.status === 503) response = await post();
    expect(response.status).toBe(200);
    await response.body!.cancel();
  });

  test('when the lesson is closed: no timer and no socket is left', async () => {
    const { port, close } = await start({ pace: 1_000 });
    const clients = [1, 2, 3, 4, 5].map(() => rawClient(port));
    const text = bodyOf('Which trains leave next?');
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
        .length;
    for (const client of await Promise.all(clients)) {
      client.send(
        'POST /v1/chat/completions HTTP/1.1\r\nHost: model\r\n' +
          'Content-Type: application/json\r\n' +
          `Content-Length: ${text.length}\r\n\r\n${text}`,
      );
      await client.until(': new answer\n\n');
    }
    const busy = timers();
    await close();
    for (const client of await Promise.all(clients)) {
      await client.closed;
      expect(client.received).not.toContain(lastChunk);
    }
    // One for each; others of the process come and go beside them.
    expect(busy - timers()).toBeGreaterThan(2);
    await close(); // twice is no error
  });
});

describe('what it refuses', () => {
  const post = (origin: string, text: string) =>
    fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: text,
    });

  test.each<[what: string, text: string, status: number, say: RegExp]>([
    ['half a text', '{"model":', 400, /JSON/],
    ['no model', '[]', 400, /^model: expected a name/],
    ['a number for a model', bodyOf('Hello', { model: 7 }), 400, /^model/],
    ['a line end in it', bodyOf('Hello', { model: 'a\nb' }), 400, /^model/],
    ['no stream', bodyOf('Hello', { stream: false }), 400, /^stream/],
    ['no question', bodyOf(''), 400, /^messages/],
    ['a long question', bodyOf('x'.repeat(1_001)), 400, /1000 characters/],
    ['no list', bodyOf('Hello', { messages: 'Hello' }), 400, /^messages/],
    ['no messages', bodyOf('Hello', { messages: [null] }), 400, /^messages/],
    ['a large body', bodyOf('x'.repeat(200_000)), 413, /large/],
  ])('%s', async (_what, text, status, say) => {
    const { origin } = await start();
    const response = await post(origin, text);
    expect(response.status).toBe(status);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/);
    expect(await response.text()).toMatch(say);
  });

  test('a question while it answers 20 others', async () => {
    const { origin } = await start({ pace: 1_000 });
    for (let n = 0; n < 20; n++)
      expect((await post(origin, bodyOf('Hello'))).status).toBe(200);
    const refused = await post(origin, bodyOf('Hello'));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('2');
    expect(await refused.text()).toBe('The model writes 20 answers already.');
  });

  test('to go on with an answer before the last 20', async () => {
    const { port, origin } = await start();
    const ids: string[] = [];
    for (let n = 0; n < 21; n++) {
      const { client, id } = await ask(port, 'Overload');
      await client.until(lastChunk);
      ids.push(id);
    }
    const found = [];
    for (const id of ids)
      found.push((await fetch(`${origin}/answers/${id}`)).status);
    expect(found).toEqual([404, ...Array.from({ length: 20 }, () => 200)]);
  });
});
