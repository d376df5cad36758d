/** What a page may send: JSON in a text message, of one of four kinds. */
import { BadInput, type Feed } from '@on-the-wire/shared/board/feed.ts';
import type { WebSocket } from 'ws';
import type { Permission } from './permission.ts';
import type { createTracks } from './tracks.ts';

interface Context {
  feed: Feed;
  staff: boolean;
  /** Of those who came in with a ticket. */
  permission?: Permission | undefined;
  send(message: object): void;
}

/** Takes each message of a client, and says what is wrong with it. */
export function listenTo(
  client: WebSocket,
  tracks: ReturnType<typeof createTracks>,
  context: Context,
) {
  client.on('message', (data: Buffer, isBinary) => {
    // We have sent our close frame: what was on its way counts no more.
    if (client.readyState !== client.OPEN) return;
    try {
      if (isBinary) tracks.move(data, client);
      else receive(String(data), context);
    } catch (error) {
      context.send({ kind: 'error', message: (error as Error).message });
    }
  });
}

/**
 * Does what a message says.
 *
 * @throws BadInput for what makes no sense, or is not allowed
 */
export function receive(text: string, context: Context) {
  const { feed, staff, permission, send } = context;
  const { kind, ...data } = parse(text);

  // A page cannot send a ping frame. So it sends a message instead.
  if (kind === 'ping') return send({ kind: 'pong' });

  // A fresh ticket, which the page got with an ordinary request.
  if (kind === 'renew') {
    if (permission) return permission.renew(data['ticket']);
    throw new BadInput('Nothing to renew: come in with a ticket first.');
  }

  // HTTP has a status code for each of these; here we must invent something.
  if (kind !== 'delay' && kind !== 'announce') {
    throw new BadInput(
      `Found the kind ${JSON.stringify(kind)}, expected ping, renew, ` +
        'delay or announce.',
    );
  }
  if (!staff) throw new BadInput('Only staff may do this: sign in first.');
  if (permission?.hasExpired()) {
    return send({ kind: 'refused', of: kind, why: 'expired' });
  }
  if (kind === 'delay') feed.reportDelay(data);
  else feed.announce(data['text']);
}

// The compiler knows nothing of what arrives: each field is `unknown`.
function parse(text: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message === 'object' && message) return { ...message };
  } catch {
    // It is reported below.
  }
  const start = JSON.stringify(text.slice(0, 40));
  throw new BadInput(`Found ${start}, expected a JSON object.`);
}
