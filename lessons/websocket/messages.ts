/** What a page may say: JSON in a text message, one kind of thing each. */
import { BadInput, type Feed } from '@on-the-wire/shared/board/feed.ts';

interface Context {
  feed: Feed;
  staff: boolean;
  say(message: object): void;
}

/** @throws BadInput for what makes no sense, or is not allowed */
export function obey(text: string, { feed, staff, say }: Context) {
  const { kind, ...data } = parse(text);

  // A page cannot send the protocol's own ping. So it says it in words.
  if (kind === 'ping') return say({ kind: 'pong' });

  // HTTP would have a status for each of these; here we must invent them.
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

function parse(text: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message === 'object' && message) return { ...message };
  } catch {
    // It is said below.
  }
  const start = JSON.stringify(text.slice(0, 40));
  throw new BadInput(`Found ${start}, expected a JSON object.`);
}
