import { once } from 'node:events';
import { get } from 'node:http';
import { afterAll, describe, expect, test } from '@jest/globals';
import { LessonServer } from '../lesson-server.ts';
import { honestServer, portsFor, scratch } from './scratch-lesson.ts';

const { lesson, remove } = scratch();
afterAll(remove);

describe("A lesson's server", () => {
  test('is restarted once for two saves at once, and then sends the new page', async () => {
    const { folder } = lesson('twice', { 'server.ts': honestServer });
    const port = await portsFor(6);
    const server = new LessonServer({
      folder,
      file: 'server.ts',
      port,
      flags: [],
      timeoutMs: 300_000,
    });
    const crashes: unknown[] = [];
    server.on('crash', (crash) => crashes.push(crash));
    const restarts: unknown[] = [];
    server.on('restarted', (files) => restarts.push(files));

    server.start();
    await once(server.state, 'change');
    expect(server.state.current.status).toBe('ready');
    server.save({ server: ['a.ts'], page: ['page/page.ts'], tutorial: [] });
    server.save({ server: ['b.ts'], page: [], tutorial: ['README.md'] });
    expect(server.state.current).toEqual({
      status: 'restarting',
      pageVersion: 1,
      tutorialVersion: 2,
    });
    await once(server.state, 'change');
    expect(server.state.current).toEqual({
      status: 'ready',
      pageVersion: 2,
      tutorialVersion: 2,
    });
    expect(restarts).toEqual([['b.ts']]);

    await server.stop();
    // A second process would have met the first one, or would outlive it.
    expect(crashes).toEqual([]);
    const [error] = await once(get({ port, host: '127.0.0.1' }), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('does not notice that it was asked whether it listens', async () => {
    const { folder } = lesson('talker', {
      // A connection that its client resets ends here: nobody listens for errors.
      'server.ts': `
import { createServer } from 'node:net';
createServer((socket) => {
  socket.on('close', (failed) => console.log('failed:', failed));
  socket.write(Buffer.alloc(1_000_000));
}).listen(Number(process.env.PORT), '127.0.0.1');
`,
    });
    const port = await portsFor(6);
    const server = new LessonServer({
      folder,
      file: 'server.ts',
      port,
      flags: [],
      timeoutMs: 300_000,
    });
    server.start();
    const [line] = await once(server, 'line');
    expect(line).toBe('failed: false');
    expect(server.state.current.status).toBe('ready');
    await server.stop();
  });
});
