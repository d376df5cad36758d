/**
 * Who else may read our responses: CORS. Fetch, 3.3.
 * Broken on purpose: see README.md.
 */
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

/** Allows pages of one other origin, also with the cookies of their user. */
export function allowOrigin(origin: string) {
  return (request: Request, response: Response, next: NextFunction) => {
    // TODO: cookies, the preflight before a PUT, and caches on the way.
    if (request.get('Origin') === origin)
      response.set('Access-Control-Allow-Origin', origin);
    next();
  };
}

// ---- From here on nothing is broken ----

/** A board to read, and delays that staff may report. */
export function createServer({
  feed = createFeed(),
  allowedOrigin = 'http://127.0.0.1:4002',
} = {}): Lesson {
  const app = express();
  app.use(allowOrigin(allowedOrigin));
  app.get('/board', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(feed.snapshot());
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
