/** A response without end: a line of JSON for each update (jsonlines.org). */
import type { Feed, News } from '@on-the-wire/shared/board/feed.ts';
import type { Response } from 'express';

/** Sends what came after this id, and then every update as it comes. */
export function sendLines(
  feed: Feed,
  id: string,
  buffer: number,
  response: Response,
) {
  // Without a length: the body comes in chunks, each when there is news. No
  // proxy on the way should hold one back.
  response.writeHead(200, {
    'Content-Type': 'application/jsonl',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });

  // JSON writes a newline within a text as \n, so each newline ends a line.
  const tell = (news: News) => {
    response.write(`${JSON.stringify(news)}\n`);
    // A client that does not read is cut off before it fills our memory.
    if (response.writableLength > buffer) response.destroy();
  };

  const missed = feed.after(id) ?? [feed.snapshot()];
  missed.forEach(tell);
  feed.on('update', tell);
  response.on('close', () => feed.off('update', tell));
}
