import { expect, test } from '@jest/globals';
import { tapBefore } from '@on-the-wire/testing/behind-tap.ts';
import { closing, openClient, start } from './clients.ts';

test('Two hundred who come at once, behind a tap, all hear each update', async () => {
  const { feed, port } = await start();
  const tap = await tapBefore(port);
  closing.push(tap.close);
  const clients = await Promise.all(
    Array.from({ length: 200 }, () => openClient(tap.port)),
  );
  // Until the board has come, an update would be in it.
  for (const client of clients)
    await client.until(() => client.texts.length === 2);
  for (let n = 0; n < 3; n++) feed.next();
  for (const client of clients) {
    await client.until(() => client.numbers().length === 3);
    expect(client.numbers()).toEqual([1, 2, 3]);
  }
});
