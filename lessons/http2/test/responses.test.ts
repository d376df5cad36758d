import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import {
  constants,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
} from 'node:http2';
import { get, request as askByHttp1 } from 'node:https';
import type { Socket } from 'node:net';
import { ask, nodeClient } from './clients.ts';
import { board, closeAll, start } from './start.ts';

afterEach(closeAll);

describe('the event stream', () => {
  test('says what it is, who one is, and then the board', async () => {
    const { feed, port } = await start({ http1: 'https://127.0.0.1:1' });
    const { session } = await nodeClient(port);
    const events = session.request({ ':path': '/events' });
    const [head] = (await once(events, 'response')) as [IncomingHttpHeaders];
    expect(head).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    let text = '';
    events.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    while (!text.endsWith(']}\n\n')) await once(events, 'data');
    const hello = { staff: false, rate: 'night', http1: 'https://127.0.0.1:1' };
    expect(text).toBe(
      `: new stream\n\nevent: hello\nretry: 1000\ndata: ${JSON.stringify(hello)}\n\n` +
        `event: snapshot\nid: ${feed.run}-0\n` +
        `data: ${JSON.stringify(feed.snapshot().data)}\n\n`,
    );
    session.destroy();
  });

  test('that nobody reads is ended; the connection lives on', async () => {
    const buffer = 65_536;
    const { feed, port, server } = await start({ buffer });
    const { session } = await nodeClient(port);
    const asked = once(server, 'request');
    const events = session.request({ ':path': '/events' });
    const [, response] = (await asked) as [unknown, Http2ServerResponse];
    // It reads neither the headers nor what follows.
    const ended = new Promise((tell) => events.on('close', tell));
    events.on('error', () => {}).pause();
    let most = 0;
    for (let n = 0; n < 10_000 && !response.stream.destroyed; n += 1) {
      most = Math.max(most, response.writableLength);
      feed.next();
    }
    expect(response.stream.destroyed).toBe(true);
    expect(most).toBeLessThanOrEqual(buffer);
    events.resume();
    await ended;
    expect(events.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect(feed.listenerCount('update')).toBe(0);
    expect((await ask(session, board(1, 0))).headers[':status']).toBe(200);
    session.close();
  });
});

test('a dictation is lines of JSON, and for nobody to transform', async () => {
  const { port } = await start();
  const { session } = await nodeClient(port);
  const asked = { ':path': '/dictation', ':method': 'POST' };
  const { headers, text } = await ask(session, asked, 'Zug');
  expect(headers).toMatchObject({
    'content-type': 'application/jsonl',
    'cache-control': 'no-store, no-transform',
  });
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).heard)).toEqual(['', 'Zug']);
  session.close();
});

test('the timetable is lines of JSON, from the first day on', async () => {
  const { port } = await start();
  const { session } = await nodeClient(port);
  const stream = session.request({ ':path': '/timetable' });
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  expect(head['content-type']).toBe('application/jsonl');
  stream.setEncoding('utf8');
  let text = '';
  while (!text.includes('\n')) text += String((await once(stream, 'data'))[0]);
  const [line] = text.split('\n');
  expect(JSON.parse(line!)).toMatchObject({
    day: 1,
    board: { station: 'Aarau' },
  });
  session.destroy();
});

test('traffic counts every connection, also after its end', async () => {
  const { port, server } = await start();
  const { session } = await nodeClient(port);
  const traffic = async () => {
    const { text } = await ask(session, { ':path': '/traffic' });
    return JSON.parse(text);
  };
  const before = await traffic();
  expect(before).toMatchObject({
    h2: { connections: 1 },
    http1: { connections: 0, received: 0, sent: 0 },
  });
  const connected = once(server, 'connection');
  const other = await nodeClient(port);
  const [socket] = (await connected) as [Socket];
  const ended = once(socket, 'close');
  const { text } = await ask(other.session, board(1, 0));
  other.session.close();
  await ended;
  const { h2 } = await traffic();
  expect(h2.connections).toBe(2);
  expect(h2.received).toBeGreaterThan(before.h2.received + socket.bytesRead);
  expect(h2.sent).toBeGreaterThan(before.h2.sent + socket.bytesWritten);
  expect(socket.bytesWritten).toBeGreaterThan(text.length);
  session.close();
});

test('a hint comes before the page, and names what the page then wants', async () => {
  const { port } = await start();
  const { session } = await nodeClient(port);
  const hinted: IncomingHttpHeaders[] = [];
  const visit = async () => {
    const stream = session.request({ ':path': '/hints' });
    stream.on('headers', (head) => hinted.push(head));
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    const early = hinted.length;
    let text = '';
    for await (const piece of stream.setEncoding('utf8')) text += piece;
    return { head, early, text };
  };
  const visits = await Promise.all([visit(), visit()]);
  expect(hinted.map((head) => head[':status'])).toEqual([103, 103]);
  const links = hinted.map(({ link }) => String(link));
  expect(new Set(links).size).toBe(2);
  for (const [at, { head, early, text }] of visits.entries()) {
    expect(early).toBeGreaterThan(at);
    expect(head).toMatchObject({
      ':status': 200,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    });
    const [, style] = /<(.+)>; rel=preload; as=style/.exec(links[at]!)!;
    expect(text).toContain(`<link rel="stylesheet" href="${style}"`);
    // Kept for a while, or a browser would ask once more.
    const asked = await ask(session, { ':path': style! });
    expect(asked.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'max-age=60',
    });
    expect(asked.text).toContain('{');
  }
  session.close();
});

test('over HTTP/1.1 no hint comes: some proxy could take it for the page', async () => {
  const { port } = await start();
  const url = `https://127.0.0.1:${port}/hints`;
  const asked = get(url, { agent: false, rejectUnauthorized: false });
  let hints = 0;
  asked.on('information', () => (hints += 1));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  expect([response.statusCode, hints]).toEqual([200, 0]);
});

test('the response to PUT /goaway has no body', async () => {
  const { port, http1 } = await start();
  const { session } = await nodeClient(port);
  const asked = { ':path': '/goaway', ':method': 'PUT' };
  expect((await ask(session, asked)).headers[':status']).toBe(204);
  const old = askByHttp1({
    host: '127.0.0.1',
    port: http1,
    method: 'PUT',
    path: '/goaway',
    headers: { Connection: 'keep-alive' },
    rejectUnauthorized: false,
  }).end();
  const [response] = (await once(old, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(204);
  expect(response.headers.connection).toBe('close');
  response.resume();
});
