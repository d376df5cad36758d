/** The board's news as events. */
import type { News } from '@on-the-wire/shared/board/feed.ts';
import { writtenOnce } from '@on-the-wire/shared/page/written-once.ts';
import { encodeEvent } from './event-stream.ts';

/** The text of one piece of news. What thousands read is written once. */
export const eventOf = writtenOnce(({ id, kind, data }: News) =>
  encodeEvent({ event: kind, id, data: JSON.stringify(data) }),
);
