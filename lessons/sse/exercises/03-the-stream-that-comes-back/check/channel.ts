/** The server of the check: who requests which stream, and what it is sent. */
import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  type CheckContext,
  servePageOf,
} from '@on-the-wire/course/exercise/check.ts';

/** ms: how long a browser waits before it reconnects. */
export const retry = 10;

/** One event, as `tell` should get it. */
export interface Told {
  kind: string;
  data: string;
  /** '' if the event has none of its own. */
  id: string;
}

/** A request for a stream. */
export interface Ask {
  /** `GET /events/x?after=…`, and its header. */
  text: string;
  /** The last id that it names, in its header or in its URL. */
  names: string;
  /** Whether it has the header, which only a browser that reconnects sends. */
  byBrowser: boolean;
}

/** How the next requests for a stream are treated. */
export type Mood = 'accept' | 'keep waiting' | { status: number; type: string };

/** One stream's path: its requests, and those that are open. */
export class Channel extends EventEmitter<{ change: [] }> {
  readonly path: string;
  readonly asks: Ask[] = [];
  readonly streams = new Set<ServerResponse>();
  mood: Mood = 'accept';
  readonly #run: string;
  #n: number;

  constructor(path: string, run: string, n: number) {
    super();
    this.path = path;
    this.#run = run;
    this.#n = n;
  }

  /** @internal */
  take(request: IncomingMessage, response: ServerResponse): void {
    const header = request.headers['last-event-id'];
    const { searchParams } = new URL(request.url!, 'http://station');
    const said = header ? `, Last-Event-ID: ${String(header)}` : '';
    this.asks.push({
      text: `GET ${request.url}${said}`,
      names: String(header ?? searchParams.get('after') ?? ''),
      byBrowser: header !== undefined,
    });
    if (typeof this.mood === 'object') {
      const { status, type } = this.mood;
      response.writeHead(status, { 'Content-Type': type }).end('Not now');
    } else {
      this.streams.add(response);
      response.on('close', () => {
        this.streams.delete(response);
        this.emit('change');
      });
      if (this.mood === 'accept') {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write(`retry: ${retry}\n\n`);
      }
    }
    this.emit('change');
  }

  /** Sends an event on every stream that is open; a heartbeat has no id. */
  tell(kind: string, data: string): Told {
    const hasId = kind !== 'heartbeat';
    if (hasId) this.#n += 1;
    const id = hasId ? `${this.#run}-${this.#n}` : '';
    const line = hasId ? `id: ${id}\n` : '';
    for (const stream of this.streams)
      // One that is kept waiting has no response yet.
      if (stream.headersSent)
        stream.write(`${line}event: ${kind}\ndata: ${data}\n\n`);
    return { kind, data, id };
  }

  /** The beginning of an event. */
  tellHalf(): void {
    for (const stream of this.streams)
      stream.write(`id: ${this.#run}-${this.#n + 1}\nevent: departure\ndata: `);
  }

  comment(): void {
    for (const stream of this.streams) stream.write(': keep open\n\n');
  }

  /** Ends its streams as servers do, with all that belongs to it. */
  end(): void {
    for (const stream of this.streams) stream.end();
  }

  /** Resolves when this holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this, 'change');
  }
}

/** Serves the page, a stream for each channel, and one that counts time. */
export async function createStation(trial: CheckContext) {
  const { data } = trial;
  const page = servePageOf(trial.file);
  const channels = new Map<string, Channel>();
  let beat: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://station');
    if (pathname === '/beat') {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Access-Control-Allow-Origin': '*',
      });
      response.write(`retry: ${retry}\n\n`);
      beat = response;
      return server.emit('beat');
    }
    const channel = channels.get(pathname);
    return channel ? channel.take(request, response) : page(request, response);
  });
  const { port, origin } = await trial.listen(server);

  return {
    port,
    beat: `${origin}/beat`,
    /** A stream that nobody has requested yet; its ids need to be encoded. */
    channel() {
      const path = `/events/${data.word()}${channels.size}`;
      const run = `${data.word()}${data.pick(['&', '+', '#'])}`;
      const channel = new Channel(path, run, data.whole(10, 99));
      channels.set(path, channel);
      return channel;
    },
    /** Ends the check's own stream; resolves when the browser has reconnected. */
    async beats() {
      const next = once(server, 'beat');
      beat?.end();
      await next;
    },
  };
}

export type Station = Awaited<ReturnType<typeof createStation>>;
