/**
 * One port for HTTP/2 and HTTP/1.1: RFC 7301, RFC 9113.
 */
import { createSecureServer } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import type { Request, Response } from '@on-the-wire/shared/page/exchange.ts';
import { stations } from '../../stations.ts';

// Why allowHTTP1: without it, clients without HTTP/2 are turned away.
const tls = { ...(await localCertificate()), allowHTTP1: true };

/** Responds to `/board?station=42`: the station, and the URL of its board. */
export function handle(request: Request, response: Response) {
  const [path, search] = request.url!.split('?');
  const number = new URLSearchParams(search).get('station') ?? '';
  const station = stations[Number(number || NaN)];
  response.setHeader('Content-Type', 'application/json');
  response.statusCode = path === '/board' && station ? 200 : 404;

  // Why two names: what was `Host` is `:authority` in HTTP/2.
  const host = request.headers[':authority'] ?? request.headers.host;
  const at = `https://${String(host)}${request.url}`;
  response.end(JSON.stringify({ station, at }));
}

export function createServer(): Lesson {
  // Why no Connection: other streams use it, too. One response cannot speak for
  // all of them, and HTTP/1.1 keeps it open anyway.
  const server = createSecureServer(tls, handle);
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { server, close };
}
