// Right, and different: reads the target, and refuses what is not upstream's.

import { request } from 'node:http';
import { endToEnd, serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, patience }: Upstream) {
  return serve((asked, response) => {
    const { method, url = '/' } = asked;
    const target = URL.parse(url, upstream);
    if (target?.origin !== new URL(upstream).origin)
      return void response.writeHead(421).end();
    const headers = endToEnd(asked.headers);
    delete headers['host'];
    const how = { method, headers, agent: false };
    const further = request(target, how);

    let isLate = false;
    const clock = setTimeout(() => {
      isLate = true;
      further.destroy(new Error('late'));
    }, patience);

    further.on('response', (answer) => {
      clearTimeout(clock);
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 599)
        return void response.writeHead(502).end();
      response.writeHead(statusCode, endToEnd(answer.headers));
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });

    further.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(clock);
      if (response.headersSent) return response.destroy();
      const nobody = error.code === 'ECONNREFUSED' ? 503 : 502;
      return response.writeHead(isLate ? 504 : nobody).end();
    });

    response.on('close', () => further.destroy());
    asked.pipe(further);
  });
}
