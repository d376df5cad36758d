import { test } from '@jest/globals';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';

const host = 'Host: {host}\r\n';
const json = `${host}Content-Type: application/json\r\n`;

test('Whatever comes, the next client is served', async () => {
  await fuzz({
    name: 'sse',
    file: new URL('../server.ts', import.meta.url),
    requests: [
      `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      `GET /events HTTP/1.1\r\n${host}Last-Event-ID: x-1\r\n\r\n`,
      `GET /events?after=x HTTP/1.1\r\n${host}\r\n`,
      `PUT /rate HTTP/1.1\r\n${json}Content-Length: 17\r\n\r\n{"rate":"normal"}`,
      `POST /sign-in HTTP/1.1\r\n${host}\r\n`,
      `POST /delays HTTP/1.1\r\n${json}Content-Length: 2\r\n\r\n{}`,
    ],
  });
});
