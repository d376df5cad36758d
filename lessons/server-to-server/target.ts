/** The request target: RFC 9112, 3.2. */
import type { IncomingMessage } from 'node:http';

/**
 * Whether the request is for this server. A server must accept a target that is
 * a whole URI (3.2.2, absolute-form). If it names one of our origins, it is
 * turned into the usual path, and its host replaces the Host header. Any other
 * would make us an open proxy.
 *
 * @param origins by which clients know us
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
