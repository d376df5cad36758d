/**
 * A feed that outlives its process: what runs now hands over where the feed
 * stands, and the next process goes on from there, with the same run, the same
 * history, and time that stood still in between. Without a place to hand over,
 * each life is a run of its own.
 *
 * A server of yours keeps its updates outside, in a database or a broker, and
 * needs none of this.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Lesson } from '../lesson.ts';
import {
  createFeed,
  type Feed,
  type FeedOptions,
  type FeedState,
} from './feed.ts';

/**
 * Goes on with the feed that was handed over, or makes one. What was handed
 * over is gone then: two processes that went on from it would give the same ids
 * to different updates.
 *
 * @param options for a new feed
 * @param path of the file; by default what the environment says, if anything
 * @throws the system's error where the file is there and cannot be read
 */
export function takeOver(
  options: FeedOptions = {},
  path = process.env['HAND_OVER'],
): Feed {
  return createFeed({ ...options, from: path ? take(path) : undefined });
}

function take(path: string): FeedState | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FeedState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * Writes down where a closed feed stands, whole or not at all.
 *
 * @param path of the file; without one nothing happens
 * @throws the system's error where it cannot be written
 */
export function handOver(feed: Feed, path = process.env['HAND_OVER']): void {
  if (!path) return;
  writeFileSync(`${path}.new`, JSON.stringify(feed.state()));
  renameSync(`${path}.new`, path);
}

/**
 * Closes a lesson at SIGTERM or Ctrl+C, and hands its feed over; then nothing
 * keeps the process. A second signal ends it at once. Windows has no SIGTERM.
 *
 * @param close ends all that the lesson opened, its feed last
 */
export function endOnSignal(
  { close }: Pick<Lesson, 'close'>,
  feed: Feed,
): void {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const end = () => {
    for (const signal of signals) process.off(signal, end);
    void close().then(() => handOver(feed));
  };
  for (const signal of signals) process.on(signal, end);
}
