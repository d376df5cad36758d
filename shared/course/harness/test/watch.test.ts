import { once, EventEmitter } from 'node:events';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Saved, watchLesson } from '../watch.ts';
import { scratch } from './scratch-lesson.ts';

describe('The watch over a lesson', () => {
  let room: ReturnType<typeof scratch>;
  let lesson: ReturnType<typeof room.lesson>;
  let watch: ReturnType<typeof watchLesson>;
  let saves: EventEmitter<{ save: [Saved]; error: [unknown] }>;
  const path = (file: string) => join(lesson.folder, file);
  /** What the watch says next. */
  const next = async () => (await once(saves, 'save'))[0] as Saved;
  const nothing: Saved = { server: [], page: [], tutorial: [] };

  beforeEach(() => {
    room = scratch();
    lesson = room.lesson('watched', {
      'server.ts': '0',
      'page/page.ts': '0',
      'README.md': '0',
      'test/server.test.ts': '0',
      'node_modules/a/index.js': '0',
    });
    saves = new EventEmitter();
    watch = watchLesson(
      lesson.folder,
      (saved) => saves.emit('save', saved),
      (error) => saves.emit('error', error),
    );
  });
  afterEach(async () => {
    await watch.close();
    room.remove();
  });

  test('tells server, page and tutorial apart', async () => {
    // Saved at once: the watch itself has hardly begun.
    lesson.save('server.ts', '1');
    expect(await next()).toEqual({ ...nothing, server: ['server.ts'] });
    lesson.save('page/page.ts', '1');
    expect(await next()).toEqual({ ...nothing, page: ['page/page.ts'] });
    lesson.save('README.md', '1');
    expect(await next()).toEqual({ ...nothing, tutorial: ['README.md'] });
    const trip = 'side-trips/far/README.md';
    lesson.save(trip, '1');
    expect(await next()).toEqual({ ...nothing, tutorial: [trip] });
    lesson.save('new/deep.ts', '1');
    expect(await next()).toEqual({ ...nothing, server: ['new/deep.ts'] });
    lesson.save('new/deep.ts', '2');
    expect(await next()).toEqual({ ...nothing, server: ['new/deep.ts'] });
  });

  test('misses none of two dozen saves, however the editor saves', async () => {
    const ways = [
      (text: string) => writeFileSync(path('server.ts'), text),
      (text: string) => {
        writeFileSync(path('.server.ts.new'), text);
        renameSync(path('.server.ts.new'), path('server.ts'));
      },
      (text: string) => {
        writeFileSync(path('4913'), '');
        rmSync(path('4913'));
        renameSync(path('server.ts'), path('server.ts~'));
        writeFileSync(path('server.ts'), text);
        rmSync(path('server.ts~'));
      },
    ];
    for (let n = 1; n <= 24; n += 1) {
      const saved = next();
      ways[n % ways.length]!(`${n}`);
      expect([n, await saved]).toEqual([
        n,
        { ...nothing, server: ['server.ts'] },
      ]);
    }
  });

  test('says nothing of what changes nothing', async () => {
    lesson.save('server.ts', '0');
    lesson.save('test/server.test.ts', '1');
    lesson.save('exercises/01/exercise.ts', '1');
    lesson.save('workspace/01/exercise.ts', '1');
    lesson.save('node_modules/a/index.js', '1');
    lesson.save('.server.ts.swp', '1');
    lesson.save('page/page.ts~', '1');
    lesson.save('empty.ts', '');
    lesson.save('README.md', '1');
    expect(await next()).toEqual({ ...nothing, tutorial: ['README.md'] });
  });

  test('takes a file for gone only if it does not come back', async () => {
    const before = performance.now();
    rmSync(path('page/page.ts'));
    expect(await next()).toEqual({ ...nothing, page: ['page/page.ts'] });
    expect(performance.now() - before).toBeGreaterThanOrEqual(100);
    lesson.save('page/page.ts', '0');
    expect(await next()).toEqual({ ...nothing, page: ['page/page.ts'] });
  });

  test('ends with close, and may be closed before it has begun', async () => {
    await watch.close();
    saves.on('save', () => {
      throw new Error('told of a save after close');
    });
    lesson.save('server.ts', '1');
    const second = watchLesson(lesson.folder, () => {}, console.error);
    await second.close();
  });
});
