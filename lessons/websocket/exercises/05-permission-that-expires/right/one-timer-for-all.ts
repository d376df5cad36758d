// Right, and different: one interval looks at all clients, as long as there
// are any, and each message looks at the clock.

import type { WebSocket } from 'ws';
import type { Guest } from '../solution.ts';

interface Watched {
  client: WebSocket;
  expires: number;
  graceMs: number;
}

const watched = new Set<Watched>();
let sweep: ReturnType<typeof setInterval> | undefined;

function look() {
  const now = Date.now();
  for (const { client, expires, graceMs } of watched)
    if (now >= expires + graceMs && client.readyState === client.OPEN)
      client.close(3000, 'expired: get a new ticket');
}

export function converse(client: WebSocket, guest: Guest) {
  const { permission, graceMs } = guest;
  const send = (message: object) => client.send(JSON.stringify(message));
  const mine: Watched = { client, expires: Infinity, graceMs };
  if (permission) {
    mine.expires = Date.now() + permission.ms;
    send({ kind: 'expires', inMs: permission.ms });
    watched.add(mine);
    sweep ??= setInterval(look, 100);
    client.once('close', () => {
      watched.delete(mine);
      if (watched.size > 0) return;
      clearInterval(sweep);
      sweep = undefined;
    });
  }

  client.on('message', (data) => {
    if (client.readyState > client.OPEN) return;
    const message = JSON.parse(String(data as Buffer)) as { kind: string };
    const { kind } = message;
    if (kind === 'renew') {
      const { ticket } = message as unknown as { ticket: unknown };
      const renewed = guest.take(ticket);
      if (!permission || !renewed || renewed.user !== permission.user) {
        send({ kind: 'error', message: 'no good' });
      } else {
        mine.expires = Date.now() + renewed.ms;
        send({ kind: 'renewed', inMs: renewed.ms });
        send({ kind: 'expires', inMs: renewed.ms });
      }
    } else if (!permission) {
      send({ kind: 'refused', of: kind, why: 'only for staff' });
    } else if (Date.now() < mine.expires) {
      guest.carryOut({ ...message });
    } else {
      send({ kind: 'refused', of: kind, why: 'expired', at: mine.expires });
    }
  });
}
