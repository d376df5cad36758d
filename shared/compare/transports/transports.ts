/** How a page can be kept up to date: what is compared. */

import type { Mine } from '@on-the-wire/course/exercise/mine.ts';
import type { LoadKind } from '../load/load-client.ts';

/** One way to talk, and what it takes to measure it. */
export interface Transport {
  /** What is typed after `--only`. */
  id: string;
  /** Its name in tables. */
  title: string;
  /** The folder of the lesson whose server and page are used, unchanged. */
  lesson: string;
  /** What it speaks on the connection, or begins with. */
  over: 'HTTP/1.1' | 'HTTP/2' | 'MQTT 3.1.1';
  /** Options of the lesson's server, where they differ from its own. */
  options?: object;
  /** The switch on the lesson's page that chooses it: a CSS selector. */
  choose?: string;
  /** Whether every update must arrive, once, whatever the network does. */
  keepsAll: boolean;
  /** What raw clients request under load, and how; some have no such load. */
  raw?: { kind: LoadKind; path: string; compressed?: true };
  /** Another server than the lesson's own: where its file is, as a URL. */
  server?: string;
  /** Its server speaks HTTP/2 by itself: no gateway stands in front. */
  direct?: true;
  /** It is a gateway; its upstream server is given as the option `station`. */
  behind?: Transport;
  /** The learner's files, which run in place of ours. */
  mine?: Pick<Mine, 'file' | 'flags' | 'env'>;
  /** What the book says of its overhead: facts of 2013, in its own words. */
  book?: string;
}

const poll = '500–800 bytes a poll, the headers of request and response';
const frame = '2–10 bytes a message, 6–14 from the page';

const overHttp1: readonly Transport[] = [
  {
    id: 'polling',
    title: 'polling',
    lesson: 'xhr',
    over: 'HTTP/1.1',
    choose: '[name=way][value=polling]',
    raw: { kind: 'polling', path: '/board' },
    keepsAll: false,
    book: poll,
  },
  {
    id: 'conditional',
    title: 'conditional polling',
    lesson: 'xhr',
    over: 'HTTP/1.1',
    choose: '[name=way][value=conditional]',
    raw: { kind: 'conditional', path: '/board' },
    keepsAll: false,
  },
  {
    id: 'long-polling',
    title: 'long polling',
    lesson: 'xhr',
    over: 'HTTP/1.1',
    choose: '[name=way][value=long]',
    raw: { kind: 'long', path: '/updates' },
    keepsAll: true,
    book: poll,
  },
  {
    id: 'streamed',
    title: 'streamed fetch',
    lesson: 'xhr',
    over: 'HTTP/1.1',
    choose: '[name=way][value=lines]',
    raw: { kind: 'lines', path: '/lines' },
    keepsAll: true,
  },
  {
    id: 'sse',
    title: 'Server-Sent Events',
    lesson: 'sse',
    over: 'HTTP/1.1',
    raw: { kind: 'events', path: '/events' },
    keepsAll: true,
    book: 'as little as 5 bytes an event',
  },
  {
    id: 'websocket',
    title: 'WebSocket',
    lesson: 'websocket',
    over: 'HTTP/1.1',
    raw: { kind: 'frames', path: '/track' },
    keepsAll: true,
    book: frame,
  },
  {
    id: 'websocket-deflate',
    title: 'WebSocket, compressed',
    lesson: 'websocket',
    over: 'HTTP/1.1',
    options: { deflate: true },
    raw: { kind: 'frames', path: '/track', compressed: true },
    keepsAll: true,
  },
];

/**
 * The same server with a gateway in front that speaks HTTP/2, as in production;
 * to the server the gateway speaks HTTP/1.1. There is no load for it: the
 * gateway would be measured, not the server.
 */
function overHttp2({
  raw: _raw,
  book: _book,
  ...transport
}: Transport): Transport {
  return { ...transport, over: 'HTTP/2' };
}

/** Between servers there is no page: a server keeps a copy of the board. */
const betweenServers: Transport = {
  id: 'mqtt',
  title: 'MQTT, between servers',
  lesson: 'server-to-server',
  over: 'MQTT 3.1.1',
  keepsAll: true,
};

/** All that are compared, in the order of tables. */
export const transports: readonly Transport[] = [
  ...overHttp1,
  ...overHttp1.map(overHttp2),
  betweenServers,
];

/** Its name, which no other has: `sse over HTTP/2`. */
export const nameOfTransport = ({ id, over, mine }: Transport): string =>
  `${id} over ${over}${mine ? ', yours' : ''}`;
