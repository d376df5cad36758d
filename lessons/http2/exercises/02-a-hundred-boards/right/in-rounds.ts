// Right, and different: in rounds: who was refused comes again when the others are through.

import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

const { cert: ca } = await localCertificate();

export async function loadBoards(
  origin: string,
  paths: string[],
): Promise<(string | undefined)[]> {
  const session = connect(origin, { ca });
  session.on('error', () => {});
  const texts = new Map<string, string | undefined>();
  let left = paths;
  while (left.length > 0) {
    const asked = left.map(async (path) => {
      texts.set(path, await ask(session, path));
    });
    const settled = await Promise.allSettled(asked);
    for (const one of settled) {
      if (one.status === 'fulfilled' || isRefused(one.reason)) continue;
      session.destroy();
      throw one.reason;
    }
    left = left.filter((path) => !texts.has(path));
  }
  session.close();
  return paths.map((path) => texts.get(path));
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
