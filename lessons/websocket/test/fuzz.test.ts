import { test } from '@jest/globals';
import type { Draw } from '@on-the-wire/testing/draw.ts';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';
import { mutate } from '@on-the-wire/testing/mutate.ts';
import { encodeFrame } from '../frame.ts';
import { ask } from './clients.ts';

const file = new URL('../server.ts', import.meta.url);
const host = 'Host: {host}\r\n';
const page = `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
const rate = '{"rate":"normal"}';
const json = `${host}Content-Type: application/json\r\n`;

test('Whatever comes, the next client is served', async () => {
  await fuzz({
    name: 'websocket',
    file,
    requests: [
      page,
      ask({ Host: '{host}' }),
      ask({ Host: '{host}', Origin: 'http://{host}' }, 'GET /track?ticket=x'),
      `PUT /rate HTTP/1.1\r\n${json}Content-Length: 17\r\n\r\n${rate}`,
      `POST /sign-in HTTP/1.1\r\n${host}\r\n`,
      `POST /ticket HTTP/1.1\r\n${host}\r\n`,
    ],
  });
});

const messages = [
  '{"kind":"ping"}',
  '{"kind":"delay","train":"S 5","minutes":5}',
  '{"kind":"delay","train":[],"minutes":-1}',
  '{"kind":"announce","text":{}}',
  '{"kind":"__proto__"}',
  'null',
  '[]',
  '{',
  '\u0005\u0001\u0002',
  '\xff\xfe',
  'x'.repeat(5_000),
];

/** A frame that is nearly right, or wrong, or half of one. */
function frame(draw: Draw): Buffer {
  const bytes = Buffer.from(
    encodeFrame({
      final: draw.chance(0.8),
      opcode: draw.below(16),
      payload: Buffer.from(draw.one(messages), 'latin1'),
      ...(draw.chance(0.9) && { mask: Uint8Array.of(1, 2, 3, 4) }),
    }),
  );
  if (draw.chance(0.3)) bytes[draw.below(bytes.length)] = draw.below(256);
  return draw.chance(0.2) ? bytes.subarray(0, draw.below(20)) : bytes;
}

test('Whatever frames come, the next client is served', async () => {
  await fuzz({
    name: 'websocket',
    file,
    requests: [page],
    make(draw) {
      const handshake = ask();
      const frames = Array.from({ length: 1 + draw.below(4) }, () =>
        frame(draw),
      );
      const first = draw.chance(0.9) ? handshake : mutate([handshake], draw);
      return Buffer.concat([Buffer.from(first, 'latin1'), ...frames]);
    },
  });
});
