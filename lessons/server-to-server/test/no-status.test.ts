import { expect, test } from '@jest/globals';
import { createServer as createTcpServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { fileToTry } from '@on-the-wire/course/exercise/answers/try-answer.ts';
import { findExercise } from '@on-the-wire/course/exercise/exercises.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closing, startSwitching } from './acts.ts';

const answers = [
  'solution',
  'right/a-signal',
  'right/only-its-own-origin',
  'right/the-package',
];

test.each(answers)(
  'what is no status code ends no gateway of exercise 4: %s',
  async (name) => {
    const behind = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 042 Odd\r\nContent-Length: 0\r\n\r\n');
    });
    closing.push(() => behind.close());
    const { origin: upstream } = await listen(behind);
    const file = fileToTry(findExercise(['server-to-server/4']), `${name}.ts`);
    const { createServer } = (await import(pathToFileURL(file).href)) as {
      createServer(options: object): Lesson;
    };
    const gateway = createServer({ upstream, timeoutMs: 60_000 });
    closing.push(gateway.close);
    const { origin } = await listen(gateway.server);
    for (let n = 0; n < 2; n += 1)
      expect((await fetch(`${origin}/board`)).status).toBe(502);
  },
);

test.each([
  'solution',
  'right/one-signal',
  'right/race-and-abort',
  'right/with-the-lessons-request',
])(
  'a 101 that nobody asked for lets nobody wait in exercise 1: %s',
  async (name) => {
    const origin = await startSwitching();
    const file = fileToTry(findExercise(['server-to-server/1']), `${name}.ts`);
    const { request } = (await import(pathToFileURL(file).href)) as {
      request(url: string, options: object): Promise<unknown>;
    };
    const options = { timeoutMs: 1_000, tries: 1, pause: 0 };
    const failure = { message: expect.any(String) };
    await expect(request(origin, options)).rejects.toMatchObject(failure);
  },
);
