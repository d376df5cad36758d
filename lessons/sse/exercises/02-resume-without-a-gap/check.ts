/** What a reader gets that reconnects: HTML, 9.2.4. */
import type { Update } from '@on-the-wire/shared/board/feed.ts';
import type {
  Check,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';

const section = 'HTML, 9.2.4';

export default {
  starter: 'An update that was missed never comes',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const server = await learner.serve();
    const { run } = (await server.feed.snapshot()).data;
    const read = (after: string) => open(trial, server, run, after);

    await trial.step('a new reader: the board, then each update', async () => {
      await server.feed.next(data.whole(2, 5));
      const reader = await read('');
      await reader.board();
      await reader.mustHear(await server.feed.next(3));
      reader.leave();
    });

    await trial.step(
      'a reader that names an id: all that came after it',
      async () => {
        const [seen, ...missed] = await server.feed.next(data.whole(4, 8));
        const reader = await read(seen!.id);
        // The last of them happens while it listens: it ends the wait.
        missed.push(...(await server.feed.next()));
        await reader.mustHear(missed, 'An update that was missed never comes');
        const text = data.line();
        await reader.mustHear([await server.feed.announce(text)]);
        reader.leave();
      },
    );

    await trial.step('what happens during the lookup', async () => {
      const [seen, ...missed] = await server.feed.next(data.whole(3, 6));
      await learner.stage('hold');
      const reader = await read(seen!.id);
      const meanwhile = await server.feed.next(data.whole(2, 4));
      await learner.stage('release');
      const after = await server.feed.next(2);
      await reader.mustHear(
        [...missed, ...meanwhile, ...after],
        'An update that happened during the lookup is missing',
      );
      reader.leave();
    });

    await trial.step('an unknown id: the board', async () => {
      for (const id of [`${data.word()}-${data.whole(1, 5)}`, 'nonsense']) {
        await learner.stage('hold');
        const reader = await read(id);
        await server.feed.next(2);
        await learner.stage('release');
        const next = await server.feed.next(2);
        await reader.board('An unknown id does not get the board first');
        await reader.mustGoOn(next.at(-1)!.data.n);
        reader.leave();
      }
    });

    await trial.step(
      'an id that is too old: the board, or all of it',
      async () => {
        const all = await server.feed.next(40);
        const reader = await read(all[0]!.id);
        const next = await server.feed.next();
        await reader.mustReach(next[0]!.id);
        if (reader.hasBoard()) await reader.mustGoOn(next[0]!.data.n);
        else
          await reader.mustHear(
            [...all.slice(1), ...next],
            'An unknown id does not get the board first',
          );
        reader.leave();
      },
    );

    await trial.step('ten cuts in the middle of events', async () => {
      let last = (await server.feed.next())[0]!.data.n;
      for (let cut = 0; cut < 10; cut += 1) {
        const idOf = (n: number) => `${run}-${n}`;
        server.break(
          'slicer=gap:1ms',
          `down:reset=after:${data.whole(300, 900)}B`,
        );
        const reader = await read(idOf(last));
        const made = await server.feed.next(12);
        await reader.closed();
        server.break('joiner=wait:4ms', 'slicer=gap:1ms');
        // An event that was cut has not been seen: it must come again.
        const seen = reader.updates().length;
        reader.mustHaveHeard(made.slice(0, seen));
        const again = await read(idOf(last + seen));
        const next = await server.feed.next();
        await again.mustHear([...made.slice(seen), ...next]);
        again.leave();
        last = next[0]!.data.n;
      }
    });
  },
} satisfies Check;

const idsFrom = (run: string, n: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${run}-${n + 1 + index}`);

/** A reader that names an id, and reports what it does not get. */
async function open(
  trial: CheckContext,
  server: Served,
  run: string,
  after: string,
) {
  const headers: Record<string, string> = after
    ? { 'Last-Event-ID': after }
    : {};
  const sent = after
    ? `GET /events, Last-Event-ID: ${after}`
    : 'GET /events, without a Last-Event-ID';
  const parts = {
    sent,
    section,
    tryIt: `curl -N -H 'Last-Event-ID: ${after}' ${trial.live}/events`,
  };
  const reader = await trial.within(
    EventReader.open(server.port, { headers }),
    (why) => ({
      title: 'The stream does not open',
      ...parts,
      expected: 'HTTP/1.1 200, at once',
      came: String(why.message),
    }),
  );
  const isUpdate = ({ event }: { event: string }) =>
    event === 'departure' || event === 'announcement';
  const updates = () => reader.events.filter(isUpdate).map(({ id }) => id);
  const wire = { client: reader.client, direction: 'down' as const };

  let told = 0;

  const compare = (wanted: string[], heard: string[], missing: string) => {
    const at = heard.findIndex((id, index) => id !== wanted[index]);
    if (at < 0 && heard.length >= wanted.length) return;
    const before = heard.slice(0, Math.max(at, 0)).join(' ');
    const found = at < 0 ? undefined : heard[at]!;
    const doubled =
      found !== undefined &&
      (found === after || heard.slice(0, at).includes(found));
    const early = found !== undefined && heard.includes(wanted[at]!);
    let title = missing;
    if (doubled) title = 'The reader gets an update twice';
    else if (early) title = 'The updates come in the wrong order';
    trial.fail({
      ...parts,
      title,
      expected: wanted.join(' '),
      came: heard.length > 0 ? heard.join(' ') : 'no update at all',
      at: at < 0 ? heard.join(' ').length : before.length + Number(at > 0),
      note: doubled
        ? 'the reader has it already'
        : `here ${wanted[Math.max(at, 0)]} should be`,
      wire: { ...wire, ...(found !== undefined && { text: found }) },
    });
  };

  /** Each event's id is that of its update. */
  const mustKeepIds = () => {
    for (const { id, data } of reader.events) {
      const { n } = JSON.parse(data) as { n: number };
      if (id === `${run}-${n}`) continue;
      trial.fail({
        ...parts,
        title: 'An id is not that of its update',
        expected: `id: ${run}-${n}, of the update with "n":${n}`,
        came: `id: ${id}`,
        at: 4,
        note: 'a reader that names it later gets the wrong updates',
        wire: { ...wire, text: id },
      });
    }
  };

  const mustHaveHeard = (
    news: Update[],
    title = 'An update that was missed never comes',
  ) => {
    mustKeepIds();
    const wanted = news.map(({ id }) => id);
    compare(wanted, updates().slice(told), title);
    told += wanted.length;
  };

  return {
    updates,
    mustHaveHeard,
    hasBoard: () => reader.events[0]?.event === 'snapshot',
    leave: () => reader.leave(),
    closed: () =>
      trial.within(reader.closed, () => ({
        title:
          'Too little comes: the connection should be reset after 900 bytes',
        ...parts,
        came: updates().join(' ') || 'no update at all',
        wire,
      })),

    /** The board comes first. */
    async board(title = 'A new reader does not get the board first') {
      const expected = 'event: snapshot, first of all';
      await trial.within(
        reader.until(({ events }) => events.length > 0),
        () => ({ ...parts, title, expected, came: 'nothing', wire }),
      );
      const { event, id } = reader.events[0]!;
      if (event === 'snapshot') return;
      const came = `event: ${event}`;
      const where = { ...wire, text: id };
      trial.fail({ ...parts, title, expected, came, at: 7, wire: where });
    },

    /** After the board: everything above its number, up to this one. */
    async mustGoOn(last: number) {
      const { n } = JSON.parse(reader.events[0]!.data) as { n: number };
      await this.mustReach(`${run}-${last}`);
      const wanted = idsFrom(run, n, last - n);
      compare(wanted, updates(), 'An update after the board is missing');
    },

    /** This id comes, whatever came before. */
    async mustReach(id: string) {
      await trial.within(
        reader.until(() => reader.lastId === id),
        () => ({
          ...parts,
          title: 'An update never comes',
          expected: `everything up to ${id}`,
          came: updates().join(' ') || 'no update at all',
          wire,
        }),
      );
    },

    /** These updates, and no others, as the next ones. */
    async mustHear(news: Update[], title?: string) {
      const { n } = news.at(-1)!.data;
      await trial.within(
        reader.until(({ numbers }) => numbers.includes(n)),
        () => ({
          ...parts,
          title: 'An update never comes',
          expected: news.map(({ id }) => id).join(' '),
          came: updates().slice(told).join(' ') || 'no update at all',
          wire,
        }),
      );
      mustHaveHeard(news, title);
    },
  };
}
