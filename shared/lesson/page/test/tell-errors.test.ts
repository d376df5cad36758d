import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import type { Request, Response } from '../exchange.ts';
import { readJson } from '../read-json.ts';
import { tellErrors } from '../tell-errors.ts';

const { error: print } = console;
const printed: unknown[] = [];
beforeEach(() => {
  printed.length = 0;
  console.error = (...values) => printed.push(...values);
});
const closing: (() => void)[] = [];
afterEach(() => {
  console.error = print;
  closing.splice(0).forEach((close) => close());
});

test('A fault of the server itself is printed, and not told', async () => {
  const server = createServer((request, response) =>
    tellErrors(new Error('the secret'), request, response),
  );
  closing.push(() => server.close());
  const { origin } = await listen(server);
  const answer = await fetch(origin);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret');
  expect(printed).toEqual([new Error('the secret')]);
});

test('A failure in the middle of a response resets it over HTTP/2', async () => {
  const server = createHttp2Server((request, response) => {
    response.write('half', () =>
      tellErrors(new Error('too late'), request, response),
    );
  });
  closing.push(() => server.close());
  const session = connect((await listen(server)).origin);
  closing.push(() => session.destroy());
  const stream = session.request();
  let ended = false;
  stream.on('end', () => (ended = true)).resume();
  const failed = new Promise((tell) => stream.on('error', tell));
  const closed = new Promise((tell) => stream.on('close', tell));
  await Promise.race([failed, closed]);
  expect([stream.rstCode, ended]).toEqual([2, false]);
});

/** What a handler meets that reads a body of which the end never comes. */
function cutShort() {
  let tell: (error: Error) => void;
  const met = new Promise<Error>((resolve) => (tell = resolve));
  const handle = async (request: Request, response: Response) => {
    try {
      await readJson(request, 'Read it', '{}');
    } catch (error) {
      tellErrors(error as Error, request, response);
      tell(error as Error);
    }
  };
  return { met, handle };
}

test('A client that leaves is no fault: over HTTP/1.1', async () => {
  const { met, handle } = cutShort();
  const server = createServer(handle);
  closing.push(() => server.close());
  const client = await rawClient((await listen(server)).port);
  client.send(
    'PUT / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'Content-Length: 9\r\n\r\n{"a',
  );
  await once(server, 'request');
  client.socket.destroy();
  expect(await met).toMatchObject({ code: 'ECONNRESET' });
  expect(printed).toEqual([]);
});

test('A client that leaves is no fault: over HTTP/2', async () => {
  const { met, handle } = cutShort();
  const server = createHttp2Server(handle);
  closing.push(() => server.close());
  const session = connect((await listen(server)).origin);
  session.on('error', () => {}); // it is reset
  const headers = { ':method': 'PUT', 'content-type': 'application/json' };
  const stream = session.request(headers, { endStream: false });
  stream.on('error', () => {}).write('{"a');
  await once(server, 'request');
  session.destroy();
  expect(await met).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  expect(printed).toEqual([]);
});
