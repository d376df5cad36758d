import type { Request, Response } from './exchange.ts';

/** Error codes of a request or response whose client has left. */
const left = new Set<string | undefined>([
  'ABORT_ERR', // of what was waited for until then
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * The last middleware of a lesson that uses Express; others call it with what
 * they caught. Responds with the status code that an error carries (500 without
 * one) and its message as plain text. A failure of the server itself is printed,
 * and the page gets no details. That a client has left is no failure: there is
 * nobody to respond to, and nothing is printed.
 */
export function tellErrors(
  error: Error & { status?: number; code?: string },
  _request: Request,
  response: Response,
  // Express knows an error handler by its four parameters.
  _next?: () => void,
): void {
  if (left.has(error.code)) {
    response.destroy();
    return;
  }
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  if (response.headersSent) {
    // With the error: without one, over HTTP/2, the body would look complete.
    response.destroy(error);
    return;
  }
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.end(
    status >= 500
      ? 'The server failed at this; its terminal says why.'
      : error.message,
  );
}
