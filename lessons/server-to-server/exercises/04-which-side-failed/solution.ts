/** A gateway that says which side failed. RFC 9110, 7.6 and 15.6. */
import {
  createServer as createHttpServer,
  request,
  type IncomingHttpHeaders,
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

export function createServer({ upstream, patience }: Upstream): Lesson {
  return serve((asked, response) => {
    const { method, url = '/' } = asked;
    const headers = endToEnd(asked.headers);
    // Why without it: Node names the host that it asks, by the URL.
    delete headers['host'];
    const how = { method, headers, agent: false };
    // Why a path: the client must not choose the server as well.
    const further = request(upstream, { ...how, path: url });

    // Why until the head: an event stream has come once it has begun.
    let isLate = false;
    const clock = setTimeout(() => {
      isLate = true;
      further.destroy(new Error('late'));
    }, patience);

    further.on('response', (answer) => {
      clearTimeout(clock);
      // Why: Node throws where it is told to say what is no status.
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 599)
        return void response.writeHead(502).end();
      response.writeHead(statusCode, endToEnd(answer.headers));
      // Why at once: a stream may be silent for long after its head.
      response.flushHeaders();
      answer.pipe(response);
      // Why cut: no status is left, and an end would say "that was all".
      answer.on('error', () => response.destroy());
    });

    // Why three: each of them sends another person to work.
    further.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(clock);
      if (response.headersSent) return response.destroy();
      const nobody = error.code === 'ECONNREFUSED' ? 503 : 502;
      return response.writeHead(isLate ? 504 : nobody).end();
    });

    // Why: the server would go on for a reader who is gone.
    response.on('close', () => further.destroy());
    asked.pipe(further);
  });
}

/** What is not for this connection alone: RFC 9110, 7.6.1. */
export function endToEnd(fields: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(fields.connection ?? '').toLowerCase();
  const left = new Set([
    ...hop,
    ...named.split(',').map((name) => name.trim()),
  ]);
  const entries = Object.entries(fields).filter(([name]) => !left.has(name));
  return Object.fromEntries(entries);
}

const hop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

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
