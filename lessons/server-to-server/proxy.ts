/**
 * The way through the gateway: from a fixed list of paths to the servers behind
 * it. http2-proxy copies bytes, both ways, as fast as the slower side takes
 * them; what it must not copy, and what it does not decide, stands here.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import proxy from 'http2-proxy';
import { deadlineOf, timeLeft } from './deadline.ts';
import { failureOf, headersOf, problemOf, type Failure } from './failure.ts';
import { refusalOf } from './framing.ts';
import type { createAgent } from './request.ts';
import { isForUs } from './target.ts';

/** Where a path leads: the name of an upstream, and the path there. */
export type Routes = Record<string, [side: string, path: string]>;

interface Options {
  routes: Routes;
  /** Where the upstreams are: their names and URLs. */
  sides: Record<string, string>;
  /** By which clients know us, and whose pages may open a WebSocket here. */
  origins: string[];
  agent: ReturnType<typeof createAgent>;
  /** Until a response must be here, complete unless it is an event stream. */
  timeoutMs: number;
}

export function createProxy({
  routes,
  sides,
  origins,
  agent,
  timeoutMs,
}: Options) {
  const counts: Record<string, number> = { failures: 0 };
  /** Sockets that the server has handed over, and does not close itself. */
  const sockets = new Set<Duplex>();
  const keep = (socket: Duplex) => {
    // Whatever happens to it must not end the process.
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    sockets.add(socket);
  };

  /** Never from the request: a path that is not in the list leads nowhere. */
  function find(url = '') {
    const [path = '', ...query] = url.split('?');
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) return undefined;
    const [side, there] = route;
    return { side, path: [there, ...query].join('?') };
  }

  /** Makes the upstream request that stands for a request that came here. */
  function forward(
    request: IncomingMessage,
    { side, path }: { side: string; path: string },
    timer: { timedOut: boolean; stop(): void },
    agentOfIt: Options['agent'] | false,
  ) {
    const deadline = deadlineOf(request.headers, timeoutMs);
    return (_request: IncomingMessage, options: { headers: object }) => {
      agent.counts.requests += 1;
      const { hostname, port } = new URL(sides[side]!);
      const upstreamRequest = http.request({
        ...options,
        hostname,
        port,
        path,
        agent: agentOfIt,
        timeout: 0, // ours is below
        headers: {
          ...options.headers,
          forwarded: forwardedFor(request, origins),
          [timeLeft]: String(deadline.left),
        },
      });
      const timeout = setTimeout(() => {
        timer.timedOut = true;
        upstreamRequest.destroy(new Error('took too long'));
      }, deadline.left);
      timer.stop = () => clearTimeout(timeout);
      // An event stream may last, once it has begun; and so may a WebSocket.
      upstreamRequest.on('upgrade', timer.stop).on('close', timer.stop);
      upstreamRequest.on('response', ({ headers }) => {
        const type = headers['content-type'] ?? '';
        if (type.startsWith('text/event-stream')) timer.stop();
      });
      return upstreamRequest;
    };
  }

  /** Forwards requests for the paths in the list; others go to `next`. */
  async function web(
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
    isSecond = false,
  ): Promise<void> {
    const route = find(request.url);
    if (!route) return next();
    const refusal = refusalOf(request);
    if (refusal) {
      response.statusCode = refusal.status;
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.setHeader('Connection', 'close');
      return void response.end(`${refusal.sentence}\n`);
    }
    const { side } = route;
    const timer = { timedOut: false, stop() {} };
    const onReq = forward(request, route, timer, agent);
    removeForwarded(request);
    try {
      await proxy.web(request, response, { onReq, onRes: passOn } as never);
    } catch (thrown) {
      const error = thrown as Error & { reusedSocket?: boolean };
      // The keep-alive race: the upstream closed the connection just as we
      // reused it. A GET may be sent once more, before anybody notices.
      const isRace = error.reusedSocket && !timer.timedOut && !isSecond;
      if (isRace && request.method === 'GET' && !response.headersSent)
        return web(request, response, next, true);
      counts['failures']! += 1;
      const failure = failureOf(error, side, timer.timedOut);
      // After the headers it is too late for a status code: close instead.
      if (response.headersSent) return void response.destroy();
      response.writeHead(failure.status, headersOf(failure, side));
      response.end(problemOf(failure, side));
    } finally {
      timer.stop();
    }
  }

  /** A WebSocket: the same, until frames begin. */
  async function upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    keep(socket);
    if (!isForUs(request, origins))
      return end(socket, 421, 'Misdirected Request');
    const route = find(request.url);
    if (!route) return end(socket, 404, 'Not Found');
    // A browser says which page opens a WebSocket. Compared with a list: a page
    // that rebinds its name to this machine has that name in Host as well.
    const { origin } = request.headers;
    if (origin !== undefined && !origins.includes(origin))
      return end(socket, 403, 'Forbidden');
    // Its handshake is a GET without a body: RFC 6455, 4.1.
    const refusal = refusalOf(request);
    if (refusal) return end(socket, refusal.status, refusal.reason);
    if (request.method !== 'GET') return end(socket, 400, 'Bad Request');
    // Names of protocols have no case; http2-proxy compares with this one.
    request.headers.upgrade = 'websocket';
    const { bytesWritten } = socket as Socket;
    const { side } = route;
    const timer = { timedOut: false, stop() {} };
    const onReq = forward(request, route, timer, false);
    removeForwarded(request);
    try {
      await proxy.ws(request, socket as Socket, head, { onReq } as never);
    } catch (thrown) {
      counts['failures']! += 1;
      const isOpen = (socket as Socket).bytesWritten > bytesWritten;
      const failure = failureOf(thrown as Error, side, timer.timedOut);
      if (isOpen) socket.destroy();
      else socket.end(bytesOf(failure, side), () => socket.destroy());
    } finally {
      timer.stop();
    }
  }

  /** CONNECT is for a tunnel to anywhere: RFC 9110, 9.1 and 9.3.6. */
  function connect(_request: IncomingMessage, socket: Duplex) {
    keep(socket);
    end(socket, 501, 'Not Implemented');
  }

  function close() {
    agent.destroy();
    for (const socket of sockets) socket.destroy();
  }

  return { web, upgrade, connect, close, counts };
}

/**
 * Passes a response on as it came. A number that is no status code (RFC 9110,
 * 15) cannot be passed on: http2-proxy would try, and Node would throw where
 * nobody catches.
 *
 * @throws if it is no status code
 */
async function passOn(
  _request: IncomingMessage,
  response: ServerResponse,
  upstreamResponse: IncomingMessage,
): Promise<void> {
  const { statusCode = 0, headers } = upstreamResponse;
  if (statusCode < 200 || statusCode > 599)
    throw Object.assign(new Error(`found status code ${statusCode}`), {
      code: 'HPE_INVALID_STATUS', // as Node names what is not HTTP
    });
  response.statusCode = statusCode;
  response.removeHeader('Cache-Control'); // what caches may do, only it can say
  response.setHeaders(new Map(Object.entries(headers)) as never);
  upstreamResponse.on('end', () =>
    response.addTrailers(upstreamResponse.trailers as never),
  );
  upstreamResponse.pipe(response);
}

/** Ends a connection that leads nowhere, also if its client stays. */
function end(socket: Duplex, status: number, reason: string) {
  const headers = 'Connection: close\r\nContent-Length: 0';
  const response = `HTTP/1.1 ${status} ${reason}\r\n${headers}\r\n\r\n`;
  socket.end(response, () => socket.destroy());
}

/** What a client says about the way so far is not believed: anybody can. */
function removeForwarded({ headers }: IncomingMessage) {
  for (const name of Object.keys(headers))
    if (name === 'forwarded' || name.startsWith('x-forwarded-'))
      delete headers[name];
}

/**
 * RFC 7239: for whom we forward, which host they named, and by which scheme.
 * A proxy before us may have ended TLS, so only the list knows the last.
 */
function forwardedFor(
  { socket, headers }: IncomingMessage,
  origins: string[],
): string {
  const { remoteAddress: address = 'unknown', remotePort: port } = socket;
  const node = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  // HTTP/1.0 need not name one.
  const { host } = headers;
  const named =
    host === undefined ? '' : `;host="${host.replaceAll(/["\\]/g, '')}"`;
  const known = origins.find((origin) => new URL(origin).host === host);
  const proto = known ? `;proto=${new URL(known).protocol.slice(0, -1)}` : '';
  return `for="${node}"${named}${proto}`;
}

/** A whole response that reports a failure, for a socket without a response. */
function bytesOf(failure: Failure, side: string): string {
  const lines = Object.entries(headersOf(failure, side)).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const body = problemOf(failure, side);
  const length = Buffer.byteLength(body);
  lines.unshift(`HTTP/1.1 ${failure.status} \r\n`);
  lines.push(`Content-Length: ${length}\r\nConnection: close\r\n\r\n`, body);
  return lines.join('');
}
