import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { constants } from 'node:os';
import { spawn } from '@on-the-wire/system/programs/start.ts';

const module = new URL('../jest-ends.ts', import.meta.url).href;

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

// Windows has no signals: there it ends at once, whatever there is to say.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('a signal ends it, whoever else has heard it', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', async (signal) => {
    // As a browser's opener does: it hears the signal, and goes on.
    const worker = startWorker(
      `process.on('${signal}', () => {}); setInterval(() => {}, 1000); process.send('runs')`,
    );
    await once(worker, 'message');
    worker.kill(signal);
    const code = 128 + constants.signals[signal];
    expect(await once(worker, 'exit')).toEqual([code, null]);
  });
});
