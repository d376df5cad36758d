/**
 * Who else may read our responses: CORS. Fetch, 3.3.
 *
 * These headers decide what the browser does for a page of another origin:
 * whether it shows a response to that page, and whether it sends a request that
 * no HTML form could send.
 */
import type { NextFunction, Request, Response } from 'express';

/** Allows pages of one other origin, also with the cookies of their user. */
export function allowOrigin(origin: string) {
  return (request: Request, response: Response, next: NextFunction) => {
    // The response depends on the origin: a cache must not mix them up.
    response.vary('Origin');
    if (request.get('Origin') !== origin) return next();

    // Set before anything else is done, so that errors carry it, too. With
    // cookies, browsers do not accept `*`: the origin must be named.
    response.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
    });

    // The preflight: before a request that no form could send, the browser
    // asks for permission. It may keep this one for ten minutes.
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': '600',
    });
    return response.status(204).end();
  };
}
