/**
 * Many small requests to one server.
 * Broken on purpose: see README.md.
 */
import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

// The server's certificate is our own: no authority vouches for it.
const { cert: ca } = await localCertificate();

/** The texts at these paths, in their order; undefined where there is none. */
export async function loadBoards(
  origin: string,
  paths: string[],
): Promise<(string | undefined)[]> {
  // TODO: one connection, all at once; retry what the server refuses.
  const texts: (string | undefined)[] = [];
  for (const path of paths) {
    const session = connect(origin, { ca });
    texts.push(await requestText(session, path));
    session.close();
  }
  return texts;
}

// ---- From here on nothing is broken ----

/** Why a stream ended without its response: a code of RFC 9113, 7. */
export class StreamError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`The stream ended with code ${code}`);
    this.code = code;
  }
}

/** Sends one request. Rejects with a `StreamError` if its response is cut. */
export function requestText(
  session: ClientHttp2Session,
  path: string,
): Promise<string | undefined> {
  const stream = session.request({ ':path': path });
  let status: number | undefined;
  let text = '';
  let failed = false;
  stream.setEncoding('utf8');
  stream.on('response', (headers) => (status = headers[':status']));
  stream.on('data', (piece: string) => (text += piece));
  stream.on('error', () => (failed = true));
  return new Promise((resolve, reject) => {
    stream.on('close', () => {
      const { rstCode = 0 } = stream;
      if (failed || rstCode !== 0) reject(new StreamError(rstCode));
      else resolve(status === 200 ? text : undefined);
    });
  });
}
