/**
 * Who is staff? Whoever sends back the cookie that signing in has set. RFC 6265.
 *
 * Left out: passwords. Here, whoever asks is staff.
 */
import { randomUUID } from 'node:crypto';
import type { Request, Response } from './exchange.ts';

// Nobody can guess it, and it is worth nothing after a restart.
const pass = `staff=${randomUUID()}`;

/** Sets the cookie. No script can read it, and no other site can use it. */
export function signIn(_request: Request, response: Response) {
  response.setHeader(
    'Set-Cookie',
    `${pass}; HttpOnly; SameSite=Strict; Path=/`,
  );
  response.statusCode = 204;
  response.end();
}

/** Whether this request brought the cookie. */
export function isStaff(request: Request) {
  return (request.headers.cookie ?? '').split('; ').includes(pass);
}
