import { expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import { createServer } from '../server.ts';

test('Two hundred readers that come at once, behind a tap, all get each update', async () => {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const { server, close } = createServer({ feed });
  const tap = await listenBehindTap(server);
  const readers = await Promise.all(
    Array.from({ length: 200 }, () => EventReader.open(tap.port)),
  );
  // Until the board has come, an update would be in it.
  for (const reader of readers)
    await reader.until((read) => read.of('snapshot').length === 1);
  for (let n = 0; n < 3; n++) feed.next();
  for (const reader of readers) {
    await reader.until(({ numbers }) => numbers.length === 3);
    expect(reader.numbers).toEqual([1, 2, 3]);
    reader.leave();
  }
  await tap.close();
  await close();
});
