/** undici, which passes on a response as a stream. */
import { createServer as createHttpServer } from 'node:http';
import type { Writable } from 'node:stream';
import { floorOf } from '../floor.ts';
import { load } from '../packages.ts';

const { Agent, stream } = await load('undici');

interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  opaque: { response: Writable & { writeHead(...head: unknown[]): void } };
}

export function createServer({ station }: { station: string }) {
  // An event stream is never done, and says nothing for as long as it likes.
  const dispatcher = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
  return floorOf(
    createHttpServer((request, response) => {
      const { method, headers, url } = request;
      stream(
        new URL(url ?? '/', station),
        { method, headers, dispatcher, opaque: { response } },
        ({ statusCode, headers: said, opaque }: Answer) => {
          // What is for one hop is not for the next.
          delete said['transfer-encoding'];
          delete said['connection'];
          delete said['keep-alive'];
          opaque.response.writeHead(statusCode, said);
          return opaque.response;
        },
      ).catch(() => response.destroy());
    }),
  );
}
