/**
 * Permission that expires while its connection lives.
 * Broken on purpose: see README.md.
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

/** Talks with one client. Its connection is open. */
export function converse(client: WebSocket, guest: Guest) {
  const { permission, carryOut } = guest;
  const send = (message: object) => client.send(JSON.stringify(message));
  if (permission) send({ kind: 'expires', inMs: permission.ms });

  client.on('message', (data: Buffer) => {
    const message = parse(String(data));
    if (!message) return send({ kind: 'error', message: 'Expected a kind.' });
    const { kind } = message;
    // TODO: renew it in place; once it has expired, refuse, and then close.
    if (!permission)
      return send({ kind: 'refused', of: kind, why: 'only for staff' });
    carryOut(message);
  });
}

// ---- From here on nothing is broken ----

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
