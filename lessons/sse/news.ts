/** What the stream tells of the board, as events, and that it lives. */
import type { News } from '@on-the-wire/shared/board/feed.ts';
import { writtenOnce } from '@on-the-wire/shared/page/written-once.ts';
import { encodeComment, encodeEvent } from './event-stream.ts';
import { createRetry } from './retry.ts';

/** The event for one piece of news: written once, for all its readers. */
export const eventOf = writtenOnce(({ id, kind, data }: News) =>
  encodeEvent({ event: kind, id, data: JSON.stringify(data) }),
);

/** The first event for a reader: when to reconnect, and who the reader is. */
export function createHello(
  { retry, jitter }: { retry: number; jitter: number },
  seed: string,
) {
  const retryOf = createRetry(retry, jitter, seed);
  return (hello: { staff: boolean; rate: string }) =>
    encodeEvent({
      event: 'hello',
      retry: retryOf(),
      data: JSON.stringify(hello),
    });
}

/**
 * Says now and then that the stream lives: comments for the proxies, and
 * heartbeats for the page, to which a comment is nothing.
 *
 * @param intervals ms between two of each kind
 * @returns what stops it
 */
export function startHeartbeats(
  send: (text: string) => void,
  intervals: { comment: number; heartbeat: number },
) {
  const alive = encodeEvent({ event: 'heartbeat', data: '' });
  const heartbeats = setInterval(send, intervals.heartbeat, alive);
  const open = encodeComment('keep open');
  const comments = setInterval(send, intervals.comment, open);
  return () => {
    clearInterval(heartbeats);
    clearInterval(comments);
  };
}
