/**
 * What comes through a proxy that speaks HTTP/2 to the client and HTTP/1.1 to
 * Node: the table in the tutorial. Only for those that are installed.
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  test,
} from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type Settings,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import type { ProxyName } from '@on-the-wire/proxies/programs.ts';
import { startProxy, type RunningProxy } from '@on-the-wire/proxies/start.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { respondToDictation } from '../dictation.ts';
import { exchangeOf } from '../exchange.ts';

interface Proxy {
  title: string;
  name: ProxyName;
  /** Its minimal ones, if none are given. */
  lines?: string;
  /** Whether a request body comes to Node while it is sent. */
  streams: boolean;
  /** Whether Node learns at once that a request was cancelled. */
  cancels: boolean;
  /** Whether a WebSocket may use a stream: RFC 8441. */
  webSockets: boolean;
  /** How many responses that do not end a new connection has; else all. */
  endless?: number;
  /** The status codes that follow a 103 of Node; none where it fails. */
  hints: number[] | undefined;
}

const proxies: Proxy[] = [
  {
    title: 'HAProxy',
    name: 'haproxy',
    streams: true,
    cancels: true,
    webSockets: true,
    hints: [103, 200],
  },
  {
    title: 'nghttpx',
    name: 'nghttpx',
    streams: true,
    cancels: true,
    webSockets: true,
    hints: [103, 200],
  },
  {
    title: 'Caddy',
    name: 'caddy',
    streams: true,
    cancels: true,
    webSockets: false,
    hints: [103, 200],
  },
  {
    title: 'Apache',
    name: 'apache',
    streams: false,
    cancels: false,
    endless: 6,
    webSockets: false,
    hints: [200],
  },
  {
    title: 'nginx with its defaults',
    name: 'nginx',
    streams: false,
    cancels: true,
    webSockets: false,
    hints: [200],
  },
  {
    title: 'nginx that does not buffer requests',
    name: 'nginx',
    lines: `location / {
      proxy_pass http://lesson;
      proxy_http_version 1.1;
      proxy_request_buffering off;
    }`,
    streams: true,
    cancels: true,
    webSockets: false,
    hints: undefined,
  },
];

for (const proxy of proxies) {
  describeBehind(proxy.name, `behind ${proxy.title}`, (installed) => {
    let running: RunningProxy;
    let session: ClientHttp2Session;
    let settings: Settings;

    const requests: string[] = [];
    // HTTP/1.1, without TLS.
    const server = createServer(async (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      if (request.url === '/dictation')
        await respondToDictation(exchangeOf(request, response));
      else if (request.url === '/board') response.end('a board');
      else if (request.url === '/events') {
        response.setHeader('X-Accel-Buffering', 'no'); // or nginx keeps it
        response.write(': \n\n');
      } else if (request.url === '/hints') {
        // To a client of HTTP/1.0 it must not be sent: RFC 9110, 15.2.
        if (request.httpVersion !== '1.0')
          response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.end('a page');
      }
      // Else it never responds.
    });

    beforeAll(async () => {
      const upstream = await listen(server);
      running = await startProxy(installed, {
        port: await freePort(),
        upstream,
        tls: await localCertificate(),
        lines: proxy.lines ?? minimalLines(proxy.name),
      });
    });

    // One for each test: Apache ends an idle one after five seconds, and Node
    // tells no settings of a session that has ended.
    beforeEach(async () => {
      session = connectTo(running);
      [settings] = (await once(session, 'remoteSettings')) as [Settings];
    });

    afterEach(() => session?.destroy());

    afterAll(async () => {
      await running?.stop();
      server.closeAllConnections();
      server.close();
    });

    test(`a request body comes ${proxy.streams ? 'word by word' : 'as a whole'}`, async () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/dictation',
      });
      stream.setEncoding('utf8');
      let text = '';
      stream.on('data', (piece: string) => (text += piece));
      for (const word of ['one', 'two', 'three']) {
        stream.write(word);
        while (proxy.streams && !text.includes(`"${word}"`))
          await once(stream, 'data');
      }
      // What was sent before this was there before it.
      const other = session.request({ ':path': '/board' }).resume();
      await once(other, 'close');
      expect(requests).toEqual(
        proxy.streams ? ['POST /dictation', 'GET /board'] : ['GET /board'],
      );
      stream.end();
      await once(stream, 'close');
      expect(requests).toContain('POST /dictation');
      expect(text).toContain(proxy.streams ? '"three"' : '"onetwothree"');
    });

    /** Opens twelve; resolves when so many have begun. */
    const openTwelve = (own: ClientHttp2Session, most: number) =>
      new Promise<void>((resolve) => {
        let begun = 0;
        for (let n = 0; n < 12; n += 1)
          own
            .request({ ':path': '/events' })
            .on('error', () => {})
            .on('response', () => (begun += 1) === most && resolve());
      });

    test(`of twelve event streams ${proxy.endless ?? 'all'} open at first`, async () => {
      const own = connectTo(running);
      requests.length = 0;
      await openTwelve(own, proxy.endless ?? 12);
      // What was sent before this was there before it.
      const other = session.request({ ':path': '/board' }).resume();
      await once(other, 'close');
      const opened = requests.filter((line) => line === 'GET /events');
      expect(opened).toHaveLength(proxy.endless ?? 12);
      own.destroy();
    });

    // As for the lesson's page: it has loaded its files before.
    test('all twelve open after short requests', async () => {
      const own = connectTo(running);
      for (let n = 0; n < 20; n += 1)
        await once(own.request({ ':path': '/board' }).resume(), 'close');
      await openTwelve(own, 12);
      own.destroy();
    });

    if (proxy.cancels)
      test('a cancelled request is closed in Node', async () => {
        const arrived = once(server, 'request');
        const stream = session.request({ ':path': '/silent' });
        stream.on('error', () => {});
        const [, response] = (await arrived) as [unknown, Duplex];
        const closed = once(response, 'close');
        stream.close(constants.NGHTTP2_CANCEL);
        await closed;
      });

    test(`a 103 ${proxy.hints ? `gives ${proxy.hints.join(', ')}` : 'fails'}`, async () => {
      const other = connectTo(running);
      const stream = other.request({ ':path': '/hints' });
      stream.on('error', () => {});
      const codes: unknown[] = [];
      stream.on('headers', ({ ':status': code }) => codes.push(code));
      stream.on('response', ({ ':status': code }) => codes.push(code));
      stream.resume();
      if (proxy.hints) {
        await once(stream, 'close');
        expect(codes).toEqual(proxy.hints);
      } else {
        // It takes the 103 for the response, and waits, or ends the connection.
        await once(stream, 'headers');
        expect(codes).toEqual([103]);
      }
      other.destroy();
    });

    test(`a WebSocket ${proxy.webSockets ? 'may' : 'cannot'} use a stream`, async () => {
      expect(settings.enableConnectProtocol).toBe(proxy.webSockets);
      if (!proxy.webSockets) return;
      const upgrade = once(server, 'upgrade');
      const stream = session.request({
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':scheme': 'https',
        ':authority': 'lesson.example',
        ':path': '/loudspeaker',
        'sec-websocket-version': '13',
      });
      stream.on('error', () => {});
      const responded = once(stream, 'response');
      const [request, socket] = (await upgrade) as [IncomingMessage, Duplex];
      const { method, httpVersion, headers } = request;
      expect([method, httpVersion]).toEqual(['GET', '1.1']);
      expect(headers.upgrade).toBe('websocket');
      const key = String(headers['sec-websocket-key']);
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
          `Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept(key)}\r\n\r\n`,
      );
      const [{ ':status': status }] = await responded;
      expect(status).toBe(200);
      socket.destroy();
      stream.destroy();
    });
  });
}

const connectTo = ({ port }: RunningProxy) =>
  connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false }).on(
    'error',
    () => {},
  );

/** RFC 6455, 4.2.2: HAProxy made the key, as there is none over HTTP/2. */
const accept = (key: string) =>
  createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
