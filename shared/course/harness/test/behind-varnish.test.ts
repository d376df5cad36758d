/**
 * Whether what is true only now comes from the lesson each time. Varnish keeps
 * whatever says nothing of caching for two minutes, a 404 too.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { pathToFileURL } from 'node:url';
import { findProxy } from '@on-the-wire/proxies/find.ts';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import { type RunningProxy, startProxy } from '@on-the-wire/proxies/start.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import type { Lesson, LessonModule } from '@on-the-wire/lesson/lesson.ts';
import { findLesson } from '../lessons.ts';

const varnish = findProxy('varnish');
if (!varnish) process.stderr.write('Skipped: Varnish is not installed.\n');

/** Paths of each lesson whose responses no cache may store. */
const paths = {
  xhr: [
    '/board',
    '/updates',
    '/map',
    '/neighbour',
    '/recordings/a',
    '/nowhere',
  ],
  sse: ['/nowhere', '/sign-in'],
  websocket: ['/track', '/ticket', '/nowhere'],
  'server-to-server': [
    '/status',
    '/station/board',
    '/station/status',
    '/operators/status',
    '/nowhere',
  ],
};

/** What is undone in the end, the last first. */
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const undo of closing.splice(0).reverse()) await undo();
});

async function startBefore(port: number): Promise<RunningProxy> {
  const options = { port: await freePort(), upstream: { port } };
  const lines = minimalLines('varnish');
  const proxy = await startProxy(varnish!, { ...options, lines });
  closing.push(() => proxy.stop());
  return proxy;
}

const fileOf = (name: string, file: string) =>
  pathToFileURL(`${findLesson(name).folder}/${file}`);

/** A lesson's server, and where its others are, in this process. */
async function start(name: string) {
  const load = async (file: string): Promise<LessonModule> =>
    import(fileOf(name, file).href);
  const begin = async (file: string, options = {}) => {
    const { createServer } = await load(file);
    const made: Lesson = createServer(options);
    closing.push(() => made.close());
    return { ...made, ...(await listen(made.server)) };
  };
  if (name !== 'server-to-server') return begin('server.ts');
  const { origin: station } = await begin('station.ts');
  const { origin: operators } = await begin('operators.ts', { station });
  return begin('server.ts', { station, operators });
}

// oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
(varnish ? describe : describe.skip)('behind Varnish', () => {
  describe.each(Object.entries(paths))('%s', (name, all) => {
    let server: Server;
    let front: RunningProxy;
    beforeAll(async () => {
      const lesson = await start(name);
      server = lesson.server as Server;
      front = await startBefore(lesson.port);
    });

    test.each(all)('each request of %s comes from the lesson', async (path) => {
      let reached = 0;
      const count = () => (reached += 1);
      server.on('request', count);
      const url = `http://127.0.0.1:${front.port}${path}`;
      for (let n = 0; n < 2; n += 1) {
        const response = await fetch(url, { redirect: 'manual' });
        await response.arrayBuffer();
      }
      server.off('request', count);
      expect(reached).toBe(2);
    });
  });

  /** Starts `smallest.ts` of a lesson in a process of its own, and Varnish. */
  async function startSmallest(name: string) {
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [fileOf(name, 'smallest.ts').pathname],
      {
        env: { ...process.env, PORT: String(port) },
        stdio: 'ignore',
      },
    );
    closing.push(async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    });
    for (;;) {
      const probe = await rawClient(port).catch(() => undefined);
      probe?.socket.destroy();
      if (probe) break;
      await new Promise((turn) => setTimeout(turn, 20));
    }
    return startBefore(port);
  }

  test('each reader of the smallest event stream has one of its own', async () => {
    const { port } = await startSmallest('sse');
    const read = async (until: string) => {
      const client = await rawClient(port);
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until(until);
      return client;
    };
    const first = await read('id: 1\n');
    const second = await read('id: 1\n');
    await first.until('id: 2\n');
    // A cache would have handed it the first one's events, these two at once.
    expect(second.received).not.toContain('id: 2\n');
    for (const { socket } of [first, second]) socket.destroy();
  });

  test('the smallest server of xhr counts each request', async () => {
    const { port } = await startSmallest('xhr');
    const ask = async () =>
      (await (await fetch(`http://127.0.0.1:${port}/`)).json()).n as number;
    expect(await ask()).toBe(1);
    expect(await ask()).toBe(2);
  });
});
