import { on, once } from 'node:events';
import { expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { WebSocket } from 'ws';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

test('what a cut has kept back arrives afterwards', async () => {
  const feed = createFeed({ rate: 'over' });
  const { server, close } = createServer({ feed });
  closing.push(close);
  const { port } = await listen(server); // at port 0: any that is free
  const url = `ws://127.0.0.1:${port}/track?after=${feed.run}-0`;
  const client = new WebSocket(url, 'board.v1');
  await once(client, 'open');
  client.terminate(); // a cut: no close frame
  const missed = feed.next();
  const heard = on(new WebSocket(url, 'board.v1'), 'message');
  await heard.next(); // hello
  const { value } = await heard.next();
  expect(JSON.parse(value?.[0])).toEqual(missed);
});
