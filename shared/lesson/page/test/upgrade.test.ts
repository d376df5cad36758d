import { expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { LastAfterUpgrade, onlyWebSockets } from '../upgrade.ts';

const closing = closingAfterEach();

const other = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';
const first = `GET /first HTTP/1.1\r\nHost: x\r\n${other}\r\n`;
const head = 'POST /next HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n';
const body = 'GET /in-a-body HTTP/1.1\r\nHost: x\r\n\r\n';

/** In one read an ignored upgrade and a half of the next; then its body. */
async function inTwoReads(client: Socket) {
  let received = '';
  const closed = once(client, 'close');
  client.on('error', () => {}).setEncoding('latin1');
  client.write(first + head);
  for await (const piece of client) {
    received += String(piece);
    if (received.includes('\r\n\r\n')) client.write(body);
  }
  await closed;
  return received;
}

test('what is a body is no request, behind an Upgrade that was ignored', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer(onlyWebSockets, ({ url }, response) => {
    asked.push(url);
    response.end();
  });
  closing.push(() => server.close().closeAllConnections());
  const { port } = await listen(server);
  const received = await inTwoReads(connectTcp(port, '127.0.0.1'));
  expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\nConnection: close\r\n/);
  expect(asked).toEqual(['/first']);
});

test('the same where HTTP/1.1 is spoken for want of HTTP/2', async () => {
  const asked: (string | undefined)[] = [];
  const options = { allowHTTP1: true, Http1ServerResponse: LastAfterUpgrade };
  const pair = await localCertificate();
  const server = createSecureServer(
    { ...pair, ...options },
    ({ url }, response) => {
      asked.push(url);
      response.end();
    },
  );
  closing.push(() => server.close());
  const { port } = await listen(server);
  const client = connectTls({ port, rejectUnauthorized: false });
  await once(client, 'secureConnect');
  expect(await inTwoReads(client)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(asked).toEqual(['/first']);
});

test('without an Upgrade a connection goes on', async () => {
  const server = createServer(onlyWebSockets, (_request, response) => {
    response.end();
  });
  closing.push(() => server.close().closeAllConnections());
  const { port } = await listen(server);
  const client = connectTcp(port, '127.0.0.1');
  closing.push(() => client.destroy());
  for (let n = 0; n < 2; n += 1) {
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(String(answer)).toContain('Connection: keep-alive');
  }
});
