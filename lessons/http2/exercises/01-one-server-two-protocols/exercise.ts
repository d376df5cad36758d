/**
 * One port for HTTP/2 and HTTP/1.1: RFC 7301, RFC 9113.
 * Broken on purpose: see README.md.
 */
import { createServer as createHttp1Server } from 'node:https';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import type { Request, Response } from '@on-the-wire/shared/page/exchange.ts';
import { stations } from '../../stations.ts';

const tls = await localCertificate();

/** Responds to `/board?station=42`: the station, and the URL of its board. */
export function handle(request: Request, response: Response) {
  const [path, search] = request.url!.split('?');
  const number = new URLSearchParams(search).get('station') ?? '';
  const station = stations[Number(number || NaN)];
  response.setHeader('Connection', 'keep-alive');
  response.setHeader('Content-Type', 'application/json');
  response.statusCode = path === '/board' && station ? 200 : 404;
  const at = `https://${request.headers.host}${request.url}`;
  response.end(JSON.stringify({ station, at }));
}

export function createServer(): Lesson {
  // TODO: HTTP/2 for each client that offers it, HTTP/1.1 for all others.
  const server = createHttp1Server(tls, handle);
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { server, close };
}
