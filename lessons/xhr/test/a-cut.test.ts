import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

test('a long poll that is cut loses nothing', async () => {
  const feed = createFeed();
  feed.close(); // stops its clock: `next()` alone moves it
  const { server, close } = createServer({ feed });
  closing.push(close);
  const { origin } = await listen(server);
  const poll = () => fetch(`${origin}/updates?after=${feed.run}-0`);

  const first = poll();
  const [{ socket }] = await once(server, 'request');
  socket.destroy(); // the cut
  await expect(first).rejects.toThrow('fetch failed');

  const update = feed.next();
  expect(await (await poll()).json()).toEqual([update]);
});
