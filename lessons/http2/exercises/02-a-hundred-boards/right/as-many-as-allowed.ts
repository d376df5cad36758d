// Right, and different: waits for the limit, and keeps to it itself.

import { once } from 'node:events';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

const { cert: ca } = await localCertificate();

export async function loadBoards(
  origin: string,
  paths: string[],
): Promise<(string | undefined)[]> {
  const session = connect(origin, { ca });
  const texts: (string | undefined)[] = [];
  const waiting = [...paths.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, path] = next;
      try {
        texts[index] = await requestText(session, path);
      } catch (error) {
        if (!isRefused(error)) throw error;
        waiting.push(next);
      }
    }
  };
  try {
    await once(session, 'remoteSettings');
    session.on('error', () => {});
    const { maxConcurrentStreams: most = 100 } = session.remoteSettings;
    const workers = Math.min(most, paths.length);
    await Promise.all(Array.from({ length: workers }, work));
    return texts;
  } finally {
    session.destroy();
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
