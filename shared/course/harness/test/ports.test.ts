import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { listen } from '@on-the-wire/system/listen.ts';
import {
  findPort,
  findPorts,
  freePorts,
  isBlocked,
  parsePort,
} from '@on-the-wire/system/ports.ts';
import { portsFor } from './scratch-lesson.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
async function take(port: number) {
  const server = createServer();
  servers.push(server);
  await listen(server, port);
}

describe('Ports', () => {
  test('are found in pairs, the next where one of a pair is in use', async () => {
    const first = await portsFor(2);
    expect(await findPorts(undefined, first)).toBe(first);
    await take(first);
    await take(first + 3);
    const second = await findPorts(undefined, first);
    expect(second).toBeGreaterThanOrEqual(first + 4);
    expect((second - first) % 2).toBe(0);
    // Nothing is left behind: both can be taken.
    await take(second);
    await take(second + 1);
  });

  test('that were named and are in use are an error that names the one', async () => {
    const port = await portsFor(2);
    expect(await findPorts(port)).toBe(port);
    await take(port + 1);
    await expect(findPorts(port)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        `^Port ${port + 1} is in use, so --port ${port} cannot be had`,
      ),
    });
    await expect(findPorts(port + 1)).rejects.toThrow(`Port ${port + 1} is`);
  });

  test('are found for a lesson of several addresses, too', async () => {
    const first = await portsFor(2);
    await take(first + 2);
    expect(await findPorts(undefined, first, 2)).toBe(first);
    const next = await findPorts(undefined, first, 3);
    expect(next).toBeGreaterThan(first + 2);
    await expect(findPorts(first, undefined, 3)).rejects.toThrow(
      `Port ${first + 2} is in use, so --port ${first} cannot be had: the ` +
        `shell needs port ${first}, and the lesson the next 2.`,
    );
  });

  test('on which no browser opens a page are refused, and not found', async () => {
    await expect(findPorts(6000)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /^Browsers open no page on port 6000, so --port 6000 cannot be had/,
      ),
    });
    await expect(findPorts(10_079)).rejects.toThrow(
      'Browsers open no page on port 10080, so --port 10079 cannot be had: the ' +
        'shell needs port 10079, and the lesson the next one.',
    );
    await expect(findPort(5060)).rejects.toThrow(
      'Browsers open no page on port 5060. Name another',
    );
    expect(await findPorts(undefined, 6665)).toBeGreaterThan(6669);
  });

  test('that are blocked are blocked by Node’s fetch, too', async () => {
    const all = Array.from({ length: 65_536 }, (_, port) => port);
    const blocked = all.filter(isBlocked);
    expect(blocked).toHaveLength(82);
    for (const port of blocked)
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
        cause: { message: 'bad port' }, // before there is a connection
      });
  });

  test('that are only free are none that the system gives away, each another', async () => {
    const ports = await freePorts(50);
    expect(new Set(ports).size).toBe(50);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    for (const port of ports) await take(port);
  });

  test('can be typed as whole numbers, so that the next is one too', () => {
    expect(parsePort('1')).toBe(1);
    expect(parsePort('65534')).toBe(65_534);
    for (const text of ['0', '65535', '-1', '4e3', '80.5', 'http', '', ' 80'])
      expect(() => parsePort(text)).toThrow(`"${text}" is no port: expected`);
  });
});
