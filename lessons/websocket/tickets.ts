/**
 * Tickets: the way in for a page that has no cookie here. It gets one with an
 * ordinary request, which may have any header, and puts it into the URL of the
 * handshake, which may have none.
 *
 * Left out: whom to give one. Here, as with the cookie, everybody gets one.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Tickets = ReturnType<typeof createTickets>;

/** All in ms. */
interface Times {
  /** How long a ticket is good for: URLs end up in logs. */
  valid: number;
  /** How long the permission lasts that it gives: see permission.ts. */
  permission: number;
  /** From the end of that to the close frame. */
  grace: number;
}

export function createTickets({ valid, permission, grace }: Times) {
  const given = new Map<string, number>();

  return {
    permission,
    grace,

    /** Responds with a new ticket. */
    give(_request: IncomingMessage, response: ServerResponse) {
      // Those that were not used in time are forgotten.
      const now = performance.now();
      for (const [old, end] of given) if (end <= now) given.delete(old);

      const ticket = randomUUID();
      given.set(ticket, now + valid);
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.setHeader('Cache-Control', 'no-store');
      response.end(ticket);
    },

    /** Whether a ticket is good. It is good once. */
    take(ticket: string) {
      const end = given.get(ticket) ?? 0;
      given.delete(ticket);
      return performance.now() < end;
    },
  };
}
