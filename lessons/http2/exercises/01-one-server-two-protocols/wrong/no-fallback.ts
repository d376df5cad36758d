// Wrong: HTTP/2 and nothing else.
// Told: A client that speaks HTTP/1.1 only is turned away

import { createSecureServer } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import type { Request, Response } from '@on-the-wire/shared/page/exchange.ts';
import { stations } from '../../../stations.ts';

const tls = { ...(await localCertificate()) };

/** Answers `/board?station=42`: its name, and where its board is. */
export function handle(request: Request, response: Response) {
  const [path, search] = request.url!.split('?');
  const number = new URLSearchParams(search).get('station') ?? '';
  const station = stations[Number(number || NaN)];
  response.setHeader('Content-Type', 'application/json');
  response.statusCode = path === '/board' && station ? 200 : 404;

  const host = request.headers[':authority'] ?? request.headers.host;
  const at = `https://${String(host)}${request.url}`;
  response.end(JSON.stringify({ station, at }));
}

export function createServer(): Lesson {
  const server = createSecureServer(tls, handle);
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { server, close };
}
