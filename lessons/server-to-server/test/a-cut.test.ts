import { expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { createServer } from '../station.ts';

const closing = closingAfterEach();

test('an announcement whose response is lost is spoken once', async () => {
  const feed = createFeed();
  feed.close(); // stops its clock
  const { server, close } = createServer({ feed, speaking: 0 });
  closing.push(close);
  const { origin } = await listen(server);
  let spoken = 0;
  feed.on('update', () => (spoken += 1));
  const headers = { 'Idempotency-Key': '7', 'Content-Type': 'text/plain' };
  const init = { method: 'POST', headers, body: 'Platform 4' };
  const announce = () => fetch(`${origin}/announcements`, init);

  // Spoken, and cut before the response.
  server.once('request', ({ socket }) => {
    feed.once('update', () => socket.destroy());
  });
  await expect(announce()).rejects.toThrow('fetch failed');

  expect((await announce()).status).toBe(201);
  expect(spoken).toBe(1);
});
