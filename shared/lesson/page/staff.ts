/**
 * Who is staff? A request of staff brings the cookie that signing in has set
 * (RFC 6265).
 *
 * Left out: passwords. Here, everybody may sign in.
 */
import { randomUUID } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Request, Response } from './exchange.ts';

// Nobody can guess it, and it is worth nothing after a restart.
const pass = `staff=${randomUUID()}`;

/** Sets the cookie. No script can read it, and no other site can use it. */
export function signIn(request: Request, response: Response) {
  if (isFromOtherSite(request)) {
    response.statusCode = 403;
    response.end('Sign in on a page of this site.');
    return;
  }
  // A page over TLS stands in the frame of a shell over HTTP. To a browser that
  // counts the scheme, this is another site, and `Strict` would keep the cookie
  // back. So it goes along; partitioned, only below the site it was set below.
  // Where a proxy ends TLS, only the browser says so: in the page's Origin.
  const { encrypted } = request.socket as TLSSocket;
  const isOverTls = encrypted || request.headers.origin?.startsWith('https:');
  const goesAlong = isOverTls
    ? 'SameSite=None; Secure; Partitioned'
    : 'SameSite=Strict';
  response.setHeader('Set-Cookie', `${pass}; HttpOnly; ${goesAlong}; Path=/`);
  response.statusCode = 204;
  response.end();
}

/**
 * Whether this request brought the cookie. That of another site's page counts
 * for nothing: a browser may add our cookie to it (CSRF).
 */
export function isStaff(request: Request) {
  const cookies = (request.headers.cookie ?? '').split('; ');
  return cookies.includes(pass) && !isFromOtherSite(request);
}

/** The browser sends it, and no page can change it: Fetch Metadata. */
function isFromOtherSite({ headers }: Request) {
  return headers['sec-fetch-site'] === 'cross-site';
}
