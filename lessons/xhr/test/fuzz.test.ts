import { test } from '@jest/globals';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';

const host = 'Host: {host}\r\n';
const json = `${host}Content-Type: application/json\r\n`;

test('Whatever comes, the next client is served', async () => {
  await fuzz({
    name: 'xhr',
    file: new URL('../server.ts', import.meta.url),
    requests: [
      `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      `GET /board HTTP/1.1\r\n${host}If-None-Match: W/"x"\r\n\r\n`,
      `GET /updates?after=x HTTP/1.1\r\n${host}\r\n`,
      `GET /lines?after= HTTP/1.1\r\n${host}\r\n`,
      `GET /map HTTP/1.1\r\n${host}Accept-Encoding: gzip\r\n\r\n`,
      `GET /neighbour HTTP/1.1\r\n${host}\r\n`,
      `PUT /rate HTTP/1.1\r\n${json}Content-Length: 17\r\n\r\n{"rate":"normal"}`,
      `POST /sign-in HTTP/1.1\r\n${host}\r\n`,
      `PUT /delays HTTP/1.1\r\n${json}Content-Length: 2\r\n\r\n{}`,
      `OPTIONS /board HTTP/1.1\r\n${host}Origin: http://127.0.0.1:4002\r\n\r\n`,
      `PUT /recordings/a HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`,
      `GET /recordings/a HTTP/1.1\r\n${host}\r\n`,
    ],
  });
});
