// Wrong: builds the target from the request's own, as it was once given.
// Told: Another server than the upstream gets the request

import { request } from 'node:http';
import { endToEnd, serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, timeoutMs }: Upstream) {
  return serve((asked, response) => {
    const { method, url = '/' } = asked;
    const headers = endToEnd(asked.headers);
    delete headers['host'];
    const how = { method, headers, agent: false };
    const further = request(new URL(url, upstream), how);

    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      further.destroy(new Error('timed out'));
    }, timeoutMs);

    further.on('response', (upstreamResponse) => {
      clearTimeout(timer);
      const { statusCode = 0 } = upstreamResponse;
      response.writeHead(statusCode, endToEnd(upstreamResponse.headers));
      response.flushHeaders();
      upstreamResponse.pipe(response);
      upstreamResponse.on('error', () => response.destroy());
    });

    further.on('error', () => {
      clearTimeout(timer);
      if (response.headersSent) return response.destroy();
      return response.writeHead(timedOut ? 504 : 502).end();
    });

    response.on('close', () => further.destroy());
    asked.pipe(further);
  });
}
