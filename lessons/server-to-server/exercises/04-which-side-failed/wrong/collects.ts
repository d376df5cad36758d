// Wrong: collects the answer before it passes it on.
// Told: An event stream is held back

import { request } from 'node:http';
import { endToEnd, serve, type Upstream } from '../solution.ts';

export function createServer({ upstream, patience }: Upstream) {
  return serve((asked, response) => {
    const { method, url = '/' } = asked;
    const headers = endToEnd(asked.headers);
    delete headers['host'];
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
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () => response.end(Buffer.concat(pieces)));
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
