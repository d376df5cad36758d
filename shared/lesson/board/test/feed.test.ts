import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';
import {
  BadInput,
  createFeed,
  type Departure,
  type Feed,
  type FeedOptions,
  type Update,
} from '../feed.ts';

const MANY = 10_000;

const feeds: Feed[] = [];
afterEach(() => feeds.splice(0).forEach((feed) => feed.close()));

/** A feed that does nothing by itself, closed after the test. */
function open(options: FeedOptions = {}): Feed {
  const feed = createFeed({ rate: 'over', ...options });
  feeds.push(feed);
  return feed;
}

function take(feed: Feed, count: number): Update[] {
  return Array.from({ length: count }, () => feed.next());
}

/** What stays the same from run to run. */
function withoutRun(updates: Update[]): unknown[] {
  return updates.map(({ kind, data }) => ({ kind, data }));
}

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    expect(error).toMatchObject({ status: 400, name: 'BadInput' });
    return (error as Error).message;
  }
  throw new Error('expected BadInput, but nothing was thrown');
}

/** Puts an update on a page's board; returns the row before and after it. */
function put(
  rows: Departure[],
  update: Extract<Update, { kind: 'departure' }>['data'],
): { was: Departure | undefined; is: Departure } {
  const { train, to, due, platform, delay, status, replaces } = update;
  const is = { train, to, due, platform, delay, status };
  const place = rows.findIndex((row) => row.train === (replaces ?? train));
  const was = rows[place];
  if (was) rows[place] = is;
  return { was, is };
}

/** How a row went on: the one thing that changed, or what is wrong with it. */
function change({ was, is }: ReturnType<typeof put>): string {
  if (!was) return `${is.train} comes out of nowhere`;
  if (is.train !== was.train) {
    const fresh = is.status === 'scheduled' && is.delay === 0;
    return `${was.status} is replaced${fresh ? '' : ' by no fresh train'}`;
  }
  if (is.status !== was.status) return `${was.status} → ${is.status}`;
  const changed = (Object.keys(is) as (keyof Departure)[]).filter(
    (key) => is[key] !== was[key],
  );
  return `${is.status}: ${changed.join()}${is.delay < was.delay ? ' shrinks' : ''}`;
}

/** What is wrong with a board. */
function problems(departures: Departure[]): string[] {
  const trains = new Set(departures.map(({ train }) => train));
  const found = trains.size === 8 ? [] : [`${trains.size} trains in 8 rows`];
  for (const { train, to, due, platform, delay } of departures) {
    if (!/^(?=.{3,6}$)[A-Z]+ \d+$/.test(train)) found.push(`train ${train}`);
    if (!/^.{1,16}$/.test(to)) found.push(`to ${to}`);
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(due)) found.push(`due ${due}`);
    if (!/^\d\d?$/.test(platform)) found.push(`platform ${platform}`);
    if (!Number.isInteger(delay) || delay < 0) found.push(`delay ${delay}`);
  }
  return found;
}

describe('the sequence', () => {
  test('depends on the seed only, for 10,000 updates', () => {
    const lines = (seed: string) =>
      withoutRun(take(open({ seed }), MANY)).map((it) => JSON.stringify(it));
    const first = lines('Łódź');
    const again = lines('Łódź');
    const other = lines('Lodz');

    expect(again.findIndex((line, i) => line !== first[i])).toBe(-1);
    expect(again).toHaveLength(MANY);
    expect(other.slice(0, 8)).not.toEqual(first.slice(0, 8));
  });

  test('is the same at another rate, and when a clock drives it', async () => {
    const expected = withoutRun(take(open(), 20));

    const night = take(open({ rate: 'night' }), 20);
    expect(withoutRun(night)).toEqual(expected);

    const rush = open({ rate: 'rush' });
    const updates: Update[] = [];
    rush.on('update', (update) => updates.push(update));
    while (updates.length < 20) await once(rush, 'update');
    expect(withoutRun(updates)).toEqual(expected);
  });

  test('is a station’s day: trains board, then leave, then make room', () => {
    const feed = open({ seed: 'a day' });
    const rows = feed.snapshot().data.departures;
    const changes = new Set<string>();

    for (const { kind, data } of take(feed, MANY)) {
      if (kind === 'departure') changes.add(change(put(rows, data)));
    }

    expect([...changes].sort()).toEqual([
      'boarding → departed',
      'cancelled is replaced',
      'departed is replaced',
      'scheduled → boarding',
      'scheduled → cancelled',
      'scheduled: delay',
      'scheduled: platform',
    ]);
    expect(rows).toEqual(feed.snapshot().data.departures);
  });

  test('always fills 8 rows, each train once, each text fit for the board', () => {
    const feed = open();
    const found = problems(feed.snapshot().data.departures);
    for (let i = 0; i < MANY; i++) {
      feed.next();
      found.push(...problems(feed.snapshot().data.departures));
    }
    expect(found).toEqual([]);
  });

  test('has one announcement in about six, numbered, true when it is made', () => {
    const feed = open();
    const rows = feed.snapshot().data.departures;
    const texts: string[] = [];
    const untrue: string[] = [];
    let late = 0;

    for (const { kind, data } of take(feed, MANY)) {
      if (kind === 'departure') {
        put(rows, data);
        continue;
      }
      texts.push(data.text);
      if (data.number !== texts.length) untrue.push(`number ${data.number}`);
      const [, train, minutes] =
        /^(.+) to .+ is about (\d+) minutes late/.exec(data.text) ?? [];
      if (!train) continue;
      late += 1;
      const row = rows.find((departure) => departure.train === train);
      if (row?.delay !== Number(minutes)) untrue.push(data.text);
    }

    expect(untrue).toEqual([]);
    expect(late).toBeGreaterThan(50);
    expect(texts.length).toBeGreaterThan(MANY / 7);
    expect(texts.length).toBeLessThan(MANY / 5);
    const all = texts.join('');
    expect([...'„“"’üéł'].filter((sign) => !all.includes(sign))).toEqual([]);
    expect(all).not.toMatch(/[\r\n]/);
  });
});

describe('the history', () => {
  test('numbers updates from 1, with the run in each id', () => {
    const feed = open();
    const other = open();
    expect(feed.run).toMatch(/^[a-z0-9]{4,6}$/);
    expect(other.run).not.toBe(feed.run);
    expect(feed.snapshot()).toMatchObject({
      id: `${feed.run}-0`,
      data: { run: feed.run, n: 0 },
    });
    const updates = take(feed, 3);
    expect(updates.map(({ id }) => id)).toEqual(
      [1, 2, 3].map((n) => `${feed.run}-${n}`),
    );
    expect(updates.map(({ data }) => data.n)).toEqual([1, 2, 3]);
    expect(feed.snapshot().id).toBe(`${feed.run}-3`);
  });

  test('gives everything after an id', () => {
    const feed = open();
    const updates = take(feed, 5);
    expect(feed.after(`${feed.run}-0`)).toEqual(updates);
    expect(feed.after(`${feed.run}-3`)).toEqual(updates.slice(3));
    expect(feed.after(`${feed.run}-5`)).toEqual([]);
  });

  test('forgets the oldest, and says so', () => {
    const feed = open({ history: 10 });
    const updates = take(feed, 25);
    expect(feed.after(`${feed.run}-15`)).toEqual(updates.slice(15));
    expect(feed.after(`${feed.run}-14`)).toBeUndefined();

    const forgetful = open({ history: 0 });
    take(forgetful, 2);
    expect(forgetful.after(`${forgetful.run}-2`)).toEqual([]);
    expect(forgetful.after(`${forgetful.run}-1`)).toBeUndefined();
  });

  test('knows no id of another run, no nonsense, and no future', () => {
    const feed = open();
    const other = open();
    take(feed, 5);
    take(other, 5);
    const { run } = feed;
    for (const id of [
      `${other.run}-3`,
      `${run}-6`,
      `${run}--1`,
      `${run}-3.0`,
      `${run}-1.5`,
      `${run}-03`,
      `${run}- 3`,
      `${run}-`,
      `${run}-NaN`,
      `${run}-Infinity`,
      `x${run}-3`,
      run,
      '3',
      '',
      '🚂',
    ]) {
      expect([id, feed.after(id)]).toEqual([id, undefined]);
    }
  });

  test('is not changed by who changes a snapshot', () => {
    const feed = open();
    const before = feed.snapshot();
    feed.snapshot().data.departures[0]!.to = 'elsewhere';
    expect(feed.snapshot()).toEqual(before);
  });
});

describe('a delay reported by a page', () => {
  test('is an update, adds up, and holds in later updates', () => {
    const feed = open();
    const [first] = feed.snapshot().data.departures;
    const seen: Update[] = [];
    feed.on('update', (update) => seen.push(update));

    const update = feed.reportDelay({ train: first!.train, minutes: 7 });
    feed.reportDelay({ train: first!.train, minutes: 180 });

    expect(update).toEqual({
      id: `${feed.run}-1`,
      kind: 'departure',
      data: { ...first, n: 1, delay: 7 },
    });
    expect(seen.map(({ id }) => id)).toEqual([
      `${feed.run}-1`,
      `${feed.run}-2`,
    ]);
    expect(feed.snapshot().data.departures[0]).toMatchObject({ delay: 187 });
    expect(feed.after(`${feed.run}-0`)).toEqual(seen);
  });

  test('keeps a train so late on the board that the next of its name passes', () => {
    const feed = open();
    const { train } = feed.snapshot().data.departures[7]!;
    for (let i = 0; i < 5; i++) feed.reportDelay({ train, minutes: 180 });
    const found: string[] = [];
    for (let i = 0; i < 900; i++) {
      feed.next();
      found.push(...problems(feed.snapshot().data.departures));
    }
    expect(found).toEqual([]);
    expect(feed.snapshot().data.departures[7]).toMatchObject({ train });
  });

  test('is refused for a train that is unknown, has left or is cancelled', () => {
    const feed = open();
    const refused = new Set<string>();
    while (refused.size < 2 && feed.snapshot().data.n < 500) {
      for (const { train, status } of feed.snapshot().data.departures) {
        if (status !== 'departed' && status !== 'cancelled') continue;
        const message = messageOf(() =>
          feed.reportDelay({ train, minutes: 5 }),
        );
        expect(message).toContain(`found '${train}', which is ${status}`);
        refused.add(status);
      }
      feed.next();
    }
    expect([...refused].sort()).toEqual(['cancelled', 'departed']);

    const trains = open()
      .snapshot()
      .data.departures.map(({ train }) => train);
    expect(
      messageOf(() => open().reportDelay({ train: 'X 1', minutes: 5 })),
    ).toBe(
      `train: found 'X 1', expected one that can still be late: ${trains.join(', ')}`,
    );
  });

  test('is refused when it makes no sense, naming what was found', () => {
    const feed = open();
    const { train } = feed.snapshot().data.departures[0]!;
    for (const minutes of [0, 181, 1.5, -5, NaN, '5', null, undefined, [5]]) {
      expect(messageOf(() => feed.reportDelay({ train, minutes }))).toMatch(
        /^minutes: found .+, expected a whole number from 1 to 180$/,
      );
    }
    for (const report of [undefined, null, 'RE 17', 5, true]) {
      expect(messageOf(() => feed.reportDelay(report))).toMatch(
        /^A report of a delay: found .+, expected an object such as /,
      );
    }
    for (const unknown of [undefined, { toString: () => train }, [train]]) {
      expect(
        messageOf(() => feed.reportDelay({ train: unknown, minutes: 5 })),
      ).toMatch(/^train: found /);
    }
    expect(messageOf(() => feed.reportDelay([])).length).toBeLessThan(200);
    const long = 'x'.repeat(100_000);
    expect(
      messageOf(() => feed.reportDelay({ train: long, minutes: 5 })).length,
    ).toBeLessThan(400);
    expect(feed.snapshot().data.n).toBe(0);
  });
});

describe('an announcement made by a page', () => {
  test('is an update, counted with those of the feed', () => {
    const feed = open();
    const heard: Update[] = [];
    feed.on('update', (update) => heard.push(update));
    const text = '„Gleis 7“\r\n🚆';
    const first = feed.announce(text);
    const own = take(feed, 200).filter(({ kind }) => kind === 'announcement');
    expect(first).toEqual({
      id: `${feed.run}-1`,
      kind: 'announcement',
      data: { n: 1, number: 1, text },
    });
    expect(own[0]!.data).toMatchObject({ number: 2 });
    expect(heard[0]).toBe(first);
    expect(feed.after(`${feed.run}-0`)?.[0]).toBe(first);
  });

  test.each([[''], ['🚆'.repeat(201)], [7], [null], [undefined], [['x']]])(
    'is refused, and says why: %p',
    (text) => {
      const feed = open();
      expect(messageOf(() => feed.announce(text))).toMatch(
        /^text: found .*, expected 1 to 200 characters$/,
      );
      expect(feed.snapshot().data.n).toBe(0);
    },
  );

  test('has at most 200 characters, whatever they are', () => {
    const update = open().announce('🚆'.repeat(200));
    expect(update.data).toMatchObject({ number: 1 });
  });
});

describe('the rate', () => {
  test('is one of four; any other is refused with the list', () => {
    const feed = open();
    for (const rate of ['night', 'normal', 'rush', 'over']) {
      feed.setRate(rate);
      expect(feed.rate).toBe(rate);
    }
    for (const rate of [
      'RUSH',
      '',
      'toString',
      50,
      null,
      undefined,
      ['rush'],
    ]) {
      expect(messageOf(() => feed.setRate(rate))).toMatch(
        /^rate: found .+, expected one of night, normal, rush, over$/,
      );
    }
    expect(feed.rate).toBe('over');
    expect(messageOf(() => open({ rate: 'fast' }))).toMatch(/^rate: /);
    expect(messageOf(() => open({ history: -1 }))).toMatch(/^history: /);
    expect(open({ rate: 'night' }).rate).toBe('night');
  });

  test('takes effect at once, not after the pause of the rate before', () => {
    const clock = stopClock();
    try {
      const feed = open({ rate: 'night' });
      let updates = 0;
      feed.on('update', () => (updates += 1));
      feed.setRate('rush');
      clock.pass(30); // in `rush` the longest pause, at night a fraction of one
      expect(updates).toBeGreaterThan(0);
    } finally {
      clock.release();
    }
  });

  test('says once that the last train has left, and can start again', async () => {
    const feed = open({ rate: 'normal' });
    let said = 0;
    feed.on('over', () => (said += 1));
    feed.setRate('over');
    feed.setRate('over');
    expect(said).toBe(1);

    feed.setRate('rush');
    await once(feed, 'update');
  });
});

describe('a feed that goes on from the state of another', () => {
  test('makes the updates that the other would have made, with its ids', () => {
    for (const steps of [0, 1, 7, 60, 1_500]) {
      const one = open();
      take(one, steps);
      one.announce('Mind the gap');
      const { train } = one
        .snapshot()
        .data.departures.find(({ status }) => status === 'scheduled')!;
      one.reportDelay({ train, minutes: 9 });
      const text = JSON.stringify(one.state());
      const other = open({ seed: 'x', run: 'other', from: JSON.parse(text) });
      expect(other.snapshot()).toEqual(one.snapshot());
      expect(other.run).toBe(one.run);
      expect(take(other, 300)).toEqual(take(one, 300));
      // The state was a copy: what happened since is not in it.
      expect(JSON.parse(text).n).toBe(steps + 2);
    }
  });

  test('knows its history, as much as is kept', () => {
    const one = open();
    take(one, 50);
    const from = one.state();
    const id = `${one.run}-31`;
    expect(open({ from }).after(id)).toEqual(one.after(id));
    const short = open({ from, history: 10 });
    expect(short.after(id)).toBeUndefined();
    expect(short.after(`${one.run}-40`)).toHaveLength(10);
    expect(open({ from, history: 0 }).after(`${one.run}-50`)).toEqual([]);
    expect(open({ from }).after(`${one.run}-51`)).toBeUndefined();
  });

  test('has its rate', () => {
    const one = open({ rate: 'night' });
    expect(open({ rate: 'rush', from: one.state() }).rate).toBe('night');
  });
});

describe('a closed feed', () => {
  test('has no listener, and may be closed twice', () => {
    const feed = open({ rate: 'rush' });
    feed.on('update', () => {}).on('over', () => {});
    feed.close();
    feed.close();
    expect(feed.eventNames()).toEqual([]);
  });

  test.each([
    ['closed', 'feed.close()'],
    ['closed and then set to a rate', 'feed.close(); feed.setRate("rush")'],
    ['over', 'feed.setRate("over")'],
  ])(
    'leaves no timer when it is %s: its process ends by itself',
    async (_, end) => {
      const script = `
      import { createFeed } from ${JSON.stringify(import.meta.resolve('../feed.ts'))};
      const feed = createFeed({ rate: 'night' });
      ${end};
      console.log(process.getActiveResourcesInfo().includes('Timeout'));`;
      const { stdout } = await execFile(process.execPath, [
        '--input-type=module',
        '--eval',
        script,
      ]);
      expect(stdout).toBe('false\n');
    },
  );

  test('has as many clients as there are, without a warning', () => {
    expect(open().getMaxListeners()).toBe(0);
  });
});
