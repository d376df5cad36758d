/**
 * A gateway: it forwards requests of browsers to another server, its upstream.
 * Broken on purpose: see README.md.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

export interface Upstream {
  /** The server behind the gateway: `http://127.0.0.1:4010`. */
  upstream: string;
  /** How long to wait for the header section of its response, in ms. */
  timeoutMs: number;
}

export function createServer({ upstream }: Upstream): Lesson {
  return serve((request, response) => {
    const { method, url = '/', headers } = request;
    // TODO: not all headers are for the upstream.
    const options = { method, headers, agent: false, path: url };
    const upstreamRequest = http.request(upstream, options);

    upstreamRequest.on('response', (upstreamResponse) => {
      const { statusCode = 0 } = upstreamResponse;
      response.writeHead(statusCode, upstreamResponse.headers);
      upstreamResponse.pipe(response);
    });

    // TODO: which side failed, and can the browser still be told?
    upstreamRequest.on('error', () => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
    request.pipe(upstreamRequest);
  });
}

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
