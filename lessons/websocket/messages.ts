/** What a page may send: JSON in a text message, of one of three kinds. */
import { BadInput, type Feed } from '@on-the-wire/shared/board/feed.ts';

interface Context {
  feed: Feed;
  staff: boolean;
  send(message: object): void;
}

/**
 * Does what a message says.
 *
 * @throws BadInput for what makes no sense, or is not allowed
 */
export function receive(text: string, { feed, staff, send }: Context) {
  const { kind, ...data } = parse(text);

  // A page cannot send a ping frame. So it sends a message instead.
  if (kind === 'ping') return send({ kind: 'pong' });

  // HTTP has a status code for each of these; here we must invent something.
  if (kind !== 'delay' && kind !== 'announce') {
    throw new BadInput(
      `Found the kind ${JSON.stringify(kind)}, expected ping, delay or ` +
        'announce.',
    );
  }
  if (!staff) throw new BadInput('Only staff may do this: sign in first.');
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
