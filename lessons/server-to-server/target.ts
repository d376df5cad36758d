/** What a request line asks for: RFC 9112, 3.2. */
import type { IncomingMessage } from 'node:http';

/**
 * Whether it asks for something here. Every server must understand a whole URI
 * in the request line (3.2.2): one that names us is turned into the usual path,
 * and counts more than Host. Any other asks for an open proxy.
 *
 * @param origins by which we are known
 */
export function isForUs(request: IncomingMessage, origins: string[]): boolean {
  const { url = '' } = request;
  if (url.startsWith('/')) return true;
  const whole = URL.parse(url);
  if (!whole || !origins.includes(whole.origin)) return false;
  request.url = whole.pathname + whole.search;
  request.headers.host = whole.host;
  return true;
}
