// Wrong: copies Host.
// Told: The server is asked by a name that is not its own

import { request } from 'node:http';
import { endToEnd, serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, patience }: Upstream) {
  return serve((asked, response) => {
    const { method, url = '/' } = asked;
    const headers = endToEnd(asked.headers);
    const how = { method, headers, agent: false };
    const further = request(upstream, { ...how, path: url });

    let isLate = false;
    const clock = setTimeout(() => {
      isLate = true;
      further.destroy(new Error('late'));
    }, patience);

    further.on('response', (answer) => {
      clearTimeout(clock);
      response.writeHead(answer.statusCode!, endToEnd(answer.headers));
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
