/** The board's updates as an event stream: HTML, 9.2. See lesson sse. */
import type { Feed, News } from '@on-the-wire/shared/board/feed.ts';
import { isStaff } from '@on-the-wire/shared/page/staff.ts';
import { writtenOnce } from '@on-the-wire/shared/page/written-once.ts';
import type { Exchange } from './exchange.ts';

interface Options {
  feed: Feed;
  http1: string;
  heartbeat: number;
  buffer: number;
}

const eventOf = (fields: string, data: object) =>
  `${fields}\ndata: ${JSON.stringify(data)}\n\n`;

// What every client gets is made once.
const textOf = writtenOnce(({ kind, id, data }: News) =>
  eventOf(`event: ${kind}\nid: ${id}`, data),
);

/** Sends the updates after the id that the client names, and all later ones. */
export function sendEvents(
  { request, response, query }: Exchange,
  { feed, http1, heartbeat, buffer }: Options,
) {
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-cache, no-transform');
  response.setHeader('X-Accel-Buffering', 'no');

  // A stream that nobody reads is reset. The others of its connection go on.
  const send = (text: string) => {
    response.write(text);
    if (response.writableLength > buffer)
      response.destroy(new Error('reads too slowly')); // without: it just ends
  };
  const tell = (news: News) => send(textOf(news));

  // It ends half an event that a browser may have kept from before a cut.
  send(': new stream\n\n');
  const hello = { staff: isStaff(request), rate: feed.rate, http1 };
  send(eventOf('event: hello\nretry: 1000', hello));
  const lastId = request.headers['last-event-id'] ?? query.get('after');
  const missed = feed.after(String(lastId)) ?? [feed.snapshot()];
  missed.forEach(tell);

  feed.on('update', tell);
  const alive = setInterval(send, heartbeat, eventOf('event: heartbeat', {}));
  response.on('close', () => {
    feed.off('update', tell);
    clearInterval(alive);
  });
}
