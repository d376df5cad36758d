import { test } from '@jest/globals';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';

const host = 'Host: {host}\r\n';
const body = `${host}Content-Type: application/json\r\nContent-Length: `;

test('Whatever comes, the home page serves the next client', async () => {
  await fuzz({
    name: 'home',
    file: new URL('fuzzed-home.ts', import.meta.url),
    requests: [
      `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      `GET /table HTTP/1.1\r\n${host}\r\n`,
      `GET /code?row=binary HTTP/1.1\r\n${host}\r\n`,
      `GET /recording?run=sse HTTP/1.1\r\n${host}\r\n`,
      `POST /lessons/start HTTP/1.1\r\n${body}14\r\n\r\n{"name":"sse"}`,
      `POST /claims/start HTTP/1.1\r\n${body}13\r\n\r\n{"row":"none"}`,
      `POST /claims/begin HTTP/1.1\r\n${body}9\r\n\r\n{"run":1}`,
      `POST /claims/judge HTTP/1.1\r\n${body}9\r\n\r\n{"run":1}`,
      `POST /claims/stop HTTP/1.1\r\n${body}9\r\n\r\n{"run":1}`,
    ],
  });
});
