import type { Feed } from '../board/feed.ts';
import type { Next, Request, Response } from './exchange.ts';
import { readJson } from './read-json.ts';

/**
 * Makes a handler for `PUT /rate` with `{"rate":"rush"}`: the switch that every
 * page offers. Responds with 204; anything else goes to `next`, bad input as an error
 * with status 400 or 413. Works as Express middleware and with `node:http`.
 */
export function serveRate(feed: Feed) {
  return async (
    request: Request,
    response: Response,
    next: Next,
  ): Promise<void> => {
    if (request.method !== 'PUT' || request.url !== '/rate') return next();
    try {
      await setRate(feed, request, response);
    } catch (error) {
      next(error);
    }
  };
}

/**
 * Sets the rate that a request's body names, and responds with 204.
 *
 * @throws BadInput (400, 413) where it names none
 */
export async function setRate(
  feed: Feed,
  request: Request,
  response: Response,
): Promise<void> {
  const body = await readJson(request, 'Set the rate', '{"rate":"normal"}');
  feed.setRate((body as { rate?: unknown } | null)?.rate);
  response.statusCode = 204;
  response.end();
}
