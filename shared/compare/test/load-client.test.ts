import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import {
  openLoadClient,
  type LoadKind,
  type LoadClient,
} from '../load/load-client.ts';

let server: Server;
let client: LoadClient;
afterEach(() => {
  client.close();
  server.close();
});

/** A raw client, and the server's end of it. */
async function stage(kind: LoadKind) {
  server = createServer();
  const { port } = await listen(server);
  const accepted = once(server, 'connection');
  client = openLoadClient(kind, port, '/x');
  const [socket] = (await accepted) as [Socket];
  socket.setEncoding('latin1');
  return socket;
}

const until = async (count: number) => {
  while (client.count < count) await new Promise((done) => setImmediate(done));
};

/** Writes each byte by itself, so that it may be read by itself. */
async function dribble(socket: Socket, text: string) {
  for (const byte of Buffer.from(text, 'latin1')) {
    socket.write(Buffer.of(byte));
    await new Promise((done) => setImmediate(done));
  }
}

describe('a raw client', () => {
  test('counts events, however they are cut', async () => {
    const socket = await stage('events');
    const event = (kind: string) => `event: ${kind}\nid: k-1\ndata: {}\n\n`;
    await dribble(
      socket,
      event('snapshot') + event('departure') + event('announcement'),
    );
    await client.ready;
    await until(2);
    socket.write(event('departure').repeat(3) + event('heartbeat'));
    await until(5);
    expect(client.count).toBe(5);
  });

  test('counts lines by what they are', async () => {
    const socket = await stage('lines');
    socket.write('{"id":"k-1","kind":"snapshot"}\n');
    await dribble(socket, '{"id":"k-2","kind":"departure"}\n');
    socket.write('{"id":"k-3","kind":"announcement"}\n');
    await until(2);
    expect(client.count).toBe(2);
  });

  test('counts texts of a WebSocket after the first two', async () => {
    const socket = await stage('frames');
    expect(String(await once(socket, 'data'))).toMatch(
      /^GET \/x HTTP\/1\.1\r\n.*Sec-WebSocket-Key: \S{24}\r\n/s,
    );
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    await dribble(socket, '\x81\x02{}');
    socket.write('\x81\x02{}', 'latin1');
    await client.ready;
    // A ping, and two texts: 126 bytes take two more bytes for the length.
    socket.write('\x89\x00', 'latin1');
    socket.write(`\x81\x7e\x00\x7e${'x'.repeat(126)}`, 'latin1');
    socket.write('\x81\x01x', 'latin1');
    await until(2);
    expect(client.count).toBe(2);
  });

  test('greets socket.io, and counts after its first three texts', async () => {
    const socket = await stage('socket.io');
    await once(socket, 'data');
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    // "40", masked by four zeros: I want in.
    expect(await once(socket, 'data')).toEqual(['\x81\x82\0\0\0\x0040']);
    socket.write('\x81\x020{\x81\x0240\x81\x0242', 'latin1');
    await client.ready;
    socket.write('\x81\x0242', 'latin1');
    await until(1);
    expect(client.count).toBe(1);
  });

  test('counts events in a stream of HTTP/2, a hundred to a connection', async () => {
    const secure = createSecureServer(await localCertificate());
    const { port } = await listen(secure);
    let sessions = 0;
    secure.on('session', () => (sessions += 1));
    secure.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('event: snapshot\n\nevent:departure\n\n');
      stream.write('event: announcement\n\n');
      stream.on('error', () => {});
    });
    const clients = Array.from({ length: 101 }, () =>
      openLoadClient('streams', port, '/x'),
    );
    [client] = clients as [LoadClient];
    await Promise.all(clients.map(({ ready }) => ready));
    for (const each of clients)
      while (each.count < 2) await new Promise((done) => setImmediate(done));
    expect(sessions).toBe(2);
    expect(clients.every(({ count }) => count === 2)).toBe(true);
    for (const each of clients) each.close();
    server = secure as unknown as Server;
  });

  test('says so when its handshake is refused', async () => {
    const socket = await stage('frames');
    socket.write('HTTP/1.1 403 Forbidden\r\n\r\n');
    await expect(client.ready).rejects.toThrow('the server has closed it');
  });

  test('polls after the last id that a long poll brought', async () => {
    const socket = await stage('long');
    const answer = (body: unknown) => {
      const text = JSON.stringify(body);
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    };
    expect(String(await once(socket, 'data'))).toMatch(/^GET \/x /);
    answer([{ id: 'k-4', kind: 'snapshot' }]);
    expect(String(await once(socket, 'data'))).toMatch(
      /^GET \/updates\?after=k-4 /,
    );
    answer([
      { id: 'k-5', kind: 'departure' },
      { id: 'k-6', kind: 'announcement' },
    ]);
    expect(String(await once(socket, 'data'))).toMatch(/after=k-6 /);
    expect(client.count).toBe(2);
    answer([]);
    expect(String(await once(socket, 'data'))).toMatch(/after=k-6 /);
    expect(client.count).toBe(2);
  });
});
