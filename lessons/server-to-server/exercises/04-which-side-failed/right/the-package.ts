// Right, and different: http2-proxy copies, and tells where it broke.

import { request, type IncomingMessage } from 'node:http';
import proxy from 'http2-proxy';
import { serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, patience }: Upstream) {
  const { hostname, port } = new URL(upstream);
  return serve((asked, response) => {
    let isLate = false;
    const onReq = (_asked: unknown, options: object) => {
      const further = request({ ...options, hostname, port, agent: false });
      const clock = setTimeout(() => {
        isLate = true;
        further.destroy(new Error('late'));
      }, patience);
      further.on('response', () => clearTimeout(clock));
      further.on('close', () => clearTimeout(clock));
      return further;
    };
    const onRes = async (_q: unknown, _s: unknown, answer: IncomingMessage) => {
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 599) throw new Error('no status');
      response.writeHead(statusCode, answer.headers).flushHeaders();
      answer.pipe(response);
    };
    proxy.web(asked, response, { onReq, onRes } as never, (error) => {
      if (!error) return;
      const { statusCode = 502 } = error as Error & { statusCode?: number };
      if (response.headersSent) response.destroy();
      else response.writeHead(isLate ? 504 : statusCode).end();
    });
  });
}
