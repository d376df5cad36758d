import { test } from '@jest/globals';
import { fuzz } from '@on-the-wire/testing/fuzz.ts';

const host = 'Host: {host}\r\n';

test('Whatever comes, the page of a saved run is served', async () => {
  await fuzz({
    name: 'harness',
    file: new URL('fuzzed-run.ts', import.meta.url),
    requests: [
      `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      `GET /?unit=1 HTTP/1.1\r\n${host}Origin: http://{host}\r\n\r\n`,
    ],
  });
});
