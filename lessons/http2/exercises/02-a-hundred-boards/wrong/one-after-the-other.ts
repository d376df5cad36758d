// Wrong: awaits each in a loop.
// Told: The boards wait for each other

import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

const { cert: ca } = await localCertificate();

export async function loadBoards(
  origin: string,
  paths: string[],
): Promise<(string | undefined)[]> {
  const session = connect(origin, { ca });
  session.on('error', () => {});
  const texts: (string | undefined)[] = [];
  try {
    for (const path of paths) texts.push(await untilServed(session, path));
  } finally {
    session.close();
  }
  return texts;
}

async function untilServed(session: ClientHttp2Session, path: string) {
  for (;;) {
    try {
      return await ask(session, path);
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
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
