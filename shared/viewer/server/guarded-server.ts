/**
 * A server for this machine's own pages. `guard.ts` decides which requests are
 * refused; everything it sends carries the same protective headers.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { plainText, HttpError, send, type HttpResponse } from './response.ts';
import { refuseHost, refuseOrigin } from './guard.ts';

/** A request that was not refused. */
export interface RequestContext {
  request: IncomingMessage;
  response: ServerResponse;
  /** As it was sent, without the query. */
  path: string;
  query: URLSearchParams;
}

/** `'sent'`: the response was, or is being, written. undefined: not found. */
export type RouteResult = HttpResponse | 'sent' | undefined;

/** A server of pages, of a lesson or of a tap. */
export interface Shell {
  /** Not yet listening: the caller chooses the port. */
  server: Server;
  /** Ends every response and the server. May be called twice. */
  close(): Promise<void>;
}

/**
 * Makes a server that accepts this machine's names only, and requests of other
 * origins' pages not at all, save for a GET of a page. A handler that throws an
 * HttpError is responded to with its status code and message, any other error
 * with 500.
 *
 * @param frames origins that a page may frame
 * @param pages what a link from elsewhere may open, by path
 * @param changes what changes something, by method and path
 * @param read everything else that is requested by GET or HEAD
 */
export function createGuardedServer({
  frames = [],
  pages,
  changes = {},
  read = () => undefined,
}: {
  frames?: string[];
  pages: Record<string, (() => Promise<HttpResponse>) | undefined>;
  changes?: Record<
    string,
    ((context: RequestContext) => Promise<HttpResponse>) | undefined
  >;
  read?: (context: RequestContext) => Promise<RouteResult> | RouteResult;
}): Server {
  const headers = headersOfAll(frames);
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(headers))
      response.setHeader(name, value);
    respond(request, response).then(
      (result) => {
        if (result !== 'sent') send(response, result);
      },
      (error: unknown) => {
        if (response.headersSent) return response.destroy();
        if (error instanceof HttpError)
          return send(response, plainText(error.status, error.message));
        const failed = `The shell failed at ${request.url}: ${String(error)}`;
        return send(response, plainText(500, failed));
      },
    );
  });

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<HttpResponse | 'sent'> {
    const foreignHost = refuseHost(request);
    if (foreignHost) return plainText(403, foreignHost);

    // Not `new URL()`: it would resolve `..` before anybody has seen it.
    const [path = '', query] = (request.url ?? '').split('?');
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const page = pages[path];
    const foreignOrigin = page && reads ? undefined : refuseOrigin(request);
    if (foreignOrigin) return plainText(403, foreignOrigin);
    const context = {
      request,
      response,
      path,
      query: new URLSearchParams(query),
    };
    const change = changes[`${request.method} ${path}`];
    if (change) return change(context);
    if (!reads)
      return {
        ...plainText(
          405,
          `${request.method} is not allowed here, only GET and HEAD.`,
        ),
        headers: { Allow: 'GET, HEAD' },
      };
    if (page) return page();
    return (
      (await read(context)) ??
      plainText(
        404,
        `There is nothing at ${path}. The lesson is at /, its files are ` +
          `below /files/.`,
      )
    );
  }
}

/**
 * Ends a server and all its connections. Resolves when nothing is left; may be
 * called twice.
 */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // It fails only where nothing listens (any more): nothing to wait for.
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

/** The headers of every response. */
function headersOfAll(frames: string[]): Record<string, string> {
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      ...(frames.length > 0 ? [`frame-src ${frames.join(' ')}`] : []),
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Cross-Origin-Resource-Policy': 'same-origin',
    // The shell gets a thread of its own, or a lesson's page that spins would
    // freeze it: another port of the same host is the same site.
    'Origin-Agent-Cluster': '?1',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}
