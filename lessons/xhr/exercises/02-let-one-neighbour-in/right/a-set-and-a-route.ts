// Right, and different: a set of origins, what was asked for is allowed, and the route for OPTIONS stands apart.

import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import express, {
  type NextFunction,
  type Request,
  type Response,
} from 'express';

export function allowOrigin(origin: string) {
  return (request: Request, response: Response, next: NextFunction) => {
    response.append('Vary', 'Accept-Encoding, origin');
    const asking = request.headers.origin ?? '';
    if (new Set([origin]).has(asking)) {
      response.setHeader('Access-Control-Allow-Origin', asking);
      response.setHeader('Access-Control-Allow-Credentials', 'true');
    }
    next();
  };
}

/** A board to read, and delays that staff may report. */
export function createServer({
  feed = createFeed(),
  neighbour = 'http://127.0.0.1:4002',
} = {}): Lesson {
  const app = express();
  app.use(allowOrigin(neighbour));
  app.options('/{*path}', (request, response) => {
    const { headers } = request;
    const method = headers['access-control-request-method'] ?? '';
    const names = headers['access-control-request-headers'] ?? '';
    response.setHeader('Access-Control-Allow-Methods', method);
    response.setHeader('Access-Control-Allow-Headers', names);
    response.end();
  });
  app.get('/board', (_request, response) => {
    response.json(feed.snapshot());
  });
  app.post('/sign-in', signIn);
  app.put('/delays', express.json(), (request, response) => {
    if (isStaff(request)) response.json(feed.reportDelay(request.body));
    else response.status(401).send('Only staff may report: sign in first.');
  });
  app.use(tellErrors);

  const server = createHttpServer(app);
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
