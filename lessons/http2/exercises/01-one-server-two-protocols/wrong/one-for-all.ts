// Wrong: keeps the question in one place for all streams of all connections.
// Told: A browser gets something else

import { createSecureServer } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import type { Request, Response } from '@on-the-wire/shared/page/exchange.ts';
import { stations } from '../../../stations.ts';

const tls = { ...(await localCertificate()), allowHTTP1: true };

let url = '';
let host: string | undefined;

/** Answers `/board?station=42`: its name, and where its board is. */
export async function handle(request: Request, response: Response) {
  url = request.url!;
  host = String(request.headers[':authority'] ?? request.headers.host);

  // As long as a database would take: by now others have asked, too.
  await wait(100);
  const [path, search] = url.split('?');
  const number = new URLSearchParams(search).get('station') ?? '';
  const station = stations[Number(number || NaN)];
  response.setHeader('Content-Type', 'application/json');
  response.statusCode = path === '/board' && station ? 200 : 404;
  response.end(JSON.stringify({ station, at: `https://${host}${url}` }));
}

export function createServer(): Lesson {
  const server = createSecureServer(tls, handle);
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { server, close };
}
