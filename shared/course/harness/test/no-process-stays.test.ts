import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { isFree } from '@on-the-wire/system/ports.ts';
import { portsFor, scratch } from './scratch-lesson.ts';

const { tree, root, lesson, remove } = scratch();
const door = createServer();
// Only where a test has failed is any of them still there.
const cleanUp: (() => unknown)[] = [remove, () => door.close()];
afterAll(() => {
  for (const action of cleanUp) action();
});

// A server that says who started it. Spoken to, it first starts a program
// that connects to the port it was told, and then is busy for ever.
const server = `
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

createServer((socket) => {
  socket.write(\`\${process.ppid}.\`);
  socket.once('data', (port) => {
    spawn(process.execPath, ['-e', \`require('net').connect(\${port})\`]);
    while (true);
  });
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('up'));
`;
lesson('calm', { 'smallest.ts': server });
lesson('deaf', { 'smallest.ts': `process.on('SIGTERM', () => {});${server}` });

const script = fileURLToPath(new URL('run-scratch-lesson.ts', import.meta.url));

/** Starts a lesson with `pnpm lesson`, and connects to its server. */
async function start(name: string) {
  const port = await portsFor(4);
  const words = [process.execPath, script, root, name, port];
  const lessonScript = words.map((word) => `"${word}"`).join(' ');
  writeFileSync(
    join(tree, 'package.json'),
    JSON.stringify({ private: true, scripts: { lesson: lessonScript } }),
  );
  const pnpm = spawn('pnpm', ['lesson'], {
    cwd: tree,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  cleanUp.push(() => pnpm.kill('SIGKILL'));
  const exit = once(pnpm, 'exit') as Promise<[number | null, string | null]>;
  // It closes when nobody of pnpm and the harness holds the other end.
  const silence = once(pnpm.stdout, 'close');
  const lines = createInterface({ input: pnpm.stdout });
  for await (const line of lines)
    if (stripVTControlCharacters(line) === `${name}   │ up`) break;
  pnpm.stdout.resume();
  const client = await rawClient(port + 1);
  cleanUp.push(() => client.socket.destroy());
  const harness = Number.parseInt(await client.until('.'), 10);

  /** Waits until all is over, and says how pnpm ended. */
  async function over() {
    await Promise.all([silence, client.closed]);
    // The system closes a dying process's sockets one by one.
    while (!(await isFree(port + 1))) await after(10);
    return exit;
  }
  return { pnpm: pnpm.pid!, harness, client, over };
}

// On Windows there are no signals: there, closing the window ends them all.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('No process stays and no port is taken', () => {
  test('after Ctrl+C, which is no failure', async () => {
    const { pnpm, over } = await start('calm');
    process.kill(-pnpm, 'SIGINT');
    expect(await over()).toEqual([0, null]);
  });

  test.each([
    ['SIGTERM', 'pnpm'],
    ['SIGHUP', 'pnpm'],
    ['SIGKILL', 'pnpm'],
  ] as const)('after %s to %s', async (signal, whom) => {
    const started = await start('calm');
    process.kill(started[whom], signal);
    await started.over();
  });

  test('after SIGINT, where the lesson does not listen to SIGTERM', async () => {
    const { pnpm, over } = await start('deaf');
    process.kill(pnpm, 'SIGINT');
    expect(await over()).toEqual([0, null]);
  });

  test('after SIGKILL of the harness, not even a busy one and its child', async () => {
    const { harness, client, over } = await start('calm');
    const { port } = await listen(door);
    client.send(`${port}`);
    const [child] = await once(door, 'connection');
    cleanUp.push(() => child.destroy());
    process.kill(harness, 'SIGKILL');
    await once(child.resume(), 'close');
    await over();
  });
});
