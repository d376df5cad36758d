/** A gateway that says which side failed. RFC 9110, 7.6 and 15.6. */
import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

export interface Upstream {
  /** The server behind the gateway: `http://127.0.0.1:4010`. */
  upstream: string;
  /** How long to wait for the header section of its response, in ms. */
  timeoutMs: number;
}

export function createServer({ upstream, timeoutMs }: Upstream): Lesson {
  return serve((request, response) => {
    const { method, url = '/' } = request;
    const headers = endToEnd(request.headers);
    // Why without Host: Node names the host that it connects to, by the URL.
    delete headers['host'];
    // Why a path: the client must not choose the server as well.
    const options = { method, headers, agent: false, path: url };
    const upstreamRequest = http.request(upstream, options);

    // Why only for the headers: an event stream may last, once it has begun.
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      upstreamRequest.destroy(new Error('timed out'));
    }, timeoutMs);

    upstreamRequest.on('response', (upstreamResponse) => {
      clearTimeout(timer);
      // Why: Node throws if it is to send a number that is no status code.
      const { statusCode = 0 } = upstreamResponse;
      if (statusCode < 200 || statusCode > 599)
        return void response.writeHead(502).end();
      response.writeHead(statusCode, endToEnd(upstreamResponse.headers));
      // Why at once: a stream may be silent for long after its headers.
      response.flushHeaders();
      upstreamResponse.pipe(response);
      // Why destroy: it is too late for a status code, and `end` would say
      // that the body is complete.
      upstreamResponse.on('error', () => response.destroy());
    });

    // Why two: a slow server and one that is down are mended by other people.
    // For a refused connection RFC 9209 recommends 502, too (2.3.7).
    upstreamRequest.on('error', () => {
      clearTimeout(timer);
      if (response.headersSent) return response.destroy();
      return response.writeHead(timedOut ? 504 : 502).end();
    });

    // Why: the upstream would go on working for a browser that has left.
    response.on('close', () => upstreamRequest.destroy());
    request.pipe(upstreamRequest);
  });
}

/** Without the hop-by-hop headers: RFC 9110, 7.6.1 (Connection). */
export function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(headers.connection ?? '').toLowerCase();
  const removed = new Set([
    ...hopByHop,
    ...named.split(',').map((name) => name.trim()),
  ]);
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.filter(([name]) => !removed.has(name)));
}

const hopByHop = [
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
];

// ---- From here on nothing is broken ----

export function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Lesson {
  const server = http.createServer(handle);
  const close = async () => {
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
