/**
 * Who else may read our answers: CORS. WHATWG Fetch, section 3.3.
 *
 * The request of a foreign page arrives, and is answered, like any other. What
 * these headers decide is whether the browser shows the answer to that page.
 */
import type { NextFunction, Request, Response } from 'express';

/** Lets pages of one other origin ask, with the cookies of their reader. */
export function allowOrigin(origin: string) {
  return (request: Request, response: Response, next: NextFunction) => {
    // The answer depends on who asks: a cache must keep them apart.
    response.vary('Origin');
    if (request.get('Origin') !== origin) return next();

    // Set before anything else is done, so that errors carry it as well. With
    // cookies `*` would not do: the origin must be named.
    response.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
    });

    // Before a request that no form could make, the browser asks whether it
    // may: the preflight. The answer holds for ten minutes.
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': '600',
    });
    return response.status(204).end();
  };
}
