/**
 * Updates as an event stream: HTML, 9.2 (Server-sent events). The lesson sse
 * has the whole story; here the updates may come from another server.
 */
import type { News } from '@on-the-wire/shared/board/update.ts';
import type { Request, Response } from 'express';

/** A feed, or a copy of one. */
export interface Source {
  on(event: 'update', hear: (news: News) => void): unknown;
  off(event: 'update', hear: (news: News) => void): unknown;
}

const retry = 1_000; // ms that a browser waits before it reconnects
const heartbeat = 5_000; // ms between two heartbeats
const buffer = 1_048_576; // bytes that may wait here for a slow reader

type Known = Pick<News, 'id'>;

const numberOf = ({ id }: Known) => Number(id.split('-')[1]);
const runOf = ({ id }: Known) => id.split('-')[0];

/**
 * @param missed the updates after the last id that the reader saw, or the board
 * @param status what a heartbeat tells beside that the connection lives
 */
export async function tellNews(
  source: Source,
  missed: (lastId: string) => News[] | Promise<News[]>,
  request: Request,
  response: Response,
  status?: () => object,
): Promise<void> {
  // Listen first, then fetch what was missed: what comes meanwhile waits.
  let waiting: News[] | undefined = [];
  const hear = (news: News) => (waiting ? waiting.push(news) : tell(news));
  source.on('update', hear);
  let timer: NodeJS.Timeout | undefined;
  response.on('close', () => {
    source.off('update', hear);
    clearInterval(timer);
  });

  // The same update may come from two sides, and is sent once.
  let last: Known | undefined;
  const tell = (news: News) => {
    const isKnown = last !== undefined && runOf(last) === runOf(news);
    if (isKnown && numberOf(news) <= numberOf(last!)) return;
    last = news;
    send(`event: ${news.kind}\nid: ${news.id}\n`, JSON.stringify(news.data));
  };
  const send = (fields: string, data: string) => {
    response.write(`${fields}data: ${data}\n\n`);
    if (response.writableLength > buffer) response.destroy();
  };

  const lastId =
    request.get('Last-Event-ID') ?? String(request.query['after'] ?? '');
  let before: News[];
  try {
    before = await missed(lastId);
  } catch (error) {
    // Another gateway may know. After a 503 an EventSource does not reconnect.
    const { message } = error as Error;
    return void response.status(503).set('Retry-After', '1').send(message);
  }
  // A reader from a gateway that was ahead of this one already knows what
  // this one has yet to receive.
  if (before[0]?.kind !== 'snapshot') last = { id: lastId };
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  // It ends half an event that a browser may have kept from before a cut.
  response.write(': new stream\n\n');
  send(`retry: ${retry}\nevent: hello\n`, '{}');
  for (const news of [...before, ...waiting]) tell(news);
  waiting = undefined;
  const beat = () =>
    send('event: heartbeat\n', status ? JSON.stringify(status()) : '');
  if (!response.closed) timer = setInterval(beat, heartbeat);
}
