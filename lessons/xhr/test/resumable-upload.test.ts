/** The server's part of an upload that is resumed, byte by byte. */
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  const lesson = createServer({ feed, ...options });
  closing.push(lesson.close);
  const { port, origin } = await listen(lesson.server);
  const send = async (text: string) => {
    const client = await rawClient(port);
    client.send(text);
    return client;
  };
  const make = async (length = 10) => {
    const response = await fetch(`${origin}/recordings`, {
      method: 'POST',
      headers: { 'Upload-Complete': '?0', 'Upload-Length': `${length}` },
    });
    return new URL(response.headers.get('Location')!, origin);
  };
  return { origin, server: lesson.server, send, make };
}

const text = (first: string, ...lines: string[]) =>
  [`${first} HTTP/1.1`, 'Host: board', ...lines, '', ''].join('\r\n');
const sameEachTime = (received: string) =>
  received
    .replaceAll(/^Date: .*(?=\r$)/gm, 'Date: *')
    .replaceAll(/uploads\/[\da-f-]{36}/g, 'uploads/ID');
const partial = {
  'Content-Type': 'application/partial-upload',
  'Upload-Complete': '?1',
};
const patch = (url: URL, offset: number, body: string, more = {}) =>
  fetch(url, {
    method: 'PATCH',
    headers: { ...partial, 'Upload-Offset': `${offset}`, ...more },
    body,
  });
const head = async (url: URL) => {
  const { status, headers } = await fetch(url, { method: 'HEAD' });
  const of = (name: string) => headers.get(`Upload-${name}`);
  return [status, of('Offset'), of('Complete'), of('Length')];
};
const sha256 = (body: string) =>
  createHash('sha256').update(body).digest('hex');

/** Begins to append, and is cut after these bytes. */
async function cutAfter(
  { server, send }: Awaited<ReturnType<typeof start>>,
  url: URL,
  bytes: string,
) {
  const arrived = once(server, 'request');
  const client = await send(
    text(
      `PATCH ${url.pathname}`,
      'Content-Type: application/partial-upload',
      'Upload-Complete: ?1',
      'Upload-Offset: 0',
      'Content-Length: 10',
    ) + bytes,
  );
  const [request, response] = await arrived;
  if (request.readableFlowing === null) await once(request, 'data');
  const closed = once(response, 'close');
  client.socket.resetAndDestroy();
  await closed;
}

test('it begins with these bytes, the interim response before the final one', async () => {
  const { send } = await start({ largest: 1000 });
  const client = await send(
    text(
      'POST /recordings',
      'Upload-Complete: ?0',
      'Upload-Length: 10',
      'Upload-Draft-Interop-Version: 8',
      'Content-Length: 0',
    ),
  );
  await client.until('Content-Length: 0\r\n\r\n');
  expect(sameEachTime(client.received)).toBe(
    [
      'HTTP/1.1 104 Upload Resumption Supported',
      'Location: /recordings/uploads/ID',
      'Upload-Limit: max-size=1000, max-age=3600',
      'Upload-Draft-Interop-Version: 8',
      '',
      'HTTP/1.1 201 Created',
      'X-Powered-By: Express',
      'Cache-Control: no-store',
      'Location: /recordings/uploads/ID',
      'Upload-Limit: max-size=1000, max-age=3600',
      'Upload-Complete: ?0',
      'Upload-Offset: 0',
      'Date: *',
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
});

test('an older client, and one of another version, gets no 104', async () => {
  const { send } = await start();
  for (const more of [[], ['Upload-Draft-Interop-Version: 7']]) {
    const client = await send(
      text(
        'POST /recordings',
        'Upload-Complete: ?0',
        'Content-Length: 0',
        ...more,
      ),
    );
    await client.until('\r\n\r\n');
    expect(client.received).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
  }
});

test('over HTTP/1.0, which has no interim responses, there is no 104', async () => {
  const { send } = await start();
  const client = await send(
    text(
      'POST /recordings',
      'Upload-Complete: ?0',
      'Upload-Draft-Interop-Version: 8',
      'Content-Length: 0',
    ).replace('HTTP/1.1', 'HTTP/1.0'),
  );
  await client.closed;
  expect(client.received).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
});

test('after a cut, HEAD says the offset, and PATCH goes on from there', async () => {
  const lesson = await start();
  const url = await lesson.make();
  await cutAfter(lesson, url, 'abcd');
  expect(await head(url)).toEqual([204, '4', '?0', '10']);
  const response = await patch(url, 4, 'efghij');
  expect([response.status, response.headers.get('Upload-Complete')]).toEqual([
    200,
    '?1',
  ]);
  const hash = sha256('abcdefghij');
  const whole = { received: 10, receivedInAll: 10, sha256: hash };
  expect(await response.json()).toEqual(whole);
  expect(await head(url)).toEqual([204, '10', '?1', '10']);
  // The response was lost: an empty PATCH brings it once more.
  expect(await (await patch(url, 10, '')).json()).toEqual(whole);
});

test('another offset gets 409, the right one, and the end of the connection', async () => {
  const lesson = await start();
  const url = await lesson.make();
  await cutAfter(lesson, url, 'abcd');
  // As a browser does it that sends the same once more.
  const response = await patch(url, 0, 'abcdefghij');
  const { status, headers } = response;
  expect([
    status,
    headers.get('Upload-Offset'),
    headers.get('Upload-Complete'),
    headers.get('Connection'),
    headers.get('Content-Type'),
  ]).toEqual([409, '4', '?0', 'close', 'application/problem+json']);
  expect(await response.json()).toEqual({
    type: 'https://iana.org/assignments/http-problem-types#mismatching-upload-offset',
    title: 'The offset of the request is not that of the upload.',
    'expected-offset': 4,
    'provided-offset': 0,
  });
  expect(await head(url)).toEqual([204, '4', '?0', '10']);
  // What was refused had been received all the same.
  const rest = await (await patch(url, 4, 'efghij')).json();
  expect(rest).toMatchObject({ received: 10, receivedInAll: 20 });
});

test('in parts, each says whether it is the last', async () => {
  const { make } = await start();
  const url = await make();
  const more = { 'Upload-Complete': '?0' };
  const first = await patch(url, 0, 'abc', more);
  expect([first.status, first.headers.get('Upload-Complete')]).toEqual([
    200,
    '?0',
  ]);
  expect(await head(url)).toEqual([204, '3', '?0', '10']);
  const last = await patch(url, 3, 'defghij');
  expect(await last.json()).toEqual({
    received: 10,
    receivedInAll: 10,
    sha256: sha256('abcdefghij'),
  });
});

test('whoever asks while it is sent ends that request: the offset stays true', async () => {
  const { make, send, server } = await start();
  const url = await make();
  const arrived = once(server, 'request');
  const client = await send(
    text(
      `PATCH ${url.pathname}`,
      'Content-Type: application/partial-upload',
      'Upload-Complete: ?1',
      'Upload-Offset: 0',
      'Content-Length: 10',
    ) + 'abc',
  );
  const [request] = await arrived;
  if (request.readableFlowing === null) await once(request, 'data');
  expect(await head(url)).toEqual([204, '3', '?0', '10']);
  await client.closed;
  expect((await patch(url, 3, 'defghij')).status).toBe(200);
});

test('every 4 MiB it tells a client that can hear it how much is here', async () => {
  const { make, send } = await start();
  const url = await make(9_000_000);
  const client = await send(
    text(
      `PATCH ${url.pathname}`,
      'Content-Type: application/partial-upload',
      'Upload-Complete: ?1',
      'Upload-Offset: 0',
      'Upload-Draft-Interop-Version: 8',
      'Content-Length: 9000000',
    ) + 'x'.repeat(9_000_000),
  );
  await client.until('"received":9000000');
  const offsets = [...client.received.matchAll(/ 104 [^]*?Offset: (\d+)/g)];
  expect(offsets).toHaveLength(2);
  const [first, second] = offsets.map(([, offset]) => Number(offset));
  expect(first).toBeGreaterThanOrEqual(4_194_304);
  expect(second).toBeGreaterThanOrEqual(2 * 4_194_304);
});

test('what is too long, or says two lengths, is refused', async () => {
  const { origin, make, send } = await start({ largest: 100 });
  const create = (headers: Record<string, string>, body?: string) =>
    fetch(`${origin}/recordings`, {
      method: 'POST',
      headers,
      body: body ?? null,
    });
  const large = await create({
    'Upload-Complete': '?0',
    'Upload-Length': '101',
  });
  expect([large.status, large.headers.get('Upload-Limit')]).toEqual([
    413,
    'max-size=100, max-age=3600',
  ]);
  const two = { 'Upload-Complete': '?1', 'Upload-Length': '4' };
  const told = await create(two, 'abc');
  expect([told.status, (await told.json()).type]).toEqual([
    400,
    'https://iana.org/assignments/http-problem-types#inconsistent-upload-length',
  ]);
  // In chunks, only what comes shows it: then the upload is void.
  const url = await make(4);
  const client = await send(
    text(
      `PATCH ${url.pathname}`,
      'Content-Type: application/partial-upload',
      'Upload-Complete: ?0',
      'Upload-Offset: 0',
      'Transfer-Encoding: chunked',
    ) + '5\r\nabcde\r\n',
  );
  await client.until('#inconsistent-upload-length');
  expect(await head(url)).toEqual([404, null, null, null]);
  // Shorter than it was said is not whole.
  const short = await make(10);
  expect((await patch(short, 0, 'abc')).status).toBe(400);
  expect(await head(short)).toEqual([204, '0', '?0', '10']);
  const chunks = await send(
    text(
      `PATCH ${short.pathname}`,
      'Content-Type: application/partial-upload',
      'Upload-Complete: ?1',
      'Upload-Offset: 0',
      'Transfer-Encoding: chunked',
    ) + '3\r\nabc\r\n0\r\n\r\n',
  );
  await chunks.until('#inconsistent-upload-length');
  expect(await head(short)).toEqual([204, '3', '?0', '10']);
});

test('what is not meant so is refused in words', async () => {
  const { origin, make } = await start();
  const url = await make();
  const tries: [string | URL, RequestInit, number, RegExp][] = [
    [`${origin}/recordings`, { method: 'POST' }, 400, /Upload-Complete/],
    [url, { method: 'PATCH', body: 'x' }, 415, /partial-upload/],
    [url, { method: 'PATCH', headers: partial }, 400, /Upload-Offset/],
    [url, { method: 'PUT', body: 'x' }, 405, /HEAD, PATCH or DELETE/],
    [`${url}0`, { method: 'DELETE' }, 404, /no such upload/],
  ];
  for (const [target, init, status, words] of tries) {
    const response = await fetch(target, init);
    expect([init.method, response.status]).toEqual([init.method, status]);
    expect(await response.text()).toMatch(words);
  }
  expect(await head(url)).toEqual([204, '0', '?0', '10']);
});

test('DELETE ends it; so do twenty others', async () => {
  const { make } = await start();
  const gone = await make();
  expect((await fetch(gone, { method: 'DELETE' })).status).toBe(204);
  expect((await head(gone))[0]).toBe(404);
  const first = await make();
  for (let n = 0; n < 19; n++) await make();
  expect((await head(first))[0]).toBe(204);
  await make();
  expect((await head(first))[0]).toBe(404);
});
