import type { Next, Request, Response } from './exchange.ts';

/**
 * Middleware before handlers whose responses are true only now: no cache may
 * store them (`no-store`: RFC 9111, 5.2.2.5), unless a handler says otherwise.
 * What says nothing, a cache may keep for as long as it likes, even a 404
 * (heuristic freshness: RFC 9111, 4.2.2). Varnish 7.1 does for two minutes.
 */
export function notStored(
  _request: Request,
  response: Response,
  next: Next,
): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}
