/**
 * A forwarder, as a Codespace or a tunnel has one: it ends TLS, speaks HTTP/1.1,
 * hands WebSockets on, and knows which name stands for which port. Browsers find
 * it by those names: as the address that each leads to, which a test does not
 * have, or as their proxy, which only connects them (CONNECT).
 */
import { EventEmitter, once } from 'node:events';
import {
  createServer as createProxy,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';

/** How a forwarder is. */
export interface ForwarderOptions {
  /** The ports that it knows, by their names; of others it knows nothing. */
  ports: Readonly<Record<string, number>>;
  /**
   * What it writes into Host and Origin: all as it came; Host as `localhost`
   * and the port; Origin, where it is its own, as that with http; or both.
   */
  rewrites?: 'nothing' | 'host' | 'origin' | 'both';
  /** The ports to which it speaks TLS. */
  tls?: readonly number[];
  /** Responds itself, and returns true: its sign-in, for example. */
  respond?: (
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
  ) => boolean;
}

/** A forwarder that listens. */
export interface Forwarder {
  /** What a browser's context takes as its proxy. */
  proxy: { server: string };
  /** Of each request that it has handed on: `GET name /path`. */
  readonly passed: string[];
  /** Resolves once so many that match were handed on. */
  hasPassed(wanted: RegExp, times?: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts one, at a free port of this machine. */
export async function startForwarder({
  ports,
  rewrites = 'nothing',
  tls = [],
  respond = () => false,
}: ForwarderOptions): Promise<Forwarder> {
  const passed: string[] = [];
  const handed = new EventEmitter();
  const open = new Set<Duplex>();

  /** Undefined for a name that it does not know. */
  function requestFor(from: IncomingMessage): ClientRequest | undefined {
    const { host: name = '', ...headers } = from.headers;
    const port = ports[name];
    if (port === undefined) return undefined;
    passed.push(`${from.method} ${name} ${from.url}`);
    handed.emit('on');
    const own = `localhost:${port}`;
    const isOwn = headers.origin === `https://${name}`;
    const written: OutgoingHttpHeaders = {
      ...headers,
      host: rewrites === 'host' || rewrites === 'both' ? own : name,
      ...(isOwn &&
        (rewrites === 'origin' || rewrites === 'both') && {
          origin: `http://${own}`,
        }),
      'x-forwarded-for': from.socket.remoteAddress,
      'x-forwarded-host': name,
      'x-forwarded-proto': 'https',
    };
    const { method, url: path } = from;
    const to = { host: '127.0.0.1', port, method, path, headers: written };
    return tls.includes(port)
      ? httpsRequest({ ...to, agent: false, rejectUnauthorized: false })
      : httpRequest({ ...to, agent: false });
  }

  const server = createServer(await localCertificate(), (request, response) => {
    if (respond(request.headers.host ?? '', request, response)) return;
    const upstream = requestFor(request);
    if (!upstream) return void response.writeHead(404).end('No such name.');
    upstream.on('response', (got) => {
      response.writeHead(got.statusCode!, got.headers);
      response.flushHeaders();
      got.on('error', () => response.destroy()).pipe(response);
    });
    upstream.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head) => {
    const upstream = requestFor(request);
    if (!upstream) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    const write = (got: IncomingMessage) => {
      const { rawHeaders: raw } = got;
      const lines = raw.flatMap((name, at) =>
        at % 2 === 0 ? [`${name}: ${raw[at + 1]}\r\n`] : [],
      );
      socket.write(
        `HTTP/1.1 ${got.statusCode} ${got.statusMessage}\r\n${lines.join('')}\r\n`,
      );
    };
    upstream.on('upgrade', (got, back: Duplex, first: Buffer) => {
      write(got);
      socket.write(first);
      back.write(head);
      back.on('error', () => socket.destroy()).pipe(socket);
      socket.on('error', () => back.destroy()).pipe(back);
    });
    upstream.on('response', (got) => {
      write(got);
      got.pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    upstream.end();
  });
  server.on('tlsClientError', () => {}); // a browser that does not trust it
  const { port } = await listen(server);
  const proxy = createProxy().on('connect', (_request, socket: Duplex) => {
    const through = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    // Also before it is connected, and while this ends.
    socket.on('error', () => through.destroy());
    through.on('error', () => socket.destroy());
  });
  for (const each of [server, proxy])
    each.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
  return {
    proxy: { server: (await listen(proxy)).origin },
    passed,
    async hasPassed(wanted, times = 1) {
      while (passed.filter((each) => wanted.test(each)).length < times)
        await once(handed, 'on');
    },
    async close() {
      const closed = [server, proxy].map(
        (each) => new Promise((done) => each.close(done)),
      );
      for (const socket of open) socket.destroy();
      await Promise.all(closed);
    },
  };
}
