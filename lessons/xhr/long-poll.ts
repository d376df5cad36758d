/** The response that waits: long polling. RFC 6202, 2. */
import { once } from 'node:events';
import type { Feed, News } from '@on-the-wire/shared/board/feed.ts';
import type { Response } from 'express';

/**
 * All that came after this id, as soon as there is something; an empty list
 * when nothing has come for `timeoutMs`. Every request names the client's
 * position, so nothing is lost between two requests, nor with a response that
 * did not arrive.
 */
export async function newsAfter(
  feed: Feed,
  id: string,
  timeoutMs: number,
  response: Response,
): Promise<News[]> {
  // The id is unknown, too old, or of another run: the whole board.
  const missed = feed.after(id);
  if (!missed) return [feed.snapshot()];

  // Something came while the client was away.
  if (missed.length > 0) return missed;

  // Nothing yet. We wait for an update, for the timeout, or until the client
  // is gone: whichever comes first, no timer and no listener stays behind.
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  const timer = setTimeout(stop, timeoutMs);
  response.on('close', stop);
  await once(feed, 'update', { signal: waiting.signal }).catch(() => {});
  clearTimeout(timer);
  response.off('close', stop);

  // Not only the update that ended the wait: all that came after the id.
  return feed.after(id) ?? [feed.snapshot()];
}
