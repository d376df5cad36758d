import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { fileToTry } from '@on-the-wire/course/exercise/answers/try-answer.ts';
import { findExercise } from '@on-the-wire/course/exercise/exercises.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { startServer } from '@on-the-wire/testing/start-server.ts';

const names = [
  'exercise',
  'solution',
  'right/hashed-once-more',
  'right/web-crypto',
];

test.each(names)(
  'a client that leaves in the middle of a message ends no server of exercise 3: %s',
  async (name) => {
    const file = fileToTry(findExercise(['server-to-server/3']), `${name}.ts`);
    const { port, stop } = await startServer(pathToFileURL(file));
    try {
      for (let n = 0; n < 3; n += 1) {
        const client = await rawClient(port);
        client.send('POST /letters HTTP/1.1\r\nHost: x\r\n');
        client.send('Expect: 100-continue\r\nContent-Length: 9\r\n\r\n{');
        await client.until('100 Continue');
        client.socket.destroy();
        await client.closed;
        const answer = await fetch(`http://127.0.0.1:${port}/letters`, {
          method: 'POST',
          body: 'x',
        });
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    } finally {
      await stop();
    }
  },
);
