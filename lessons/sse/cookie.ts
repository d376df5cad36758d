/**
 * Who is staff? Whoever sends back the cookie that signing in has set.
 *
 * An EventSource cannot send a header such as `Authorization`: its constructor
 * has no place for one. A cookie goes along by itself. RFC 6265.
 * Left out: passwords. Here, whoever asks is staff.
 */
import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

// Nobody can guess it, and it is worth nothing after a restart.
const pass = `staff=${randomUUID()}`;

/** Sets the cookie. No script can read it, and no other site can use it. */
export function signIn(_request: Request, response: Response) {
  response.set('Set-Cookie', `${pass}; HttpOnly; SameSite=Strict; Path=/`);
  response.sendStatus(204);
}

/** Whether this request brought the cookie. */
export function isStaff(request: Request) {
  return (request.get('Cookie') ?? '').split('; ').includes(pass);
}
