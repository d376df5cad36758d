/** The server of a model: what it is sent, and what it sends when told to. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { text } from 'node:stream/consumers';
import type {
  CheckContext,
  TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';

/** How a body ends, wherever it is. */
export const cuts = ['end', 'fin', 'rst', 'plain'] as const;
export type Cut = (typeof cuts)[number];

/** A way to end, in the words of a verdict. */
export const inWords: Record<Cut, string> = {
  end: 'the body ends in order, with its last chunk',
  fin: 'the connection closes (FIN), without a last chunk',
  rst: 'the connection is reset (RST)',
  plain: 'the connection closes (FIN), of a body without chunks',
};

/** A request that has come. */
export interface Got {
  method: string;
  path: string;
  /** The question of a POST. */
  question: string | undefined;
  lastEventId: string | undefined;
  response: ServerResponse;
  /** `GET /answers/…, Last-Event-ID: …` */
  words: string;
}

/** A server behind a tap, with all requests that came. */
export class Model {
  readonly all: Got[] = [];
  readonly line: TappedConnection;
  /** The ids of all answers. */
  readonly answers = new Set<string>();
  /** What a DELETE gets. */
  deletes: 204 | 404 | 'rst' = 204;
  #came = Promise.withResolvers<void>();

  static async open(trial: CheckContext): Promise<Model> {
    const server = createServer((request, response) => {
      // One connection for each request: then its end says which one ended.
      response.setHeader('Connection', 'close');
      void model.#take(request, response);
    });
    const { port } = await trial.listen(server);
    // A network that passes on at once: the check itself says where reads end.
    const model = new Model(await trial.line(port, { faults: [] }));
    return model;
  }

  private constructor(line: TappedConnection) {
    this.line = line;
  }

  /** Those of this method, for this question or this answer. */
  of(method: string, name: string): Got[] {
    return this.all.filter(
      (each) =>
        each.method === method &&
        (each.question ?? each.path.split('/').at(-1)) === name,
    );
  }

  /** Those for which there is no answer here. */
  unknown(): Got[] {
    return this.all.filter(({ method, path }) => {
      if (method === 'POST') return path !== '/v1/chat/completions';
      return !this.answers.has(path.replace(/^\/answers\//, ''));
    });
  }

  /** Resolves when so many of them have come. */
  async reached(method: string, name: string, count: number): Promise<void> {
    while (this.of(method, name).length < count) await this.#came.promise;
  }

  async #take(request: IncomingMessage, response: ServerResponse) {
    const { method = '', url: path = '' } = request;
    const body = await text(request).catch(() => '');
    const lastEventId = request.headers['last-event-id'] as string | undefined;
    const named = lastEventId === undefined ? 'no Last-Event-ID' : lastEventId;
    this.all.push({
      method,
      path,
      question: method === 'POST' ? questionIn(body) : undefined,
      lastEventId,
      response,
      words:
        method === 'GET'
          ? `GET ${path}, ${lastEventId === undefined ? '' : 'Last-Event-ID: '}${named}`
          : `${method} ${path}`,
    });
    if (method === 'DELETE') this.#delete(response);
    this.#came.resolve();
    this.#came = Promise.withResolvers();
  }

  #delete(response: ServerResponse) {
    if (this.deletes === 'rst') response.socket?.resetAndDestroy();
    else response.writeHead(this.deletes).end();
  }
}

function questionIn(body: string): string {
  try {
    const { messages } = JSON.parse(body) as {
      messages: { content: string }[];
    };
    return String(messages.at(-1)!.content);
  } catch {
    return '';
  }
}

/** Sends the headers of an event stream. */
export function startStream(response: ServerResponse, cut: Cut): void {
  // Without chunks only the end of the connection ends the body.
  if (cut === 'plain') response.useChunkedEncodingByDefault = false;
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
  });
  response.flushHeaders();
}

/** Writes this; resolves with the bytes that its connection has carried. */
export async function write(response: ServerResponse, bytes: Uint8Array) {
  const { socket } = response;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    // Behind a FIN of ours it is never written, and Node calls nothing back.
    response.once('close', done);
    response.write(bytes, done);
  });
  return socket?.bytesWritten ?? 0;
}

/** Ends a body like that. */
export function cutOff(response: ServerResponse, cut: Cut): void {
  if (cut === 'rst') response.socket?.resetAndDestroy();
  else if (cut === 'end') response.end();
  else response.socket?.end();
}

/** Resolves when nobody reads this response any more. */
export async function left(response: ServerResponse): Promise<void> {
  if (!response.closed) await once(response, 'close');
}
