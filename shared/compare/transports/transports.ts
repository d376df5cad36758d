/** How a page can be kept up to date: what is compared. */

import type { Mine } from '@on-the-wire/course/exercise/mine.ts';
import type { LoadKind } from '../load/load-client.ts';

/** One way to talk, and what it takes to measure it. */
export interface Transport {
  /** What is typed after `--only`. */
  id: string;
  /** As it stands in tables. */
  title: string;
  /** The folder of the lesson whose server and page are used, unchanged. */
  lesson: string;
  /** What it speaks on the connection, or begins with. */
  over: 'HTTP/1.1' | 'HTTP/2' | 'MQTT 3.1.1';
  /** What differs from the lesson's own numbers. */
  options?: object;
  /** The switch on the lesson's page that chooses it: a CSS selector. */
  choose?: string;
  /** Whether each update is to arrive, once, whatever the network does. */
  keepsAll: boolean;
  /** How raw clients ask for it under load, and what; some have no such load. */
  raw?: { kind: LoadKind; path: string; compressed?: true };
  /** Another server than the lesson's own: where its file is, as a URL. */
  server?: string;
  /** Its server speaks HTTP/2 by itself: no gateway stands in front. */
  direct?: true;
  /** It is a gateway; what is behind, it is told as the option `station`. */
  behind?: Transport;
  /** The learner's files, which run in place of ours. */
  mine?: Pick<Mine, 'file' | 'flags' | 'env'>;
  /** What the book says of its overhead: facts of 2013, in its own words. */
  book?: string;
}

const poll = '500–800 bytes a poll, heads both ways';
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
 * The same server once more, with a gateway in front that speaks HTTP/2: so it
 * is in production, where the gateway uses HTTP/1.1 to the server. Under load
 * the gateway would be weighed, not the server: it has none.
 */
function overHttp2({
  raw: _raw,
  book: _book,
  ...transport
}: Transport): Transport {
  return { ...transport, over: 'HTTP/2' };
}

/** Between servers there is no page: a copy of the board is kept. */
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
