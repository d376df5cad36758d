import { afterEach, expect, test } from '@jest/globals';
import { connect, createServer } from 'node:net';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { createTap, parseFault, parseFaults, formatFault } from '../tap.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function echo() {
  const server = createServer((socket) =>
    socket.on('error', () => {}).pipe(socket),
  );
  closing.push(() => server.close());
  const { port } = await listen(server);
  return { host: '127.0.0.1', port };
}

async function start() {
  const tap = createTap({ target: await echo(), link: 'a-b' });
  closing.push(() => tap.close());
  const first = await tap.listen();
  const second = await tap.listenFor(await echo(), 0, 'a-c');
  return { tap, first, second };
}

test('A link tells its name with each connection', async () => {
  const { tap, first, second } = await start();
  const told: unknown[] = [];
  tap.on('open', ({ link }) => told.push(link));
  for (const port of [first, second]) {
    const client = await rawClient(port);
    client.send('hello');
    await client.until('hello');
  }
  expect(told).toEqual(['a-b', 'a-c']);
  expect(tap.links).toEqual(['a-b', 'a-c']);
});

test('A fault of one link is injected into its live and new connections only', async () => {
  const { tap, first, second } = await start();
  const [live, other] = [await rawClient(first), await rawClient(second)];
  for (const client of [live, other]) {
    client.send('one ');
    await client.until('one ');
  }
  tap.setFaults(parseFaults(['down@a-b']));
  await live.closed;
  const fresh = connect(first, '127.0.0.1').on('error', () => {});
  await new Promise((closed) => fresh.on('close', closed));
  other.send('two');
  await other.until('one two');
  tap.setFaults([]);
  const again = await rawClient(first);
  again.send('three');
  await again.until('three');
});

test('A fault of one link and of another stand beside each other', () => {
  const texts = ['latency=delay:80ms,jitter:0ms@a-b', 'down@a-c', 'down@a-b'];
  expect(parseFaults(texts).map(formatFault)).toEqual(texts);
  expect(parseFault('up:latency=80ms@a-b')).toMatchObject({
    direction: 'up',
    link: 'a-b',
  });
  expect(() => parseFaults(['down@a-b', 'down'])).toThrow(
    '"down@a-b" and "down" are injected into the same direction.',
  );
});

test('A link that does not exist is refused, and nothing changes', async () => {
  const { tap } = await start();
  tap.setFaults(parseFaults(['down@a-c']));
  expect(() => tap.setFaults(parseFaults(['down@a-x']))).toThrow(
    'There is no link "a-x". There are: a-b, a-c.',
  );
  expect(tap.faults.map(formatFault)).toEqual(['down@a-c']);
});

test('A link whose target is away refuses connections, and open ones go on', async () => {
  const { tap, first, second } = await start();
  const live = await rawClient(second);
  await tap.setAway('a-c', true);
  await tap.setAway('a-c', true);
  await expect(rawClient(second)).rejects.toThrow('ECONNREFUSED');
  live.send('one');
  await live.until('one');
  const other = await rawClient(first);
  other.send('two');
  await other.until('two');
  await tap.setAway('a-c', false);
  const again = await rawClient(second);
  again.send('three');
  await again.until('three');
  live.send(' more');
  await live.until('one more');
  // And it can be closed while the target is away, and stays closed.
  await tap.setAway('a-b', true);
  await tap.close();
  await tap.setAway('a-b', false);
  await expect(rawClient(first)).rejects.toThrow('ECONNREFUSED');
});
