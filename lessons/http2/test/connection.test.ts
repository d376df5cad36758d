import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { constants, type Http2ServerRequest } from 'node:http2';
import { decodeSettings } from '../frame.ts';
import { ask, frameClient, get, nodeClient, request } from './clients.ts';
import { board, closeAll, start, timers } from './start.ts';

afterEach(closeAll);

describe('one connection', () => {
  test('carries a hundred slow boards at the same time', async () => {
    const { port, server } = await start();
    let connections = 0;
    server.on('session', () => (connections += 1));
    const { session } = await nodeClient(port);
    const began = performance.now();
    await ask(session, board(0, 100));
    expect(performance.now() - began).toBeGreaterThanOrEqual(99);
    // None waits for another: the server works on all of them at once.
    const before = timers();
    let asked = 0;
    const allAsked = new Promise<void>((all) =>
      server.on('request', () => (asked += 1) === 100 && all()),
    );
    const slow = Array.from({ length: 100 }, (_, station) =>
      session.request(board(station, 5_000)),
    );
    await allAsked;
    // Some timers are the runner's, and begin and end as they like.
    expect(timers() - before).toBeGreaterThan(90);
    for (const stream of slow) stream.close(constants.NGHTTP2_CANCEL);
    await Promise.all(slow.map((stream) => once(stream, 'close')));
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, station) =>
        ask(session, board(station, 1)),
      ),
    );
    expect(new Set(responses.map(({ text }) => text)).size).toBe(100);
    expect(connections).toBe(1);
    session.close();
  });

  test('says headers in full once, and then in a few bytes', async () => {
    const { port, server } = await start();
    server.prependListener('request', (_request, response) => {
      response.setHeader('Date', 'Thu, 01 Jan 2026 00:00:00 GMT');
    });
    const client = await nodeClient(port);
    const cookie = 'staff=8f14e45f-ceea-467e-9c37-2a5b1f0c7d11';
    const headers = { ...board(42, 0), 'user-agent': 'a browser', cookie };
    for (let i = 0; i < 3; i += 1) await ask(client.session, headers);
    const sizes = (frames: ReturnType<typeof client.sent>) =>
      frames
        .filter(({ type }) => type === 'HEADERS')
        .map(({ payload }) => 9 + payload.length);
    expect({
      up: sizes(client.sent()),
      down: sizes(client.received()),
    }).toEqual({
      up: [81, 34, 34],
      down: [74, 14, 14],
    });
    client.session.close();
  });

  test('begins with settings, and responds to a request with these frames', async () => {
    const { port } = await start();
    const client = await frameClient(port);
    client.greet();
    client.send(request(1, get('/board?station=7&wait=0')));
    const end = await client.until(
      ({ type, flags }) => type === 'DATA' && flags === 1,
    );
    const settings = decodeSettings(client.frames[0]!.payload);
    // MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE, ENABLE_CONNECT_PROTOCOL
    expect([3, 6, 8].map((id) => settings.get(id))).toEqual([128, 16_384, 1]);
    expect(client.frames.map(({ type }) => type)).toEqual([
      'SETTINGS',
      'SETTINGS', // acknowledges ours
      'HEADERS',
      'DATA',
      ...(end.payload.length === 0 ? ['DATA'] : []),
    ]);
    expect(client.frames[2]).toMatchObject({ flags: 4, stream: 1 });
    client.socket.destroy();
  });

  test('sends no more of a long response than the reader has room for', async () => {
    const { port, server } = await start();
    const asked = once(server, 'request');
    const client = await frameClient(port);
    client.greet();
    client.send(request(1, get('/timetable')));
    const [{ stream }] = (await asked) as [Http2ServerRequest];
    const data = () =>
      client.frames
        .filter(({ type }) => type === 'DATA')
        .reduce((sum, { payload }) => sum + payload.length, 0);
    // Another stream is not held up: small, and the window is its own … but
    // that of the connection is spent, so only its HEADERS can come.
    await client.until(() => data() === 65_535);
    client.send(request(3, get('/board?station=1&wait=0')));
    await client.until(
      ({ type, stream: id }) => type === 'HEADERS' && id === 3,
    );
    expect(data()).toBe(65_535);
    expect(stream.writableLength).toBeLessThan(65_536);
    // Room for both, in the connection and in stream 1: a thousand bytes.
    const more = Uint8Array.from([0, 0, 0x03, 0xe8]);
    for (const id of [0, 1])
      client.send({
        type: 'WINDOW_UPDATE',
        flags: 0,
        stream: id,
        payload: more,
      });
    await client.until(() => data() === 66_535);
    client.socket.destroy();
  });
});

test('responds while the request body is being sent: full duplex', async () => {
  const { port } = await start();
  const { session } = await nodeClient(port);
  const stream = session.request({ ':path': '/dictation', ':method': 'POST' });
  stream.setEncoding('utf8');
  const heard: string[] = [];
  const line = async () => {
    const [text] = (await once(stream, 'data')) as [string];
    heard.push(JSON.parse(text).heard);
  };
  // Each word is sent only when the response to the one before has come.
  await line();
  for (const word of ['Zürich,', 'platform', '7']) {
    stream.write(word);
    await line();
  }
  stream.end();
  await once(stream, 'close');
  expect(heard).toEqual(['', 'Zürich,', 'platform', '7']);
  session.close();
});
