import { test } from '@jest/globals';
import type { Draw } from '@on-the-wire/testing/draw.ts';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';
import { encodeFrame, preface } from '../frame.ts';

const file = new URL('../server.ts', import.meta.url);
const host = 'Host: {host}\r\n';
const page = `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
const json = `${host}Content-Type: application/json\r\n`;

test('Whatever comes inside TLS, the next client is served', async () => {
  await fuzz({
    name: 'http2',
    file,
    tls: 'http/1.1',
    requests: [
      page,
      `GET /board?station=1&wait=0 HTTP/1.1\r\n${host}\r\n`,
      `GET /timetable HTTP/1.1\r\n${host}\r\n`,
      `GET /hints HTTP/1.1\r\n${host}\r\n`,
      `GET /events HTTP/1.1\r\n${host}\r\n`,
      `POST /dictation HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`,
      `PUT /goaway HTTP/1.1\r\n${host}\r\n`,
      `PUT /rate HTTP/1.1\r\n${json}Content-Length: 17\r\n\r\n{"rate":"normal"}`,
      `POST /sign-in HTTP/1.1\r\n${host}\r\n`,
      `POST /delays HTTP/1.1\r\n${json}Content-Length: 2\r\n\r\n{}`,
      `CONNECT board:443 HTTP/1.1\r\nHost: board:443\r\n\r\n`,
    ],
  });
});

const types = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const;
const routes = [
  ['GET', '/board?station=1&wait=5'],
  ['POST', '/dictation'],
  ['PUT', '/rate'],
  ['POST', '/delays'],
  ['POST', '/sign-in'],
  ['GET', '/events'],
] as const;
const paths = [
  '/',
  '/board?station=1&wait=0',
  '/board?station=1&wait=5',
  '/timetable',
  '/hints',
  '/events',
  '/dictation',
  '/goaway',
  '/rate',
  '/sign-in',
  '/delays',
  '/loudspeaker',
  '//[',
  '*',
  'x',
  '',
];
const methods = ['GET', 'POST', 'PUT', 'CONNECT', 'OPTIONS', 'HEAD', 'x', ''];
const fields: [name: string, value: string][] = [
  [':protocol', 'websocket'],
  ['sec-websocket-version', '13'],
  ['origin', 'http://['],
  ['content-type', 'application/json'],
  ['content-length', '5'],
  ['connection', 'upgrade'],
  ['upgrade', 'websocket'],
  ['host', 'evil.example'],
  ['cookie', 'staff='],
  ['last-event-id', '%00'],
  ['expect', '100-continue'],
  ['te', 'gzip'],
  ['X', 'x'],
  [':path', '/'],
];

/** Header fields without a table: RFC 7541, 6.2.2. */
function block(draw: Draw): number[] {
  const text = (of: string) => [of.length, ...Buffer.from(of, 'latin1')];
  const isWebSocket = draw.chance(0.2);
  let [method, path] = [draw.one(methods), draw.one(paths)];
  if (draw.chance(0.6)) [method, path] = draw.one(routes);
  if (isWebSocket) [method, path] = ['CONNECT', '/loudspeaker'];
  const all: [string, string][] = [
    [':method', method],
    [':scheme', 'https'],
    [':authority', 'board'],
    [':path', path],
    ...(isWebSocket ? fields.slice(0, 2) : []),
    ...(path === '/rate' ? [fields[3]!] : []),
  ];
  while (draw.chance(0.4)) all.push(draw.one(fields));
  if (draw.chance(0.1)) all.splice(draw.below(all.length), 1);
  return all.flatMap(([name, value]) => [0, ...text(name), ...text(value)]);
}

/** What a stream begins with, its body, and its end; or anything else. */
function frames(draw: Draw): Buffer {
  const stream = draw.chance(0.9) ? 1 + 2 * draw.below(4) : draw.below(9);
  const flags = draw.chance(0.8) ? draw.one([4, 5]) : draw.below(64);
  const head = { type: 'HEADERS', flags, stream } as const;
  const bytes = [
    encodeFrame({ ...head, payload: Uint8Array.from(block(draw)) }),
  ];
  while (draw.chance(0.6)) {
    const size = draw.one([0, 1, 4, 5, 8, 9, 200]);
    const payload = Uint8Array.from({ length: size }, () => draw.below(256));
    const type = draw.chance(0.5) ? draw.one(types) : 'DATA';
    const at = draw.chance(0.8) ? stream : draw.below(9);
    bytes.push(
      encodeFrame({ type, flags: draw.below(6), stream: at, payload }),
    );
  }
  if (draw.chance(0.3)) {
    const payload = Uint8Array.of(0, 0, 0, draw.below(14));
    bytes.push(encodeFrame({ type: 'RST_STREAM', flags: 0, stream, payload }));
  }
  return Buffer.concat(bytes);
}

test('Whatever frames come, the next client is served', async () => {
  await fuzz({
    name: 'http2',
    file,
    tls: 'h2',
    requests: [page],
    make(draw) {
      const none = new Uint8Array();
      const settings = { type: 'SETTINGS', flags: 0, stream: 0 } as const;
      const bytes = Buffer.concat([
        draw.chance(0.95) ? Buffer.from(preface) : Buffer.alloc(0),
        encodeFrame({ ...settings, payload: none }),
        ...Array.from({ length: 1 + draw.below(4) }, () => frames(draw)),
      ]);
      const isChanged = draw.chance(0.3);
      if (isChanged) bytes[draw.below(bytes.length)] = draw.below(256);
      return draw.chance(0.2)
        ? bytes.subarray(0, draw.below(bytes.length))
        : bytes;
    },
  });
});
