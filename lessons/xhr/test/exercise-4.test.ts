import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { fileToTry } from '@on-the-wire/course/exercise/answers/try-answer.ts';
import { findExercise } from '@on-the-wire/course/exercise/exercises.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { startServer } from '@on-the-wire/testing/start-server.ts';

test.each(['exercise', 'solution', 'right/awaits', 'right/one-listener'])(
  'a target that is no URL ends no server of exercise 4: %s',
  async (name) => {
    const file = fileToTry(findExercise(['xhr/4']), `${name}.ts`);
    const { port, stop } = await startServer(pathToFileURL(file));
    try {
      for (let n = 0; n < 2; n += 1) {
        const client = await rawClient(port);
        client.send('GET //[?after= HTTP/1.1\r\nHost: x\r\n\r\n');
        // The given code waits for news: what is no request gets a response.
        client.send('BYE\r\n\r\n');
        await client.closed;
        expect(client.received).toMatch(/^HTTP\/1\.1 (?:200|400) /);
      }
    } finally {
      await stop();
    }
  },
);
