/**
 * The way through the gateway: from a fixed list of paths to the servers behind
 * it. http2-proxy copies bytes, both ways, as fast as the slower side takes
 * them; what it must not copy, and what it does not decide, stands here.
 */
import {
  request as ask,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import proxy from 'http2-proxy';
import type { createAgent } from './ask.ts';
import { deadlineOf, timeLeft } from './deadline.ts';
import { failureOf, fieldsOf, problemOf, type Failure } from './failure.ts';

/** Where a path leads: the name of an upstream, and the path there. */
export type Routes = Record<string, [side: string, path: string]>;

interface Options {
  routes: Routes;
  /** Where the upstreams are: their names and URLs. */
  sides: Record<string, string>;
  agent: ReturnType<typeof createAgent>;
  /** ms until an answer must be there, whole unless it is an event stream. */
  patience: number;
}

export function createProxy({ routes, sides, agent, patience }: Options) {
  const counts: Record<string, number> = { failures: 0 };

  /** Never from the request: a path that is not in the list leads nowhere. */
  function find(url = '') {
    const [path = '', ...query] = url.split('?');
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) return undefined;
    const [side, there] = route;
    return { side, path: [there, ...query].join('?') };
  }

  /** What is asked behind, instead of what was asked here. */
  function forward(
    request: IncomingMessage,
    { side, path }: { side: string; path: string },
    clock: { late: boolean; stop(): void },
    agentOfIt: Options['agent'] | false,
  ) {
    const deadline = deadlineOf(request.headers, patience);
    return (_request: IncomingMessage, options: { headers: object }) => {
      agent.counts.requests += 1;
      const { hostname, port } = new URL(sides[side]!);
      const asked = ask({
        ...options,
        hostname,
        port,
        path,
        agent: agentOfIt,
        headers: {
          ...options.headers,
          forwarded: forwardedFor(request),
          [timeLeft]: String(deadline.left),
        },
      });
      const timer = setTimeout(() => {
        clock.late = true;
        asked.destroy(new Error('took too long'));
      }, deadline.left);
      clock.stop = () => clearTimeout(timer);
      // An event stream has come once it has begun, and so has a WebSocket.
      asked.on('upgrade', clock.stop).on('close', clock.stop);
      asked.on('response', ({ headers }) => {
        const type = headers['content-type'] ?? '';
        if (type.startsWith('text/event-stream')) clock.stop();
      });
      return asked;
    };
  }

  /** Answers what the list has; the rest goes to `next`. */
  async function web(
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
    isSecond = false,
  ): Promise<void> {
    const route = find(request.url);
    if (!route) return next();
    const { side } = route;
    const clock = { late: false, stop() {} };
    const onReq = forward(request, route, clock, agent);
    cleanse(request);
    try {
      await proxy.web(request, response, { onReq } as never);
    } catch (thrown) {
      const error = thrown as Error & { reusedSocket?: boolean };
      // The keep-alive race: it was closed just as we took it up again. What
      // only reads may be asked once more, before anybody notices.
      const isRace = error.reusedSocket && !clock.late && !isSecond;
      if (isRace && request.method === 'GET' && !response.headersSent)
        return web(request, response, next, true);
      counts['failures']! += 1;
      const failure = failureOf(error, side, clock.late);
      // After the head there is no status left to send: the cut says it.
      if (response.headersSent) return void response.destroy();
      response.writeHead(failure.status, fieldsOf(failure, side));
      response.end(problemOf(failure, side));
    } finally {
      clock.stop();
    }
  }

  /** A WebSocket: the same, until frames begin. */
  async function upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    // Whatever happens to it must not end the process.
    socket.on('error', () => {});
    const route = find(request.url);
    if (!route || !isOwn(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    const { side } = route;
    const clock = { late: false, stop() {} };
    const onReq = forward(request, route, clock, false);
    cleanse(request);
    try {
      await proxy.ws(request, socket as Socket, head, { onReq } as never);
    } catch (thrown) {
      counts['failures']! += 1;
      const isOpen = (socket as Socket).bytesWritten > 0;
      const failure = failureOf(thrown as Error, side, clock.late);
      if (isOpen) socket.destroy();
      else socket.end(headOf(failure, side));
    } finally {
      clock.stop();
    }
  }

  return { web, upgrade, counts };
}

/** What a client says of the way so far is not believed: anybody can say it. */
function cleanse({ headers }: IncomingMessage) {
  for (const name of Object.keys(headers))
    if (name === 'forwarded' || name.startsWith('x-forwarded-'))
      delete headers[name];
}

/** RFC 7239: for whom we ask, where they asked, and how. */
function forwardedFor({ socket, headers }: IncomingMessage): string {
  const { remoteAddress: address = 'unknown', remotePort: port } = socket;
  const node = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  const host = String(headers.host).replaceAll(/["\\]/g, '');
  return `for="${node}";host="${host}";proto=http`;
}

/** A browser says which page opens a WebSocket; ours have our own host. */
function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || URL.parse(origin)?.host === host;
}

function headOf(failure: Failure, side: string): string {
  const lines = Object.entries(fieldsOf(failure, side)).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const body = problemOf(failure, side);
  const length = Buffer.byteLength(body);
  lines.unshift(`HTTP/1.1 ${failure.status} \r\n`);
  lines.push(`Content-Length: ${length}\r\nConnection: close\r\n\r\n`, body);
  return lines.join('');
}
