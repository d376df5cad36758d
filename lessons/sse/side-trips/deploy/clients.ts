/**
 * Two clients that reconnect, as short as they can be. Each tells what happens
 * to it, until it is told to leave.
 */
import { get } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { EventParser } from '@on-the-wire/shared/exercise/event-reader.ts';

/** A piece of the board's news. */
export interface News {
  kind: string;
  id: string;
  data: { n: number; run?: string };
}

/** What a client tells of itself. */
export interface Told {
  /** It is connected; when it asked for that (`performance.now()`, ms). */
  opened(askedAt: number): void;
  got(news: News): void;
  /** The connection is lost, or was ended. */
  lost(): void;
  /** It got another status code than 200, and is closed for good. */
  refused(status: number): void;
}

type Client = (url: string, told: Told, left: AbortSignal) => Promise<void>;

const names = new Set(['snapshot', 'departure', 'announcement']);

/**
 * What an EventSource does (HTML, 9.2.3): it waits as long as `retry` said,
 * names its last id, and gives up at any status code but 200.
 */
export const eventSource: Client = async (url, told, left) => {
  let lastId = '';
  let retry = 3_000; // ms, until the stream says how long
  while (!left.aborted) {
    const askedAt = performance.now();
    await new Promise<void>((over) => {
      const headers = {
        Accept: 'text/event-stream',
        ...(lastId && { 'Last-Event-ID': lastId }),
      };
      const request = get(url, { agent: false, headers, signal: left });
      // Nobody listens, or it was reset. Once there is a response, its `close`
      // says so: with many connections at once, a good while later.
      let isOpen = false;
      request.on('error', () => isOpen || over());
      request.on('response', (response) => {
        isOpen = true;
        const status = response.statusCode!;
        if (status !== 200) {
          told.refused(status);
          request.destroy();
          return;
        }
        told.opened(askedAt);
        const parser = new EventParser();
        response.setEncoding('utf8').on('data', (text: string) => {
          for (const { event: kind, id, data } of parser.feed(text)) {
            lastId = id || lastId;
            if (names.has(kind)) told.got({ kind, id, data: JSON.parse(data) });
          }
          retry = parser.retry ?? retry;
        });
        response.on('error', () => {}); // a cut: `close` follows
        response.on('close', () => {
          told.lost();
          over();
        });
      });
    });
    await after(retry, undefined, { signal: left }).catch(() => {});
  }
};

const first = 500; // ms: the longest first wait
const longest = 15_000; // ms: the longest wait of all
const steady = 5_000; // a connection open for so many ms is stable

/** What the page of the lesson on WebSocket does: backoff with full jitter. */
export const webSocket: Client = async (url, told, left) => {
  let lastId = '';
  let failures = 0;
  while (!left.aborted) {
    const askedAt = performance.now();
    const socket = new WebSocket(`${url}?after=${lastId}`, 'board.v1');
    let openAt = Infinity;
    await new Promise<void>((over) => {
      const leave = () => {
        socket.close();
        over();
      };
      left.addEventListener('abort', leave);
      socket.onopen = () => {
        openAt = performance.now();
        told.opened(askedAt);
      };
      socket.onmessage = ({ data }) => {
        if (typeof data !== 'string') return; // where a train stands
        const news = JSON.parse(data) as News;
        if (!names.has(news.kind)) return;
        lastId = news.id;
        told.got(news);
      };
      socket.onerror = () => {}; // `close` follows
      socket.onclose = () => {
        left.removeEventListener('abort', leave);
        if (openAt < Infinity) told.lost();
        over();
      };
    });
    failures = performance.now() - openAt > steady ? 0 : failures;
    const wait = Math.random() * Math.min(longest, first * 2 ** failures);
    failures += 1;
    await after(wait, undefined, { signal: left }).catch(() => {});
  }
};
