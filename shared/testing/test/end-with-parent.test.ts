import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const module = new URL('../end-with-parent.ts', import.meta.url).href;

/** A process with a channel to this one, as jest's workers have. */
function startWorker(code: string) {
  return spawn(process.execPath, ['--import', module, '--eval', code], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

test('a worker that holds a socket ends when its channel closes', async () => {
  const worker = startWorker(
    `net.createServer().listen(0, '127.0.0.1', () => process.send('listens'))`,
  );
  await once(worker, 'message');
  worker.disconnect();
  expect(await once(worker, 'exit')).toEqual([0, null]);
});

test('a worker with nothing left to do ends by itself', async () => {
  const worker = startWorker('0');
  expect(await once(worker, 'exit')).toEqual([0, null]);
});
