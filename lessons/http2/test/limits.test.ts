import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeGoaway, type Frame } from '../frame.ts';
import { ask, frameClient, get, nodeClient, request } from './clients.ts';
import { board, closeAll, start } from './start.ts';

afterEach(closeAll);

describe('a client that means no good', () => {
  test('is cut off for resetting rapidly, while another goes on', async () => {
    const { port, server } = await start();
    const { session: honest } = await nodeClient(port);
    const running = ask(honest, board(1, 500));
    let served = 0;
    server.on('request', () => (served += 1));
    const client = await frameClient(port);
    client.greet();
    let id = 1;
    while (!client.socket.destroyed && id < 20_000) {
      for (let i = 0; i < 50; i += 1, id += 2) {
        client.send(request(id, get('/board?station=1&wait=5000')));
        const payload = Uint8Array.from([0, 0, 0, 8]);
        client.send({ type: 'RST_STREAM', flags: 0, stream: id, payload });
      }
      await new Promise(setImmediate);
    }
    await client.closed;
    expect(served).toBeLessThan(1_000);
    const goaway = client.frames.find(({ type }) => type === 'GOAWAY');
    expect(decodeGoaway(goaway!.payload).error).not.toBe('NO_ERROR');
    expect((await running).headers[':status']).toBe(200);
    honest.close();
  });

  test('may not send header bombs', async () => {
    const { port, server } = await start();
    let served = 0;
    server.on('request', () => (served += 1));
    const client = await frameClient(port);
    client.greet();
    // 200 fields, and fields that are too large when unpacked.
    const many = Array.from(
      { length: 200 },
      (_, i) => [`x${i}`, ''] as [string, string],
    );
    client.send(request(1, get('/board?station=1&wait=0', many)));
    await client.until(
      ({ type, stream }) => type === 'RST_STREAM' && stream === 1,
    );
    // A field of 4,000 bytes once in the table, then a byte for each copy.
    const value = Buffer.alloc(3_900, 'a');
    const size = [0x7f, ...integer(value.length - 127)];
    const bomb = [
      ...get('/'),
      0x40,
      1,
      0x78,
      ...size,
      ...value,
      ...Array(200).fill(0xbe),
    ];
    client.send(request(3, Uint8Array.from(bomb)));
    await client.until(
      ({ type, stream }) => type === 'RST_STREAM' && stream === 3,
    );
    // The connection goes on, for who behaves.
    client.send(request(5, get('/board?station=1&wait=0')));
    await client.until(({ type, stream }) => type === 'DATA' && stream === 5);
    expect(served).toBe(1);
    client.socket.destroy();
  });

  test('gets 431 for a header list that is larger than announced', async () => {
    const { port } = await start();
    const client = await frameClient(port);
    client.greet();
    // Names, values and 32 bytes for each field: RFC 9113, 6.5.2.
    const path = '/board?station=1&wait=0';
    const own = [
      ':methodGET',
      ':schemehttps',
      ':authorityboard',
      `:path${path}`,
    ];
    const size = own.reduce((sum, { length }) => sum + length + 32, 0);
    const most = 16_384 - size - 'x'.length - 32;
    const statusWith = async (stream: number, length: number) => {
      const field = [0x00, 1, 0x78, 0x7f, ...integer(length - 127)];
      // No ASCII: each byte counts once.
      const value = Array(length).fill(0xfc);
      client.send(
        request(stream, Uint8Array.of(...get(path), ...field, ...value)),
      );
      const isResponse = (frame: Frame) =>
        frame.type === 'HEADERS' && frame.stream === stream;
      const { payload } = await client.until(isResponse);
      return Buffer.from(payload).toString('latin1');
    };
    // Indexed `:status: 200`, and a literal "431": RFC 7541, B and 6.2.1.
    expect(await statusWith(1, most)).toMatch(/^\x88/);
    expect(await statusWith(3, most + 1)).toContain('431');
    expect(await statusWith(5, most)).toMatch(/^\x88/);
    client.socket.destroy();
  });

  test('gets a GOAWAY when it says nothing', async () => {
    const { port } = await start({ idle: 50 });
    const client = await frameClient(port);
    client.greet();
    const goaway = await client.until(({ type }) => type === 'GOAWAY');
    expect(decodeGoaway(goaway.payload).error).toBe('NO_ERROR');
    await client.closed;
  });

  const malformed: [what: string, bytes: string, error: string | undefined][] =
    [
      ['DATA on stream 0', '000001 00 00 00000000 61', 'PROTOCOL_ERROR'],
      [
        'a PING of seven bytes',
        '000007 06 00 00000000 01020304050607',
        'FRAME_SIZE_ERROR',
      ],
      ['a frame of 16 MB', 'ffffff 00 00 00000001', 'FRAME_SIZE_ERROR'],
      [
        'a broken header block',
        '000002 01 05 00000001 ffff',
        'COMPRESSION_ERROR',
      ],
      ['an even stream', '000003 01 05 00000002 828784', 'PROTOCOL_ERROR'],
      [
        'CONTINUATION after nothing',
        '000001 09 04 00000001 82',
        'PROTOCOL_ERROR',
      ],
      [
        'a window that overflows',
        '000004 08 00 00000000 7fffffff',
        'FLOW_CONTROL_ERROR',
      ],
    ];
  test.each(malformed)(
    'ends its own connection by %s',
    async (_what, hex, error) => {
      const { port } = await start();
      const { session } = await nodeClient(port);
      const running = ask(session, board(1, 200));
      const client = await frameClient(port);
      client.greet();
      await client.until(
        ({ type, flags }) => type === 'SETTINGS' && flags === 1,
      );
      client.socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
      await client.closed;
      const goaway = client.frames.find(({ type }) => type === 'GOAWAY');
      expect(decodeGoaway(goaway!.payload).error).toBe(error);
      expect((await running).headers[':status']).toBe(200);
      session.close();
    },
  );

  test('ends its own connection by no HTTP/2 at all', async () => {
    const { port } = await start();
    const client = await frameClient(port);
    client.socket.write('GET / HTTP/1.1\r\nHost: board\r\n\r\n'.repeat(3));
    await client.closed;
    const { session } = await nodeClient(port);
    expect((await ask(session, board(1, 0))).headers[':status']).toBe(200);
    session.close();
  });
});

/** An integer of HPACK that did not fit its prefix: RFC 7541, 5.1. */
function integer(rest: number): number[] {
  return rest < 128 ? [rest] : [(rest & 127) | 128, ...integer(rest >> 7)];
}
