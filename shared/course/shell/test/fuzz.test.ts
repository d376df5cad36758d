import { test } from '@jest/globals';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';

const host = 'Host: {host}\r\n';
const page = `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
const faults = '{"faults":["latency=1ms"]}';
const wire = [
  `GET /events HTTP/1.1\r\n${host}\r\n`,
  `GET /wire/faults HTTP/1.1\r\n${host}\r\n`,
  `GET /wire/run.pcapng HTTP/1.1\r\n${host}\r\n`,
  `GET /wire/unit/1 HTTP/1.1\r\n${host}\r\n`,
  `PUT /wire/faults HTTP/1.1\r\n${host}Content-Length: ${faults.length}\r\n\r\n${faults}`,
  `POST /wire/cut HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`,
];

test('Whatever comes, the shell serves the next client', async () => {
  await fuzz({
    name: 'shell',
    file: new URL('fuzzed-shell.ts', import.meta.url),
    requests: [
      page,
      `GET /tutorial HTTP/1.1\r\n${host}\r\n`,
      `GET /files/a.ts HTTP/1.1\r\n${host}\r\n`,
      `POST /exercise/reset HTTP/1.1\r\n${host}\r\n`,
      ...wire,
    ],
  });
});

test('Whatever comes, the page of a tap serves the next client', async () => {
  await fuzz({
    name: 'shell',
    file: new URL('../../../viewer/test/fuzzed-tap-shell.ts', import.meta.url),
    requests: [page, ...wire],
  });
});
