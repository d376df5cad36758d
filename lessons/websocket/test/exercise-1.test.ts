import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { fileToTry } from '@on-the-wire/course/exercise/answers/try-answer.ts';
import { findExercise } from '@on-the-wire/course/exercise/exercises.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { startServer } from '@on-the-wire/testing/start-server.ts';

test.each(['solution', 'right/leaves-at-once', 'right/url-and-length'])(
  'a refused page that resets its connection ends no server: %s',
  async (name) => {
    const file = fileToTry(findExercise(['websocket/1']), `${name}.ts`);
    const { port, stop } = await startServer(pathToFileURL(file));
    try {
      for (let n = 0; n < 2; n += 1) {
        const client = await rawClient(port);
        client.socket.allowHalfOpen = true;
        client.send(
          'GET /track HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n' +
            'Upgrade: websocket\r\nOrigin: http://evil.example\r\n\r\n',
        );
        await client.until('HTTP/1.1 4');
        client.socket.resetAndDestroy();
        await client.closed;
        const { status } = await fetch(`http://127.0.0.1:${port}/`);
        expect(status).toBe(200);
      }
    } finally {
      await stop();
    }
  },
);
