/** In the learner's process: many updates at once; only their number leaves. */
import type { Feed, Update } from '@on-the-wire/shared/board/feed.ts';

/** One for each server. */
const feeds: Feed[] = [];

export function options(feed: Feed) {
  feeds.push(feed);
  // Somebody else who listens, and goes on to.
  feed.on('update', () => {});
  return {};
}

/** As long as an announcement may be: 800 bytes. */
const text = '🚆'.repeat(200);

/** Makes announcements of so many bytes; returns the number of the last. */
export function burst(_mine: object, bytes: number, at: number): number {
  let n = 0;
  for (let made = 0; made < bytes; made += Buffer.byteLength(text))
    n = feeds[at]!.announce(text).data.n;
  return n;
}

/** Makes one announcement that is longer than any; returns its number. */
export function big(_mine: object, bytes: number, at: number): number {
  const feed = feeds[at]!;
  const { emit } = feed;
  const longer = text.repeat(bytes / Buffer.byteLength(text));
  feed.emit = ((event: 'update', update: Update) =>
    emit.call(feed, event, {
      ...update,
      data: { ...update.data, text: longer },
    } as Update)) as typeof emit;
  const { n } = feed.announce(text).data;
  feed.emit = emit;
  return n;
}
