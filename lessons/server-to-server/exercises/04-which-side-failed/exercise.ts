/**
 * A gateway: it asks a server on behalf of browsers.
 * Broken on purpose: see README.md.
 */
import {
  createServer as createHttpServer,
  request,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

export interface Upstream {
  /** The server behind: `http://127.0.0.1:4010`. */
  upstream: string;
  /** ms until the head of its answer must be there. */
  patience: number;
}

export function createServer({ upstream }: Upstream): Lesson {
  return serve((asked, response) => {
    const { method, url = '/', headers } = asked;
    // TODO: not all fields are for the next server.
    const how = { method, headers, agent: false };
    const further = request(upstream, { ...how, path: url });

    further.on('response', (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });

    // TODO: which side failed, and who is still there to be told?
    further.on('error', () => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
    asked.pipe(further);
  });
}

// ---- From here on nothing is broken ----

export function serve(
  answer: (asked: IncomingMessage, response: ServerResponse) => void,
): Lesson {
  const server = createHttpServer(answer);
  const close = async () => {
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
