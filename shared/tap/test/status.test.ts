import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { parseFaults, type Tap } from '../tap.ts';
import {
  all,
  atEnd,
  cleanUp,
  connect,
  endOf,
  listen,
  next,
  startTap,
  startTarget,
  take,
  watch,
} from './rig.ts';

afterEach(cleanUp);

/** A server that responds "from the server", and how many requests it got. */
async function rig(faults: string[]) {
  let asked = 0;
  const server = http.createServer((request, response) => {
    asked += 1;
    request.resume();
    request.on('end', () => response.end('from the server'));
  });
  const tap = await startTap(await listen(server), { faults });
  return { tap, asked: () => asked, ...watch(tap) };
}

/** The status and the body of a request. */
async function ask(tap: Tap, options: http.RequestOptions = {}, body = '') {
  const request = http.request({
    host: '127.0.0.1',
    port: tap.port,
    ...options,
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [
    http.IncomingMessage,
  ];
  const { text } = await all(response as unknown as Duplex);
  return { code: response.statusCode, text, headers: response.headers };
}

describe('status', () => {
  test('responds instead of the server, which gets nothing', async () => {
    const { tap, asked, injected, ends } = await rig(['status=503']);
    const closed = next(tap, 'close');
    const { code, text, headers } = await ask(tap);
    expect(code).toBe(503);
    expect(text).toBe(
      '503 Service Unavailable: sent by the tap, not by the server\n',
    );
    expect(headers['connection']).toBe('close');
    await closed;
    expect(asked()).toBe(0);
    expect(injected).toMatchObject([{ connection: 1, fault: 'status' }]);
    expect(ends.toSorted()).toEqual(['both fin', 'up fin']);
  });

  test('says when to come back, where it is told to: in whole seconds', async () => {
    const { tap } = await rig(['status=429,1500ms']);
    const told = await ask(tap);
    expect([told.code, told.headers['retry-after']]).toEqual([429, '2']);
    tap.setFaults(parseFaults(['status=429']));
    expect((await ask(tap)).headers['retry-after']).toBeUndefined();
  });

  test('is recorded as it went over the wire', async () => {
    const { tap } = await rig(['status']);
    const { client } = await connect(tap.port);
    client.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const { bytes } = await all(client);
    const { up, down } = tap.recording.connection(1)!;
    expect(up.bytes).toBe(27);
    expect(String(bytes)).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(tap.recording.bytes(1, 'down', 0, down.bytes)).toEqual(bytes);
  });

  test('responds to an upload too, and a WebSocket handshake', async () => {
    const { tap, asked } = await rig(['status=504']);
    const upload = await ask(tap, { method: 'POST' }, 'x'.repeat(300_000));
    expect(upload.code).toBe(504);
    const socket = new WebSocket(`ws://127.0.0.1:${tap.port}`);
    const [request, response] = (await once(socket, 'unexpected-response')) as [
      http.ClientRequest,
      http.IncomingMessage,
    ];
    expect(response.statusCode).toBe(504);
    request.destroy();
    expect(asked()).toBe(0);
  });

  test('responds to the next request of a connection that lives', async () => {
    const { tap, asked } = await rig([]);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    atEnd(() => agent.destroy());
    expect((await ask(tap, { agent })).text).toBe('from the server');
    tap.setFaults(parseFaults(['status=502']));
    expect((await ask(tap, { agent })).code).toBe(502);
    expect(asked()).toBe(1);
    expect(tap.recording.connections()).toHaveLength(1);
    tap.setFaults([]);
    expect((await ask(tap, { agent })).text).toBe('from the server');
  });

  test('lets bytes through that begin no request', async () => {
    const port = await startTarget((socket) => socket.pipe(socket));
    const tap = await startTap(port);
    const { client } = await connect(tap.port);
    client.write('hello');
    await take(client, 5);
    tap.setFaults(parseFaults(['status=502']));
    client.write('no HTTP');
    expect(await take(client, 7)).toBe('no HTTP');
  });

  test('dials after all for a client that asks when it is lifted', async () => {
    const { tap } = await rig(['status=502']);
    const { client } = await connect(tap.port);
    tap.setFaults([]);
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect((await all(client)).text).toMatch(/from the server$/);
  });

  test('closes a client that ends without a request', async () => {
    const { tap } = await rig(['status=502']);
    const { client } = await connect(tap.port);
    const closed = next(tap, 'close');
    client.end();
    expect(await endOf(client)).toBe('fin');
    await closed;
  });

  test('speaks HTTP/2 to who speaks it, under TLS, with no server there', async () => {
    const pair = await localCertificate();
    const server = http2.createSecureServer(pair);
    const sockets = new Set<net.Socket>();
    const port = await listen(server as unknown as net.Server, sockets);
    const tap = await startTap(port, { layer: 'TLS', faults: ['status=503'] });
    await tap.learnProtocols();
    const session = http2.connect(`https://localhost:${tap.port}`, {
      ca: pair.cert,
    });
    atEnd(() => session.destroy());
    const stream = session.request({ ':path': '/' });
    const [headers] = (await once(stream, 'response')) as [
      http2.IncomingHttpHeaders & { ':status': number },
    ];
    expect(headers[':status']).toBe(503);
    expect((await all(stream)).text).toMatch(/^503 /);
    await once(session, 'close');
    expect(tap.recording.connection(1)?.opened.protocol).toBe('h2');
  });

  test('needs no server at all, under TLS too', async () => {
    const gone = net.createServer();
    const port = await listen(gone);
    gone.close();
    await once(gone, 'close');
    const tap = await startTap(port, { layer: 'TLS', faults: ['status=502'] });
    const { client } = await connect(tap.port, { layer: 'TLS' });
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await all(client)).text).toMatch(/^HTTP\/1\.1 502 /);
  });
});
