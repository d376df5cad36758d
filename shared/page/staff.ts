/**
 * Who is staff? Whoever sends back the cookie that signing in has set. RFC 6265.
 *
 * Left out: passwords. Here, whoever asks is staff.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

// Nobody can guess it, and it is worth nothing after a restart.
const pass = `staff=${randomUUID()}`;

/** Sets the cookie. No script can read it, and no other site can use it. */
export function signIn(_request: IncomingMessage, response: ServerResponse) {
  response.setHeader(
    'Set-Cookie',
    `${pass}; HttpOnly; SameSite=Strict; Path=/`,
  );
  response.statusCode = 204;
  response.end();
}

/** Whether this request brought the cookie. */
export function isStaff(request: IncomingMessage) {
  return (request.headers.cookie ?? '').split('; ').includes(pass);
}
