// Wrong: where one is refused, all are asked for again.
// Told: A board that was answered is asked for again

import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

const { cert: ca } = await localCertificate();

export async function loadBoards(
  origin: string,
  paths: string[],
): Promise<(string | undefined)[]> {
  const session = connect(origin, { ca });
  session.on('error', () => {});
  try {
    for (;;) {
      const asked = paths.map((path) => ask(session, path));
      const settled = await Promise.allSettled(asked);
      const bad = settled.find((one) => one.status === 'rejected');
      if (!bad) return await Promise.all(asked);
      if (!isRefused(bad.reason)) throw bad.reason;
    }
  } finally {
    session.close();
  }
}

const isRefused = (error: unknown) =>
  error instanceof StreamError &&
  error.code === constants.NGHTTP2_REFUSED_STREAM;

/** Why a stream ended without its answer: a code of RFC 9113, 7. */
export class StreamError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`The stream ended with code ${code}`);
    this.code = code;
  }
}

/** Asks once. Rejects with a `StreamError` where no whole answer comes. */
export function ask(
  session: ClientHttp2Session,
  path: string,
): Promise<string | undefined> {
  const stream = session.request({ ':path': path });
  let status: number | undefined;
  let text = '';
  let failed = false;
  stream.setEncoding('utf8');
  stream.on('response', (head) => (status = head[':status']));
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
