/**
 * A server's own copy of the board, as a gateway of the last lesson keeps it:
 * updates come from a broker, and what is missing is fetched from the station.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { News } from '@on-the-wire/lesson/board/update.ts';
import { lessonsFolder } from '@on-the-wire/course/harness/lessons.ts';
import { now } from '../clock.ts';
import { createNotes } from '../report/notes.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

interface Copy {
  take(news: News): void;
  on(event: 'update', hear: (news: News) => void): void;
  close(): void;
}

/**
 * Resolves when it has a board.
 *
 * @param broker its URL, through the tap
 * @param station its URL
 * @throws Error after `timeoutMs`
 */
export async function openCopySubscriber(
  lesson: string,
  broker: string,
  station: string,
  timeoutMs: number,
): Promise<Subscriber> {
  const load = (file: string) =>
    import(pathToFileURL(join(lessonsFolder, lesson, file)).href);
  const [{ BoardCopy }, { hearNews }, { fetchFrom }, { createAgent }] =
    await Promise.all(
      ['copy.ts', 'news.ts', 'source.ts', 'request.ts'].map(load),
    );
  const { note, arrivals, reached } = createNotes();
  const agent = createAgent();
  const copy: Copy = new BoardCopy(fetchFrom(station, agent));
  copy.on('update', ({ kind, data }) => {
    if (!('n' in data)) return;
    const { n } = data;
    const at = now();
    if (kind === 'snapshot') note({ kind, n, at, run: data.run });
    else note({ kind: 'update', n, at });
  });
  const news = hearNews(broker, (one: News) => copy.take(one));
  const watched = createSubscriber('The copy of the board', {
    arrivals: async () => arrivals,
    reached,
    async close() {
      copy.close();
      await news.close();
      agent.destroy();
    },
  });
  await watched.reached(0, 0, timeoutMs).catch(async (error) => {
    await watched.close();
    throw error;
  });
  return watched;
}
