/** The answer that goes on: a line of JSON for each update (jsonlines.org). */
import type { Feed, News } from '@on-the-wire/shared/board/feed.ts';
import type { Response } from 'express';

/** Sends what came after this id, and from then on each update. */
export function sendLines(
  feed: Feed,
  id: string,
  buffer: number,
  response: Response,
) {
  // Without a length: the body comes in chunks, each when there is news. Who
  // is on the way shall keep none of them back.
  response.writeHead(200, {
    'Content-Type': 'application/jsonl',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });

  // JSON writes a newline within a text as \n, so each newline ends a line.
  const tell = (news: News) => {
    response.write(`${JSON.stringify(news)}\n`);
    // Who does not read is cut off before the unread bytes fill our memory.
    if (response.writableLength > buffer) response.destroy();
  };

  const missed = feed.after(id) ?? [feed.snapshot()];
  missed.forEach(tell);
  feed.on('update', tell);
  response.on('close', () => feed.off('update', tell));
}
