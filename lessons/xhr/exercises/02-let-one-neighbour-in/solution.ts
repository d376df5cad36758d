/** Who else may read our responses: CORS. Fetch, 3.3. */
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
    // Why in any case: a response without the header depends on the origin,
    // too.
    response.vary('Origin');

    // Why the whole origin: http://127.0.0.1:40021 begins like it.
    if (request.get('Origin') !== origin) return next();

    // Why before anything else is done: errors carry it, too. Why no `*`: with
    // cookies, browsers accept the named origin only.
    response.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
    });
    if (request.method !== 'OPTIONS') return next();

    // Why here: the preflight has no route, and brings no cookie.
    response.set({
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': 'Content-Type',
    });
    return response.status(204).end();
  };
}

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
