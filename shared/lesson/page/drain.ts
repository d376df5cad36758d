/**
 * How a server ends without losing anything: it fails its readiness check,
 * takes nothing new, and ends what goes on one after another, so that all its
 * clients do not reconnect at the same moment.
 *
 * Nothing new: its port is closed. A request that comes all the same, on a
 * connection from before, gets 503 (RFC 9110, 15.6.4) and is the last on it.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isClosed } from './exchange.ts';

/** What goes on until it is ended: a response, a WebSocket. */
type Held = Pick<EventEmitter<{ close: [] }>, 'once'>;

/** A server's way out. */
export interface Drain {
  /** Whether the server is on its way out. */
  readonly isDraining: boolean;
  /**
   * First among a server's handlers. `GET /ready` gets 200, or 503 while it
   * drains; then every other request gets 503, too.
   */
  admit(
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ): void;
  /**
   * Something goes on until it emits `close`, which it has not yet done.
   *
   * @param end ends it in order; called once, when it is its turn
   * @param cut ends it at once; called 300 ms later, if it is still there
   */
  hold(held: Held, end: () => void, cut: () => void): void;
  /**
   * The same for a response that goes on: it ends with its last chunk, and then
   * the connection ends, or its client might send the next request on it.
   *
   * @param leave called before that, or now where its client is gone already:
   *   from then on nothing may be written
   */
  holdResponse(response: ServerResponse, leave: () => void): void;
  /**
   * Closes the port, ends what is held, spread over the time of the drain, cuts
   * every connection that is left, and closes what the server rests on: a feed
   * goes on to the end of the drain. Resolves when all is closed; calls after
   * the first wait for the same.
   */
  close(server: Server, ...restsOn: { close(): unknown }[]): Promise<void>;
}

const lastMs = 300; // for the last bytes of what was ended, and a close frame

/**
 * Prepares a server's way out.
 *
 * @param ms the drain's time, if that many clients are there so long; with 0
 *   all are ended at once
 */
export function createDrain(ms = 0): Drain {
  const held = new Map<Held, () => void>();
  const none = Promise.withResolvers<void>();
  let began = 0;
  let closed: Promise<void> | undefined;
  const msLeft = () => Math.max(0, ms - (performance.now() - began));

  function admit(
    { method, url }: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ) {
    const asks = url === '/ready' && (method === 'GET' || method === 'HEAD');
    if (!closed && !asks) return next();
    response.statusCode = closed ? 503 : 200;
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    if (closed) {
      response.setHeader('Connection', 'close');
      response.setHeader('Retry-After', Math.ceil(msLeft() / 1_000) || 1);
      response.end('This server is about to end: try again later.\n');
    } else response.end('Ready.\n');
  }

  function hold(each: Held, end: () => void, cut: () => void) {
    let timer: NodeJS.Timeout | undefined;
    const endOnce = () => {
      timer = setTimeout(cut, lastMs);
      end();
    };
    each.once('close', () => {
      clearTimeout(timer);
      held.delete(each);
      if (closed && held.size === 0) none.resolve();
    });
    held.set(each, endOnce);
    // It was on its way in when the drain began.
    if (closed) endOnce();
  }

  function holdResponse(response: ServerResponse, leave: () => void) {
    if (isClosed(response)) return leave(); // its client was gone before
    const end = () => {
      leave();
      response.end(() => response.socket?.end());
    };
    hold(response, end, () => void response.destroy());
  }

  async function close(server: Server, restsOn: { close(): unknown }[]) {
    began = performance.now();
    // Closes the port and the idle connections; calls back when all have ended.
    const over = new Promise<void>((done) => void server.close(() => done()));
    const all = [...held];
    const pause = ms / all.length;
    for (const [at, [each, end]] of all.entries()) {
      // Where all have left by themselves, there is nothing to wait for.
      const turn = began + at * pause - performance.now();
      if (turn > 0) await within(turn, none.promise);
      if (held.has(each)) end();
    }
    if (held.size > 0) await none.promise;
    // Ordinary responses that are on their way may use what is left of it.
    server.closeIdleConnections();
    await within(msLeft(), over);
    await Promise.all(restsOn.map((each) => each.close()));
    server.closeAllConnections();
    await over;
  }

  return {
    get isDraining() {
      return closed !== undefined;
    },
    admit,
    hold,
    holdResponse,
    close: (server, ...restsOn) => {
      // In a turn of its own: from here on `closed` is set.
      closed ??= Promise.resolve().then(() => close(server, restsOn));
      return closed;
    },
  };
}

/** Waits until it has happened, at most so many ms. */
async function within(ms: number, happened: Promise<void>) {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([happened, late.promise]);
  clearTimeout(timer);
}

/**
 * Reads the time of a drain from the environment: `DRAIN_MS`.
 *
 * @returns ms; 0 where it says nothing
 * @throws RangeError where it is no whole number from 0 to 600,000
 */
export function drainMs(text = process.env['DRAIN_MS'] ?? '0'): number {
  if (/^\d{1,6}$/.test(text) && Number(text) <= 600_000) return Number(text);
  throw new RangeError(
    `DRAIN_MS: found ${JSON.stringify(text)}, ` +
      'expected a whole number of milliseconds from 0 to 600000.',
  );
}
