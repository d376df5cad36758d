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

  // A cache must store the two separately.
  response.vary('Accept-Encoding');

  // The browser says what it accepts; a page cannot set Accept-Encoding. So
  // that you can compare, our page may also request `?gzip=no`.
  const asIs = request.query['gzip'] === 'no';
  if (asIs || !request.acceptsEncodings('gzip')) return response.end(body);

  response.set('Content-Encoding', 'gzip');
  return response.end(gzipSync(body));
}
