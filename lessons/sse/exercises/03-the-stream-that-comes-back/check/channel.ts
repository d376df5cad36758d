/** The server of the check: who requests which stream, and what it is sent. */
import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { CheckContext } from '@on-the-wire/course/exercise/check.ts';
import { servePageOf } from '@on-the-wire/course/exercise/page-of.ts';

/** ms: how long a browser waits at least before it reconnects. */
const retry = 10;

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
        response.write(`: new stream\nretry: ${retry}\n\n`);
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

declare global {
  /** How many streams the page has opened, by path. */
  var opened: Record<string, number>;
}

/**
 * Runs in the page. When the browser has given up, the page hears of it by an
 * event. Only when that was does the page begin to wait, so only then may its
 * clock go on. And a stream that was opened is counted before its request is on
 * its way.
 */
function watchStreams() {
  globalThis.opened = {};
  globalThis.EventSource = class extends EventSource {
    constructor(url: string | URL, options?: EventSourceInit) {
      super(url, options);
      const { pathname } = new URL(this.url);
      opened[pathname] = (opened[pathname] ?? 0) + 1;
      this.addEventListener('error', () => {
        if (this.readyState === EventSource.CLOSED) note('gaveUp', pathname);
      });
    }
  };
}

/** Serves the page, a stream for each channel, and one that counts time. */
export async function createStation(trial: CheckContext) {
  const { data } = trial;
  const page = servePageOf(trial.file, watchStreams);
  const channels = new Map<string, Channel>();
  let beat: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://station');
    if (pathname === '/beat') {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Access-Control-Allow-Origin': '*',
      });
      response.write(`: new stream\nretry: ${retry}\n\n`);
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
