/** The test that the tutorial shows: a real server, a real cut, no sleep. */
import { expect, test } from '@jest/globals';
import type { Server } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/shared/testing/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

test('a reader that was cut off misses nothing', async () => {
  const feed = createFeed({ rate: 'night' });
  const { server, close } = createServer({ feed });
  closing.push(close); // after the test, even if it fails
  const { origin } = await listen(server); // port 0: any that is free
  const cut = await fetch(`${origin}/events`);
  (server as Server).closeAllConnections();
  await expect(cut.text()).rejects.toThrow('terminated');
  feed.announce('Nobody hears this.');
  const headers = { 'Last-Event-ID': `${feed.run}-0` };
  const resumed = await fetch(`${origin}/events`, { headers });
  feed.setRate('over'); // ends the response
  expect(await resumed.text()).toContain('Nobody hears this.');
});
