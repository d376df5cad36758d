/** The board's news as events. */
import type { News } from '@on-the-wire/shared/board/feed.ts';
import { encodeEvent } from './event-stream.ts';

// What thousands of readers get is written once.
const written = new WeakMap<News, string>();

/** The text of one piece of news, as it stands in the stream. */
export function eventOf(news: News): string {
  let text = written.get(news);
  if (text === undefined) {
    const { id, kind, data } = news;
    text = encodeEvent({ event: kind, id, data: JSON.stringify(data) });
    written.set(news, text);
  }
  return text;
}
