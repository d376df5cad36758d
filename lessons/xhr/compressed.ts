/** Fewer bytes for the same content: RFC 9110, 8.4 and 12.5.3. */
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

/** Sends a body, compressed with gzip where the client accepts that. */
export function sendCompressed(
  request: Request,
  response: Response,
  body: string | Buffer,
  type: string,
) {
  response.type(type);

  // A cache must keep the two apart.
  response.vary('Accept-Encoding');

  // What is accepted, the browser says, not the page. So that a page can
  // compare, ours may also ask for `?gzip=no`.
  const asIs = request.query['gzip'] === 'no';
  if (asIs || !request.acceptsEncodings('gzip')) return response.end(body);

  response.set('Content-Encoding', 'gzip');
  return response.end(gzipSync(body));
}
