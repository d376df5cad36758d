import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fork } from '@on-the-wire/system/programs/start.ts';
import { atEnd, cleanUp, connect, endOf, flood, startTarget } from './rig.ts';

afterEach(cleanUp);

const MB = 1024 * 1024;
const soak = process.env['SOAK'] !== undefined;

interface Memory {
  /** Bytes of all reads. */
  heard: number;
  /** The most that the process ever had, in MiB. */
  peak: number;
  dropped: { bytes: number; reads: number };
}

/** A tap in a process of its own, and how to ask for its memory. */
async function startProcess(port: number, layer: string) {
  const file = new URL('tap-process.ts', import.meta.url);
  const child = fork(file, [String(port), layer], { execArgv: [] });
  atEnd(async () => {
    child.kill();
    await once(child, 'exit');
  });
  const [tapPort] = (await once(child, 'message')) as [number];
  const memory = async (): Promise<Memory> => {
    child.send('memory');
    const [found] = (await once(child, 'message')) as [Memory];
    if (soak) console.log(found);
    return found;
  };
  return { port: tapPort, memory };
}

describe('a tap that records stays under 250 MB', () => {
  const layers = soak ? (['plain', 'TLS'] as const) : (['plain'] as const);

  test.each(layers)('through a long download, %s', async (layer) => {
    const size = (soak ? 1024 : 100) * MB;
    const port = await startTarget((socket) => void flood(size).send(socket), {
      layer,
    });
    const tap = await startProcess(port, layer);
    const { client } = await connect(tap.port, { layer });
    expect(await endOf(client)).toBe('fin');
    const { heard, peak, dropped } = await tap.memory();
    expect(heard).toBe(size);
    // All but what fits into 64 MiB, with its headers.
    expect(dropped.bytes).toBeGreaterThan(size - 64 * MB);
    expect(dropped.bytes).toBeLessThan(size - 63 * MB);
    expect(peak).toBeLessThan(250);
  });

  test('through many small messages', async () => {
    const count = soak ? 600_000 : 5_000;
    const message = Buffer.alloc(118, 'x');
    const port = await startTarget((socket) => socket.pipe(socket));
    const tap = await startProcess(port, 'plain');
    const { client } = await connect(tap.port);
    for (let sent = 0; sent < count; sent += 1) {
      client.write(message);
      await once(client, 'data');
    }
    const { heard, peak, dropped } = await tap.memory();
    expect(heard).toBe(2 * count * message.length);
    expect(dropped.reads > 0).toBe(soak);
    expect(peak).toBeLessThan(250);
  });
});
