/** In the learner's process: many updates at once; only their number leaves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import {
  createFeed,
  type Feed,
  type Update,
} from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

/** One for each server. */
const feeds: Feed[] = [];

export function options(feed: Feed) {
  feeds.push(feed);
  // Somebody else who listens, and goes on to.
  feed.on('update', () => {});
  return {};
}

/** As long as an announcement may be: 800 bytes. */
const text = '🚆'.repeat(200);

/** Makes announcements of so many bytes; returns the number of the last. */
export function burst(_mine: object, bytes: number, at: number): number {
  let n = 0;
  for (let made = 0; made < bytes; made += Buffer.byteLength(text))
    n = feeds[at]!.announce(text).data.n;
  return n;
}

/** Makes one announcement that is longer than any; returns its number. */
export function big(_mine: object, bytes: number, at: number): number {
  return announceLong(feeds[at]!, bytes);
}

function announceLong(feed: Feed, bytes: number): number {
  const { emit } = feed;
  const longer = text.repeat(bytes / Buffer.byteLength(text));
  feed.emit = ((event: 'update', update: Update) =>
    emit.call(feed, event, {
      ...update,
      data: { ...update.data, text: longer },
    } as Update)) as typeof emit;
  const { n } = feed.announce(text).data;
  feed.emit = emit;
  return n;
}

/** What a reader got that reads one update for each that comes. */
export interface Steady {
  /** `n` of all updates that were made, and of those that it got. */
  made: number[];
  got: number[];
  wasCut: boolean;
}

/**
 * A reader that is always one update behind: bytes wait for it all the time,
 * but never more than two updates. It reads through a pipe, because that holds
 * little: in a TCP connection megabytes fit, and nothing waits in the server.
 *
 * @param bytes of each update
 */
export async function steady(
  { createServer }: { createServer(options: object): Lesson },
  bytes: number,
  count: number,
  buffer: number,
): Promise<Steady> {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // It moves when told.
  const { server, close } = createServer({ feed, buffer });
  const folder = await mkdtemp(join(tmpdir(), 'reader-'));
  const path =
    process.platform === 'win32'
      ? join(String.raw`\\.\pipe`, folder)
      : join(folder, 'pipe');
  await new Promise<void>((done) => server.listen(path, done));
  const asking = request({ socketPath: path, path: '/events', agent: false });
  const reader = await new Promise<EventReader>((resolve, reject) => {
    asking.on('response', (response) => resolve(new EventReader(response)));
    asking.on('error', reject).end();
  });
  const { response } = reader;
  const made: number[] = [];
  let allowed = 0;
  const isBehind = () => reader.bytes < allowed;
  response.on('data', () => isBehind() || response.pause());
  /** It reads so many bytes in all; says whether they came. */
  const read = async (wanted: number) => {
    allowed = wanted;
    if (isBehind()) response.resume();
    // What is written in one turn is one write for Node: it waits as a whole.
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    await idle(() => !isBehind() || response.closed, reader);
    return !isBehind();
  };
  do made.push(announceLong(feed, bytes));
  while (made.length < count && (await read((made.length - 1) * bytes)));
  const wasCut = response.closed;
  reader.leave();
  await close();
  await rm(folder, { recursive: true, force: true });
  return { made, got: reader.numbers, wasCut };
}

/** Resolves when it holds, or when nothing more comes. */
async function idle(holds: () => boolean, reader: EventReader) {
  let before = -1;
  for (let turns = 0; turns < 50 && !holds(); turns += 1) {
    await new Promise(setImmediate);
    if (reader.bytes > before) turns = 0;
    before = reader.bytes;
  }
}
