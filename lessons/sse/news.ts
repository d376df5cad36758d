/** The board's news as events. */
import type { News } from '@on-the-wire/shared/board/feed.ts';
import { encodeEvent } from './event-stream.ts';

// What thousands of readers get is written once.
const written = new WeakMap<News, string>();

/** The text of one piece of news, as it stands in the stream. */
export function eventOf(news: News): string {
  const { id, kind, data } = news;
  const text =
    written.get(news) ??
    encodeEvent({ event: kind, id, data: JSON.stringify(data) });
  written.set(news, text);
  return text;
}
