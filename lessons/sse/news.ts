/** The board's news as events. */
import type { News } from '@on-the-wire/shared/board/feed.ts';
import { writtenOnce } from '@on-the-wire/shared/page/written-once.ts';
import { encodeEvent } from './event-stream.ts';

/** The event for one piece of news: written once, for all its readers. */
export const eventOf = writtenOnce(({ id, kind, data }: News) =>
  encodeEvent({ event: kind, id, data: JSON.stringify(data) }),
);
