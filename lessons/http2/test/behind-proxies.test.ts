/**
 * What comes through a proxy that speaks HTTP/2 to the client and HTTP/1.1 to
 * Node: the table in the tutorial. Only where HAProxy and nginx are installed.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import {
  certificateFile,
  localCertificate,
} from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import {
  type ChildProcess,
  spawn,
  spawnSync,
} from '@on-the-wire/system/programs/start.ts';
import { respondToDictation } from '../dictation.ts';
import { exchangeOf } from '../exchange.ts';

const haproxy = (port: number, target: number) => `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen front
  bind 127.0.0.1:${port} ssl crt ${certificateFile} alpn h2,http/1.1
  server node 127.0.0.1:${target}
`;
const nginx = (port: number, target: number, more = '') => `
daemon off;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${certificateFile};
    ssl_certificate_key ${certificateFile};
    location / {
      proxy_pass http://127.0.0.1:${target};
      ${more}
    }
  }
}
`;
const unbuffered = 'proxy_http_version 1.1; proxy_request_buffering off;';

interface Proxy {
  title: string;
  program: string;
  parameters(folder: string, file: string): string[];
  configuration(port: number, target: number): string;
  /** Whether a request body comes to Node while it is sent. */
  streams: boolean;
  /** Whether a WebSocket may use a stream: RFC 8441. */
  webSockets: boolean;
}

const asNginx = (folder: string, file: string) => [
  '-p',
  folder,
  '-c',
  file,
  '-e',
  join(folder, 'errors.log'),
];

const proxies: Proxy[] = [
  {
    title: 'HAProxy',
    program: 'haproxy',
    parameters: (_folder, file) => ['-db', '-f', file],
    configuration: haproxy,
    streams: true,
    webSockets: true,
  },
  {
    title: 'nginx with its defaults',
    program: 'nginx',
    parameters: asNginx,
    configuration: (port, target) => nginx(port, target),
    streams: false,
    webSockets: false,
  },
  {
    title: 'nginx that does not buffer requests',
    program: 'nginx',
    parameters: asNginx,
    configuration: (port, target) => nginx(port, target, unbuffered),
    streams: true,
    webSockets: false,
  },
];

for (const proxy of proxies) {
  const isMissing = spawnSync(proxy.program, ['-v']).error !== undefined;
  if (isMissing)
    process.stderr.write(`Skipped "${proxy.title}": not installed\n`);
  // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
  (isMissing ? describe.skip : describe)(`behind ${proxy.title}`, () => {
    let folder: string;
    let child: ChildProcess;
    let session: ClientHttp2Session;

    const requests: string[] = [];
    // HTTP/1.1, without TLS.
    const server = createServer(async (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      if (request.url === '/dictation')
        await respondToDictation(exchangeOf(request, response));
      else if (request.url === '/board') response.end('a board');
      // Else it never responds.
    });

    beforeAll(async () => {
      await localCertificate();
      const { port: target } = await listen(server);
      folder = await mkdtemp(join(tmpdir(), 'on-the-wire-proxy-'));
      const port = await freePort();
      const file = join(folder, 'proxy.cfg');
      await writeFile(file, proxy.configuration(port, target));
      const parameters = proxy.parameters(folder, file);
      child = spawn(proxy.program, parameters, { stdio: 'ignore' });
      while (!(await isOpen(port)) && child.exitCode === null) await after(20);
      if (child.exitCode !== null)
        throw new Error(`${proxy.program} ended with ${child.exitCode}`);
      session = connect(`https://127.0.0.1:${port}`, {
        rejectUnauthorized: false,
      });
      await once(session, 'remoteSettings');
    });

    afterAll(async () => {
      session?.destroy();
      if (child?.exitCode === null) {
        const ended = once(child, 'exit');
        child.kill();
        await ended;
      }
      server.closeAllConnections();
      server.close();
      if (folder) await rm(folder, { recursive: true, force: true });
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

    test('a cancelled request is closed in Node', async () => {
      const arrived = once(server, 'request');
      const stream = session.request({ ':path': '/silent' });
      stream.on('error', () => {});
      const [, response] = (await arrived) as [unknown, Duplex];
      const closed = once(response, 'close');
      stream.close(constants.NGHTTP2_CANCEL);
      await closed;
    });

    test(`a WebSocket ${proxy.webSockets ? 'may' : 'cannot'} use a stream`, async () => {
      const { enableConnectProtocol } = session.remoteSettings;
      expect(enableConnectProtocol).toBe(proxy.webSockets);
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

/** RFC 6455, 4.2.2: HAProxy made the key, as there is none over HTTP/2. */
const accept = (key: string) =>
  createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');

async function isOpen(port: number): Promise<boolean> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
