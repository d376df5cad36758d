/**
 * A permission that expires, on a connection that stays. A handshake is looked
 * at once; afterwards a WebSocket lives as long as nobody ends it, whatever has
 * become of the ticket that opened it. So the server watches the time itself.
 *
 * It says when the permission ends. Before that, and for some time after it, a
 * fresh ticket renews it on the same connection. After it, what it had allowed
 * is refused; and if nobody renews, the connection is closed with a code that
 * says why.
 *
 * Left out: whose ticket it is. Renew only for the user who came in.
 */
import { BadInput } from '@on-the-wire/shared/board/feed.ts';
import type { WebSocket } from 'ws';
import type { Tickets } from './tickets.ts';

/** Unauthorized: of the codes registered at IANA (RFC 6455, 7.4.2). */
export const unauthorized = 3000;

export type Permission = ReturnType<typeof createPermission>;

interface Needs {
  client: WebSocket;
  tickets: Tickets;
  send(message: object): void;
}

/** What a ticket allows. Nothing expires for those who came without one. */
export function permissionOf(ticket: string | null, needs: Needs) {
  return ticket === null ? undefined : createPermission(needs);
}

function createPermission({ client, tickets, send }: Needs) {
  let end = 0;
  let timer: NodeJS.Timeout;

  function begin(kind: 'expires' | 'renewed') {
    end = performance.now() + tickets.permission;
    clearTimeout(timer);
    timer = setTimeout(() => {
      client.close(unauthorized, 'the permission has expired');
    }, tickets.permission + tickets.grace);
    send({ kind, inMs: tickets.permission });
  }
  begin('expires');
  client.on('close', () => clearTimeout(timer));

  return {
    hasExpired: () => performance.now() >= end,

    /**
     * Begins once more, without a new handshake.
     *
     * @throws BadInput for a bad ticket; what is left of the time stays
     */
    renew(ticket: unknown) {
      if (!tickets.take(String(ticket))) {
        throw new BadInput('This ticket was used, or is too old.');
      }
      begin('renewed');
    },
  };
}
