// Right, and different: http2-proxy copies, and tells where it failed. Like
// HAProxy with its defaults, it says 503 where there was no connection.

import http, { type IncomingMessage } from 'node:http';
import proxy from 'http2-proxy';
import { serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, timeoutMs }: Upstream) {
  const { hostname, port } = new URL(upstream);
  return serve((request, response) => {
    let timedOut = false;
    const onReq = (_request: unknown, options: object) => {
      const to = { ...options, hostname, port, agent: false };
      const upstreamRequest = http.request(to);
      const timer = setTimeout(() => {
        timedOut = true;
        upstreamRequest.destroy(new Error('timed out'));
      }, timeoutMs);
      upstreamRequest.on('response', () => clearTimeout(timer));
      upstreamRequest.on('close', () => clearTimeout(timer));
      return upstreamRequest;
    };
    const onRes = async (
      _request: unknown,
      _response: unknown,
      upstreamResponse: IncomingMessage,
    ) => {
      const { statusCode = 0, headers } = upstreamResponse;
      if (statusCode < 200 || statusCode > 599)
        throw new Error('no status code');
      response.writeHead(statusCode, headers).flushHeaders();
      upstreamResponse.pipe(response);
    };
    proxy.web(request, response, { onReq, onRes } as never, (error) => {
      if (!error) return;
      const { statusCode = 502 } = error as Error & { statusCode?: number };
      if (response.headersSent) response.destroy();
      else response.writeHead(timedOut ? 504 : statusCode).end();
    });
  });
}
