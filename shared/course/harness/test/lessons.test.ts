import { afterAll, describe, expect, test } from '@jest/globals';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import {
  describeLessons,
  findLesson,
  findLessons,
  lessonsFolder,
} from '../lessons.ts';
import { goodManifest, scratch } from './scratch-lesson.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

const rooms: ReturnType<typeof scratch>[] = [];
function room() {
  const made = scratch();
  rooms.push(made);
  return made;
}
afterAll(() => {
  for (const each of rooms) each.remove();
});

/** What a function throws, as sentence and exit code. */
function complaint(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return [error.exitCode, error.message];
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('Lessons', () => {
  test('are listed in reading order, with question and minutes', () => {
    const { root, lesson } = room();
    lesson('b', {}, { ...goodManifest, title: 'Second', order: 2 });
    const question = 'Does it run, and who would have thought so, after all?';
    lesson('long-name', {}, { ...goodManifest, title: 'First', question });
    const longer = `${question} Nobody, it seems.`;
    lesson('z', {}, { ...goodManifest, order: 3, question: longer });
    expect(describeLessons(findLessons(root))).toBe(
      `
  long-name    First, 5 min
               Does it run, and who would have thought so, after all?

  b            Second, 5 min
               Does it run?

  z            Scratch, 5 min
               Does it run, and who would have thought so, after all? Nobody, it
               seems.

  Start one: ${pnpm} lesson long-name

`,
    );
  });

  test('of this course are all in order', () => {
    const orders = findLessons().map(({ manifest }) => manifest.order);
    expect(orders.length).toBeGreaterThan(0);
    expect(new Set(orders).size).toBe(orders.length);
  });

  test('are found by name, also beside a broken one', () => {
    const { root, lesson } = room();
    const { folder } = lesson('sse', {});
    expect(() => lesson('broken', {}, '{')).toThrow(UsageError);
    expect(findLesson('sse', root)).toEqual({
      name: 'sse',
      folder,
      manifest: goodManifest,
    });
    expect(() => findLessons(root)).toThrow('lessons/broken/package.json: ');
  });

  test.each([
    ['ssf', 'sse'],
    ['web-socket', 'websocket'],
    ['../sse', 'sse'],
    ['constructor', 'websocket'],
  ])('named "%s" do not exist, but "%s" does', (typed, nearest) => {
    const { root, lesson } = room();
    lesson('sse', {});
    lesson('websocket', {});
    expect(complaint(() => findLesson(typed, root))).toEqual([
      2,
      `There is no lesson "${typed}". Did you mean "${nearest}"? ` +
        'There are: sse, websocket.',
    ]);
  });

  test('may be none', () => {
    const { root } = room();
    expect(findLessons(root)).toEqual([]);
    expect(complaint(() => findLesson('sse', root))).toEqual([
      2,
      `There is no lesson "sse". There are no lessons in ${root}.`,
    ]);
    expect(lessonsFolder).toMatch(/lessons.$/);
  });

  test.each([
    [{ title: undefined }, 'lesson.title', 'nothing', 'a text such as'],
    [{ title: ' ' }, 'lesson.title', '" "', 'a text such as'],
    [{ question: 7 }, 'lesson.question', '7', 'a text such as'],
    [{ order: '2' }, 'lesson.order', '"2"', 'a whole number from 1'],
    [{ order: 0 }, 'lesson.order', '0', 'a whole number from 1'],
    [{ tls: 'yes' }, 'lesson.tls', '"yes"', 'true or false'],
    [{ drains: 5 }, 'lesson.drains', '5', 'true or false'],
    [{ addresses: 'other' }, 'lesson.addresses', '"other"', 'names in small'],
    [{ addresses: ['a b'] }, 'lesson.addresses', '["a b"]', 'names in small'],
    [{ map: [] }, 'lesson.map', '[]', 'an object such as'],
    [
      { map: { gate: [5, 5] } },
      'lesson.map',
      '"gate"',
      'one of these: browser',
    ],
    [{ map: { browser: [5] } }, 'lesson.map.browser', '[5]', 'two numbers'],
    [{ map: { browser: [5, 101] } }, 'lesson.map.browser', '[5,101]', 'two'],
    [{ minutes: 2.5 }, 'lesson.minutes', '2.5', 'a whole number from 1'],
  ])('with %j are refused, naming the field', (wrong, field, found, needed) => {
    const { lesson } = room();
    const [exitCode, message] = complaint(() =>
      lesson('wrong', {}, { ...goodManifest, ...wrong }),
    );
    expect(exitCode).toBe(1);
    expect(message).toContain(
      `lessons/wrong/package.json: the field "${field}" does not make sense. ` +
        `Found ${found}, expected ${needed}`,
    );
  });

  test.each(['{}', 'null', '{"lesson":"sse"}'])(
    'whose package.json is %s are refused, naming what it lacks',
    (content) => {
      const { lesson } = room();
      const [exitCode, message] = complaint(() => lesson('no', {}, content));
      expect(exitCode).toBe(1);
      expect(message).toMatch(
        /^lessons\/no\/package\.json: the field "lesson" .+ an object with title, question, order, minutes\.$/,
      );
    },
  );
});
