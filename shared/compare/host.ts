/**
 * The process of a server that is compared: a lesson's own, unchanged. Only its
 * feed has no clock and moves when it is told to, so that every way gets the
 * same updates, and the moment of each is known.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createFeed, type Feed } from '../board/feed.ts';
import type { Lesson, LessonModule } from '../lesson.ts';
import type { Command, Reply } from './start-host.ts';
import { now } from './clock.ts';

let module: LessonModule<{ feed: Feed }>;
let options: object;
let seed: string;
let feed: Feed;
let lesson: Lesson;

/** Listens with a new run of the feed. */
async function listen(port: number): Promise<number> {
  feed = createFeed({ seed });
  feed.close(); // From here on it has no clock.
  lesson = module.createServer({ ...options, feed });
  lesson.server.listen(port, '127.0.0.1');
  await once(lesson.server, 'listening');
  return (lesson.server.address() as AddressInfo).port;
}

async function obey(command: Command): Promise<Reply> {
  switch (command.what) {
    case 'start': {
      ({ options, seed } = command);
      module = (await import(command.file)) as typeof module;
      return { port: await listen(0) };
    }
    case 'tell': {
      const told = [];
      const began = now();
      for (let count = 0; count < command.count; count += 1) {
        // By the clock, not pause after pause: a late one delays no other.
        const left = began + count * command.every - now();
        if (left > 0) await wait(left);
        const at = now();
        told.push({ n: feed.next().data.n, at });
      }
      return { told };
    }
    case 'restart': {
      const { port } = lesson.server.address() as AddressInfo;
      await lesson.close();
      await listen(port);
      return { at: now() };
    }
    case 'weigh': {
      // Twice: what the first frees may have been all that held more.
      globalThis.gc?.();
      globalThis.gc?.();
      return { resident: process.memoryUsage.rss() };
    }
    case 'time': {
      const { user, system } = process.cpuUsage();
      return { cpu: (user + system) / 1000 };
    }
  }
}

process.on('message', async (command: Command) => {
  try {
    process.send!(await obey(command));
  } catch (error) {
    process.send!({ error: String(error) });
  }
});
process.once('disconnect', () => process.exit());
