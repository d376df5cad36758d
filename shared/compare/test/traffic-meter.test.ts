import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listen } from '@on-the-wire/system/listen.ts';
import { meterTraffic } from '../subscribers/traffic-meter.ts';

test('it is quiet when nothing moves from now on, not since some time', async () => {
  const line = await meterTraffic(1, []);
  await line.quiet(20, 1_000);
  const began = performance.now();
  await line.quiet(20, 1_000);
  await line.close();
  expect(performance.now() - began).toBeGreaterThan(19);
});

test('what came while the process stood still is counted', async () => {
  const server = createServer((socket) => socket.pipe(socket));
  const { port } = await listen(server);
  const accepted = once(server, 'connection');
  const line = await meterTraffic(port, []);
  const client = connect(line.port, '127.0.0.1');
  const [behind] = (await accepted) as [Socket];
  await line.quiet(30, 1_000);
  const quiet = line.quiet(30, 1_000);
  client.write('four');
  const until = performance.now() + 60;
  while (performance.now() < until);
  await quiet;
  expect(line.traffic()).toMatchObject({ up: 4, down: 4 });
  client.destroy();
  behind.destroy();
  await line.close();
  server.close();
});
