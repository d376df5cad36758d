/** The answer that waits: long polling. RFC 6202, section 2. */
import { once } from 'node:events';
import type { Feed, News } from '@on-the-wire/shared/board/feed.ts';
import type { Response } from 'express';

/**
 * All that came after this id, as soon as there is something; an empty list
 * when nothing has come for so many ms. The client names its position each
 * time, so nothing is lost between two questions, nor with an answer that was
 * cut.
 */
export async function newsAfter(
  feed: Feed,
  id: string,
  patience: number,
  response: Response,
): Promise<News[]> {
  // The id is unknown, too old, or of another run: the whole board.
  const missed = feed.after(id);
  if (!missed) return [feed.snapshot()];

  // Something came while the client was away.
  if (missed.length > 0) return missed;

  // Nothing yet. We wait for an update, until the time is over, or until the
  // client is gone: whichever is first, no timer and no listener stays behind.
  const enough = new AbortController();
  const stop = () => enough.abort();
  const timer = setTimeout(stop, patience);
  response.on('close', stop);
  await once(feed, 'update', { signal: enough.signal }).catch(() => {});
  clearTimeout(timer);
  response.off('close', stop);

  // Not the update that woke us: all that came after the id.
  return feed.after(id) ?? [feed.snapshot()];
}
