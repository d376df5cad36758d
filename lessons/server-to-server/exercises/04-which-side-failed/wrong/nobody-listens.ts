// Wrong: no error listener, so one reset ends it for all.
// Told: The process crashed

import { request } from 'node:http';
import { endToEnd, serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, patience }: Upstream) {
  return serve((asked, response) => {
    const { method, url = '/' } = asked;
    const headers = endToEnd(asked.headers);
    delete headers['host'];
    const how = { method, headers, agent: false };
    const further = request(upstream, { ...how, path: url });

    const clock = setTimeout(() => {
      further.destroy(new Error('late'));
    }, patience);

    further.on('response', (answer) => {
      clearTimeout(clock);
      response.writeHead(answer.statusCode!, endToEnd(answer.headers));
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });

    response.on('close', () => further.destroy());
    asked.pipe(further);
  });
}
