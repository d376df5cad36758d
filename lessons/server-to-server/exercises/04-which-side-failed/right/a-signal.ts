// Right, and different: a signal ends the request, and a pipeline the answer.

import { request } from 'node:http';
import { pipeline } from 'node:stream';
import { endToEnd, serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, patience }: Upstream) {
  return serve((asked, response) => {
    const { method, url = '/' } = asked;
    const headers = endToEnd(asked.headers);
    delete headers['host'];
    const gone = new AbortController();
    const { signal } = gone;
    const how = { method, headers, agent: false, signal };
    const further = request(upstream, { ...how, path: url });

    const clock = setTimeout(() => gone.abort('late'), patience);

    further.on('response', (answer) => {
      clearTimeout(clock);
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 599)
        return void response.writeHead(502).end();
      response.writeHead(statusCode, endToEnd(answer.headers));
      response.flushHeaders();
      pipeline(answer, response, () => {});
    });

    further.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(clock);
      if (response.headersSent) return response.destroy();
      const nobody = error.code === 'ECONNREFUSED' ? 503 : 502;
      return response.writeHead(signal.reason === 'late' ? 504 : nobody).end();
    });

    response.on('close', () => gone.abort());
    asked.pipe(further);
  });
}
