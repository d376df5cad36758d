import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import {
  type AddressInfo,
  createServer as createNetServer,
  Socket,
} from 'node:net';
import { get } from 'node:http';
import { type Clock, stopClock } from '../clock.ts';

let clock: Clock;
beforeEach(() => {
  clock = stopClock();
});
afterEach(() => clock.release());

test('time passes only when it is told to, and in order', () => {
  const called: string[] = [];
  const note = (what: string) => called.push(`${what} at ${clock.now}`);
  setTimeout(note, 30, 'late');
  setInterval(note, 20, 'each');
  setTimeout(() => setTimeout(note, 5, 'inner'), 10);
  const began = Date.now();
  clock.pass(45);
  expect(called).toEqual([
    'inner at 15',
    'each at 20',
    'late at 30',
    'each at 40',
  ]);
  expect(Date.now() - began).toBe(45);
  expect(new Date().getTime() - began).toBe(45);
  expect(performance.now()).toBe(45);
  expect(clock.timers).toBe(1);
});

test('clearing one that has fired leaves the others', () => {
  const called: string[] = [];
  const first = setTimeout(() => called.push('first'), 10);
  setTimeout(() => called.push('second'), 20);
  clock.pass(10);
  clearTimeout(first);
  clock.pass(10);
  expect(called).toEqual(['first', 'second']);
});

test('a sleep calls what was due once, at its end', async () => {
  const called: string[] = [];
  const note = (what: string) => called.push(`${what} at ${clock.now}`);
  setInterval(note, 10, 'each');
  setTimeout(note, 25, 'one');
  setTimeout(note, 2_000, 'later');
  void timersPromises.setTimeout(5).then(() => note('awaited'));
  await clock.sleep(1_000);
  expect(called.toSorted()).toEqual([
    'awaited at 1000',
    'each at 1000',
    'one at 1000',
  ]);
  await clock.sleep(9);
  expect(called).toHaveLength(3);
  expect(await clock.elapse(25)).toBe(3);
  expect(called.at(-1)).toBe('each at 1030');
  expect(clock.timers).toBe(2);
});

test('an interval can end itself', () => {
  let times = 0;
  const timer = setInterval(
    () => (times += 1) === 2 && clearInterval(timer),
    5,
  );
  clock.pass(100);
  expect(times).toBe(2);
  expect(clock.timers).toBe(0);
});

test('whoever awaits a timer goes on before more time passes', async () => {
  const called: string[] = [];
  const wait = promisify(setTimeout);
  const chain = async () => {
    for (let n = 1; n <= 3; n += 1) {
      await wait(10);
      called.push(`${n} at ${clock.now}`);
    }
  };
  void chain();
  setTimeout(() => called.push(`late at ${clock.now}`), 25);
  await clock.elapse(29);
  expect(called).toEqual(['1 at 10', '2 at 20', 'late at 25']);
  await clock.elapse(1);
  expect(called.at(-1)).toBe('3 at 30');
});

test('the timers that are promises wait for it as well', async () => {
  const said: unknown[] = [];
  const late = AbortSignal.timeout(20);
  late.addEventListener('abort', () => said.push(late.reason.name));
  const { setTimeout: wait, setInterval: every, scheduler } = timersPromises;
  void wait(10, 'value').then((value) => said.push(value));
  void wait(60_000, 'never', { signal: late }).catch(({ name }) =>
    said.push(name),
  );
  void scheduler.wait(30).then(() => said.push('scheduled'));
  void (async () => {
    for await (const each of every(15, 'each')) said.push(each);
  })();
  await Promise.resolve();
  expect(said).toEqual([]);
  await clock.elapse(30);
  expect(said).toEqual([
    'value',
    'each',
    'TimeoutError',
    'AbortError',
    'scheduled',
    'each',
  ]);
  clock.release();
  expect(await timersPromises.setTimeout(1, 'real')).toBe('real');
});

describe('the idle timeouts of sockets', () => {
  beforeEach(() => {
    clock.release();
    clock = stopClock({ sockets: true });
  });

  test('a request of node:http that gets no response', async () => {
    const server = createNetServer();
    server.listen(0, '127.0.0.1');
    const connected = once(server, 'connection');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: '127.0.0.1', timeout: 30_000 });
    request.on('error', () => {});
    const late: number[] = [];
    request.on('timeout', () => late.push(clock.now));
    const [socket] = (await connected) as [Socket];
    await once(socket, 'data');

    clock.pass(29_999);
    expect(late).toEqual([]);
    // A piece of the response counts as something that happened.
    const responded = once(request, 'response');
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npiece');
    await responded;
    clock.pass(29_999);
    expect(late).toEqual([]);
    clock.pass(1);
    expect(late).toEqual([59_999]);
    request.destroy();
    socket.destroy();
    server.close();
  });

  test('sessions and streams of node:http2, which can be cleared', async () => {
    const server = createServer();
    const said: string[] = [];
    server.on('stream', (stream) => {
      stream.setTimeout(1_000, () => said.push(`stream at ${clock.now}`));
      stream.session!.setTimeout(2_000, () =>
        said.push(`session at ${clock.now}`),
      );
      stream.respond();
      stream.write('piece');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request();
    await once(stream, 'data');
    stream.setTimeout(500, () => said.push('never'));
    stream.setTimeout(0);
    clock.pass(1_999);
    expect(said).toEqual(['stream at 1000']);
    clock.pass(1);
    expect(said).toEqual(['stream at 1000', 'session at 2000']);
    session.destroy();
    server.close();
  });

  test('are over once they are cleared, whatever comes then', async () => {
    const server = createNetServer((socket) => socket.write('piece'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = new Socket();
    socket.setTimeout(1_000).on('timeout', () => socket.destroy());
    socket.setTimeout(0);
    socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'data');
    clock.pass(9_999);
    const { destroyed } = socket;
    socket.destroy();
    server.close();
    expect(destroyed).toBe(false);
  });

  test('are Node’s own again afterwards', () => {
    const stopped = Socket.prototype.setTimeout;
    clock.release();
    expect(Socket.prototype.setTimeout).not.toBe(stopped);
  });
});
