/**
 * Permission that expires while its connection lives.
 */
import type { WebSocket } from 'ws';

/** What a ticket gives: to whom, and for how long. */
export interface Permission {
  user: string;
  /** So many ms from now. */
  ms: number;
}

/** What a client sends: JSON, with its kind. */
export interface Message {
  kind: string;
  [field: string]: unknown;
}

/** What the server knows of a client, and what it can do for it. */
export interface Guest {
  /** What its ticket gave at the handshake; a passenger came without one. */
  permission: Permission | undefined;
  /** For how many ms expired permission can still be renewed. */
  graceMs: number;
  /** Uses a ticket up. Returns what it gives; undefined if it is no good. */
  take(ticket: unknown): Permission | undefined;
  /** Does what a message says. */
  carryOut(message: Message): void;
}

const longest = 2 ** 31 - 1; // ms: if it is longer, setTimeout fires at once

/** Talks with one client. Its connection is open. */
export function converse(client: WebSocket, guest: Guest) {
  const { permission, graceMs, take, carryOut } = guest;
  const send = (message: object) => client.send(JSON.stringify(message));
  // Why our own clock: what a client says of the time is only a claim.
  let end = 0;
  let timer: ReturnType<typeof setTimeout>;

  function permit(ms: number) {
    end = performance.now() + ms;
    watch();
  }

  // Why cleared first: the timer of the old end must not close what was renewed.
  function watch() {
    clearTimeout(timer);
    const rest = end + graceMs - performance.now();
    if (rest <= 0) client.close(3000, 'the permission has expired');
    else timer = setTimeout(watch, Math.min(rest, longest));
  }

  // Why the same user: all that was said on this connection was said by them.
  function renew(ticket: unknown) {
    const fresh = take(ticket);
    if (!permission || fresh?.user !== permission.user)
      return send({ kind: 'error', message: 'This ticket is no good here.' });
    permit(fresh.ms);
    send({ kind: 'renewed', inMs: fresh.ms });
  }

  if (permission) {
    permit(permission.ms);
    send({ kind: 'expires', inMs: permission.ms });
  }

  client.on('message', (data: Buffer) => {
    // Why: after our close frame `ws` hands on what the client still sends,
    // until the close frame of the client comes.
    if (client.readyState !== client.OPEN) return undefined;
    const message = parse(String(data));
    if (!message) return send({ kind: 'error', message: 'Expected a kind.' });
    const { kind } = message;
    if (kind === 'renew') return renew(message['ticket']);
    if (!permission)
      return send({ kind: 'refused', of: kind, why: 'only for staff' });
    // Why looked at here: a timer may be late, and the message first.
    if (performance.now() >= end)
      return send({ kind: 'refused', of: kind, why: 'expired' });
    carryOut(message);
  });
  client.on('close', () => clearTimeout(timer));
}

/** Returns undefined for what is no JSON object with a kind. */
function parse(text: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(text);
    const { kind, ...more } = message as Record<string, unknown>;
    return typeof kind === 'string' ? { kind, ...more } : undefined;
  } catch {
    return undefined;
  }
}
