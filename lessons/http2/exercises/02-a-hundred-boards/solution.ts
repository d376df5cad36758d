/** Many small requests to one server. */
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

// The server's certificate is our own: no authority vouches for it.
const { cert: ca } = await localCertificate();

/** The texts at these paths, in their order; undefined where there is none. */
export async function loadBoards(
  origin: string,
  paths: string[],
): Promise<(string | undefined)[]> {
  const session = connect(origin, { ca });
  // Why a listener: without one, an error of the session ends the process.
  // Each of its streams fails as well, so that we hear of it anyway.
  session.on('error', () => {});
  try {
    return await Promise.all(paths.map((path) => untilServed(session, path)));
  } finally {
    // Why: it would stay open, and keep the process running.
    session.close();
  }
}

async function untilServed(session: ClientHttp2Session, path: string) {
  for (;;) {
    try {
      return await requestText(session, path);
    } catch (error) {
      // Why again: a refused request was not processed, so that nothing is done
      // twice. By now the server has said its limit, and Node keeps to it.
      if (!isRefused(error)) throw error;
    }
  }
}

const isRefused = (error: unknown) =>
  error instanceof StreamError &&
  error.code === constants.NGHTTP2_REFUSED_STREAM;

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
