/** The ways in which a page can be kept up to date: what is compared. */

import type { Kind } from './load/raw-client.ts';

export interface Way {
  /** What is typed after `--only`. */
  id: string;
  /** As it stands in tables. */
  title: string;
  /** The folder of the lesson whose server and page are used, unchanged. */
  lesson: string;
  /** The version of HTTP beneath, or with which it begins. */
  http: '1.1' | '2';
  /** What differs from the lesson's own numbers. */
  options?: object;
  /** The switch on the lesson's page that chooses it: a CSS selector. */
  choose?: string;
  /** Whether each update is to arrive, once, whatever the network does. */
  keepsAll: boolean;
  /** How raw clients ask for it under load, and what. */
  raw: { kind: Kind; path: string; compressed?: true };
  /** What the book says of its overhead: facts of 2013, in its own words. */
  book?: string;
}

const poll = '500–800 bytes a poll, heads both ways';
const frame = '2–10 bytes a message, 6–14 from the page';

/** All ways there are, in the order of tables. */
export const ways: readonly Way[] = [
  {
    id: 'polling',
    title: 'polling',
    lesson: 'xhr',
    http: '1.1',
    choose: '[name=way][value=polling]',
    raw: { kind: 'polling', path: '/board' },
    keepsAll: false,
    book: poll,
  },
  {
    id: 'conditional',
    title: 'conditional polling',
    lesson: 'xhr',
    http: '1.1',
    choose: '[name=way][value=conditional]',
    raw: { kind: 'conditional', path: '/board' },
    keepsAll: false,
  },
  {
    id: 'long-polling',
    title: 'long polling',
    lesson: 'xhr',
    http: '1.1',
    choose: '[name=way][value=long]',
    raw: { kind: 'long', path: '/updates' },
    keepsAll: true,
    book: poll,
  },
  {
    id: 'streamed',
    title: 'streamed fetch',
    lesson: 'xhr',
    http: '1.1',
    choose: '[name=way][value=lines]',
    raw: { kind: 'lines', path: '/lines' },
    keepsAll: true,
  },
  {
    id: 'sse',
    title: 'Server-Sent Events',
    lesson: 'sse',
    http: '1.1',
    raw: { kind: 'events', path: '/events' },
    keepsAll: true,
    book: 'as little as 5 bytes an event',
  },
  {
    id: 'websocket',
    title: 'WebSocket',
    lesson: 'websocket',
    http: '1.1',
    raw: { kind: 'frames', path: '/track' },
    keepsAll: true,
    book: frame,
  },
  {
    id: 'websocket-deflate',
    title: 'WebSocket, compressed',
    lesson: 'websocket',
    http: '1.1',
    options: { deflate: true },
    raw: { kind: 'frames', path: '/track', compressed: true },
    keepsAll: true,
  },
];
