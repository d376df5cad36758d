/** The board's news as an event stream: WHATWG HTML, 9.2. See lesson sse. */
import type { Feed, News } from '@on-the-wire/shared/board/feed.ts';
import { isStaff } from '@on-the-wire/shared/page/staff.ts';
import type { Exchange } from './exchange.ts';

interface Options {
  feed: Feed;
  http1: string;
  heartbeat: number;
  buffer: number;
}

/** Tells what came after the id that the reader names, and all that comes. */
export function tellNews(
  { request, response, query }: Exchange,
  { feed, http1, heartbeat, buffer }: Options,
) {
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-cache, no-transform');
  response.setHeader('X-Accel-Buffering', 'no');

  // Without the one stream that nobody reads, the connection lives on.
  const send = (lines: string, data: object) => {
    response.write(`${lines}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > buffer) response.destroy();
  };
  const tell = ({ kind, id, data }: News) =>
    send(`event: ${kind}\nid: ${id}`, data);

  const hello = { staff: isStaff(request), rate: feed.rate, http1 };
  send('event: hello\nretry: 1000', hello);
  const lastId = request.headers['last-event-id'] ?? query.get('after');
  const missed = feed.after(String(lastId)) ?? [feed.snapshot()];
  missed.forEach(tell);

  feed.on('update', tell);
  const alive = setInterval(send, heartbeat, 'event: heartbeat', {});
  response.on('close', () => {
    feed.off('update', tell);
    clearInterval(alive);
  });
}
