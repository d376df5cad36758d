/** What a reader gets that reconnects: HTML, 9.2.4. */
import type { Update } from '@on-the-wire/shared/board/feed.ts';
import type {
  Check,
  CheckContext,
  FailureParts,
  Learner,
  Served,
} from '@on-the-wire/course/exercise/check.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';

const section = 'HTML, 9.2.4';
const cuts = 5;
/** How many updates the database keeps. */
const most = 30;

/** What is told where an update is missing. */
const lost = {
  missed: 'An update that was missed never comes',
  meanwhile: 'An update that happened during the lookup is missing',
  telling: 'An update that happens while the missed ones are told is missing',
  afterwards: 'An update that happens later is missing',
  board: 'An update after the board is missing',
  others: 'An update is missing when several readers look up at once',
};
const boardInstead = 'The reader gets the board, although its id is kept';

export default {
  starter: boardInstead,

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const server = await learner.serve();
    const { run } = (await server.feed.snapshot()).data;
    const read = (after: string) => open(trial, server, run, after);
    const next = (count = 1) => server.feed.next(count);
    const listeners = () => server.feed.listeners('update');
    /** Waits until the server has noticed that no more are connected. */
    const left = async (count: number) => {
      while ((await learner.memory()).connections > count);
    };

    await trial.step('a new reader: the board, then each update', async () => {
      await next(data.whole(2, 5));
      const before = await listeners();
      const reader = await read('');
      await reader.board();
      await reader.mustHear(await next(3));
      await reader.mustHear(await next());
      reader.leave();
      await left(0);
      mustListen(trial, await listeners(), before, 'the reader has left');
    });

    await trial.step(
      'a reader that names an id: all that came after it',
      async () => {
        const before = await learner.stage<number>('lookUps');
        const [seen, ...missed] = await next(data.whole(4, 8));
        const reader = await read(seen!.id);
        // The last of them happens while it listens: it ends the wait.
        await reader.mustHear([...missed, ...(await next())], lost.missed);
        const text = data.line();
        await reader.mustHear([await server.feed.announce(text)]);
        reader.leave();
        // And one that has missed nothing.
        const [newest] = await next();
        const other = await read(newest!.id);
        await other.mustHear(await next(2));
        await other.mustHear(await next());
        other.leave();
        if ((await learner.stage<number>('lookUps')) > before) return;
        trial.fail({
          title: 'lookUp is never called',
          sent: `GET /events, Last-Event-ID: ${seen!.id}`,
          expected: 'a call of lookUp: it knows which updates are kept',
          came: 'the updates, but not from the database',
          section: 'task',
        });
      },
    );

    await trial.step('what happens during the lookup', async () => {
      const some = () => data.whole(1, 3);
      for (const before of [0, some(), some()]) {
        // As texts, the hundredth id is less than the one before it.
        const { n } = (await next())[0]!.data;
        if (n < 90) await next(95 - n);
        const [seen, ...missed] = await next(data.whole(3, 4));
        await learner.stage('hold');
        const reader = await read(seen!.id);
        // Updates before the database looks, and after that.
        const meanwhile = before > 0 ? await next(before) : [];
        await learner.stage('look');
        meanwhile.push(...(await next(some() + 1)));
        await learner.stage('release');
        const news = [...missed, ...meanwhile, ...(await next(2))];
        const during = meanwhile.map(({ id }) => id);
        await reader.mustHear(news, (id) =>
          during.includes(id) ? lost.meanwhile : lost.missed,
        );
        await reader.mustHear(await next());
        reader.leave();
      }
      // Many were missed, and at once there are more.
      const [seen, ...missed] = await next(most - 1);
      await learner.stage('hold');
      const reader = await read(seen!.id);
      await learner.stage('look');
      const more = await learner.stage<Update[]>('releaseAndGoOn', 8);
      await reader.mustHear([...missed, ...more, ...(await next())]);
      reader.leave();
    });

    await trial.step('an unknown id: the board', async () => {
      const { n } = (await next())[0]!.data;
      const other = run === 'other' ? 'another' : 'other';
      const ids = [
        'nonsense',
        data.word(),
        `${other}-${n}`,
        `${run}-${n + data.whole(1_000, 9_999)}`,
        `${run}-${data.word()}x`,
        run,
      ];
      await learner.stage('hold');
      const readers = await Promise.all(ids.map(read));
      await next(2);
      await learner.stage('look');
      await next();
      await learner.stage('release');
      const last = (await next(2)).at(-1)!;
      for (const reader of readers) {
        await reader.board('An unknown id does not get the board first');
        await reader.mustGoOn(last.data.n);
      }
      const more = await next();
      for (const reader of readers) {
        await reader.mustHear(more);
        reader.leave();
      }
    });

    await trial.step('an id that is no longer kept: the board', async () => {
      const all = await next(data.whole(most + 10, most + 30));
      const oldest = await read(all.at(-most)!.id);
      await oldest.mustHear(all.slice(1 - most), lost.missed);
      oldest.leave();
      const reader = await read(all[0]!.id);
      const last = (await next()).at(-1)!;
      await reader.mustReach(last.id);
      await reader.board('An id that is not kept does not get the board first');
      await reader.mustGoOn(last.data.n);
      await reader.mustHear(await next());
      reader.leave();
    });

    await trial.step('several readers: each gets its own', async () => {
      await left(0);
      const before = await listeners();
      const made = await next(data.whole(5, 8));
      await learner.stage('hold');
      const [one, leaves, other] = await Promise.all(
        [0, 1, 3].map((at) => read(made[at]!.id)),
      );
      const meanwhile = await next(2);
      leaves!.leave();
      await left(2);
      await learner.stage('release');
      const after = await next();
      const news = (at: number) => [...made.slice(at + 1), ...meanwhile];
      const gone = 'A reader hears nothing more when another one has left';
      const title = (id: string) =>
        after.some((each) => each.id === id) ? gone : lost.others;
      await one!.mustHear([...news(0), ...after], title);
      await other!.mustHear([...news(3), ...after], title);
      one!.leave();
      await left(1);
      await other!.mustHear(await next(2), gone);
      other!.leave();
      await left(0);
      mustListen(trial, await listeners(), before, 'three readers have left');
    });

    await trial.step('a reader that was stopped hears nothing', () =>
      stopped(trial, learner, server),
    );

    await trial.step('an update while the missed ones are told', () =>
      caused(trial, learner, server, run),
    );

    await trial.step('five cuts in the middle of events', async () => {
      let last = (await next())[0]!.data.n;
      for (let cut = 0; cut < cuts; cut += 1) {
        const idOf = (n: number) => `${run}-${n}`;
        server.break(
          'slicer=gap:1ms',
          `down:reset=after:${data.whole(300, 900)}B`,
        );
        const reader = await read(idOf(last));
        const made = await next(12);
        await reader.closed();
        server.break('joiner=wait:4ms', 'slicer=gap:1ms');
        // An event that was cut has not been seen: it must come again.
        const seen = reader.updates().length;
        reader.mustHaveHeard(made.slice(0, seen));
        const again = await read(idOf(last + seen));
        const more = await next();
        await again.mustHear([...made.slice(seen), ...more], lost.missed);
        again.leave();
        last = more[0]!.data.n;
      }
    });
  },
} satisfies Check;

/** `tell` may cause another update: it comes in its turn, after the missed ones. */
async function caused(
  trial: CheckContext,
  learner: Learner,
  server: Served,
  run: string,
) {
  const { data } = trial;
  const [seen, ...missed] = await server.feed.next(data.whole(4, 8));
  // With the first of them, and with one in the middle; and with the board.
  const readers = [
    { lastId: seen!.id, at: [1, data.whole(2, missed.length)] },
    { lastId: `${data.word()}!`, at: [1] },
  ];
  await learner.stage('hold');
  for (const { lastId, at } of readers)
    await learner.stage('startCausing', lastId, at);
  // Where the database has looked, these are not in its result.
  await server.feed.next(data.whole(2, 4));
  await learner.stage('release');
  await trial.still();
  const [last] = await server.feed.next();
  await trial.still();
  const all = await learner.stage<Caused[]>('endCausing');
  const made = all.flatMap((each) => each.made);

  for (const [index, { told }] of all.entries()) {
    const { lastId, at } = readers[index]!;
    const ids = told.map(({ id }) => id);
    const board = told[0]?.kind === 'snapshot' ? told[0].id : undefined;
    // The board may be older than the result: what is not in it comes after it.
    const start = numberOf(board ?? seen!.id);
    const wanted = Array.from(
      { length: last!.data.n - start },
      (_, n) => `${run}-${start + 1 + n}`,
    );
    if (board) wanted.unshift(board);
    const differs = wanted.findIndex((id, n) => id !== ids[n]);
    const where = differs < 0 ? wanted.length : differs;
    const [found, missing] = [ids[where], wanted[where]];
    if (!found && !missing) continue;
    let title = lost.missed;
    if (found && ids.indexOf(found) < where)
      title = 'The reader gets an update twice';
    else if (found && made.includes(found))
      title = 'A new update overtakes those that were missed';
    else if (missing && made.includes(missing)) title = lost.telling;
    else if (missing === last!.id) title = lost.afterwards;
    const causes = at.map((n) => ids[n - 1] ?? 'more').join(' and ');
    trial.fail({
      title,
      sent: `follow, lastId: ${lastId}; while tell gets ${causes}, an update happens`,
      expected: wanted.join(' '),
      came: ids.join(' ') || 'no call of tell',
      at: [...ids.slice(0, where), ''].join(' ').length,
      note: missing
        ? `here ${missing} should be`
        : 'nothing more should come here',
      section: 'task',
    });
  }
}

/** What a reader was told, and the updates that its `tell` caused. */
interface Caused {
  told: { id: string; kind: string }[];
  made: string[];
}

/** Stops readers at several moments: they hear nothing after that. */
async function stopped(trial: CheckContext, learner: Learner, server: Served) {
  const before = await server.feed.listeners('update');
  const made = await server.feed.next(trial.data.whole(4, 8));
  const next = () => server.feed.next();
  const start = async (lastId: string, count?: number) => {
    const returned = await learner.stage<string>('start', lastId, count);
    if (returned === 'function') return;
    trial.fail({
      title: 'follow does not return a function that stops it',
      expected: 'a function',
      came: returned,
    });
  };
  const ids = [made[0]!.id, 'nonsense'];

  await learner.stage('hold');
  for (const id of [...ids, ...ids]) await start(id);
  for (const count of [1, 2]) await start(ids[0]!, count);
  await next();
  for (const at of [0, 1]) await learner.stage('stop', at);
  await next();
  await learner.stage('releaseAndStop', 2, 4);
  for (const id of ids) await start(id);
  await next();
  for (const at of [6, 7]) await learner.stage('stop', at);
  await next();
  await trial.still();

  const all =
    await learner.stage<{ told: string[]; heard: number }[]>('allTold');
  const sent = [
    'stop() during the lookup; then its result, and an update',
    'the result of lookUp, and stop() in the same turn',
    'tell itself calls stop(), in the middle of what was missed',
    'stop() after some updates; then one more',
  ];
  for (const [index, { told, heard }] of all.entries()) {
    if (told.length === heard) continue;
    const first = told.slice(0, heard).join(' ');
    trial.fail({
      title: 'A reader that was stopped is told more',
      sent: sent[Math.floor(index / 2)],
      expected: first || 'no call of tell',
      came: told.join(' '),
      at: first.length + Number(heard > 0),
      note: 'told after stop()',
    });
  }
  const after = await server.feed.listeners('update');
  mustListen(
    trial,
    after,
    before,
    'stop() of eight readers, at several moments',
  );
}

/** The feed has as many listeners as before. */
function mustListen(
  trial: CheckContext,
  found: number,
  before: number,
  sent: string,
) {
  if (found === before) return;
  trial.fail({
    title:
      found > before
        ? 'A reader that was stopped still listens to the feed'
        : "A reader that was stopped has removed somebody else's listener",
    sent,
    expected: `as many listeners on the feed as before: ${before}`,
    came: String(found),
  });
}

const numberOf = (id: string) => Number(id.split('-').at(-1));

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
  const boards = () =>
    reader.events.filter(({ event }) => event === 'snapshot');
  const wire = { client: reader.client, direction: 'down' as const };
  /** How many updates have been compared. */
  let told = 0;
  /** Whether it gets the board, which is the first event then. */
  let isNew = false;

  type Titles = string | ((missing: string) => string);

  /** What is wrong with what has come, if these are all that should. */
  const diagnose = (
    wanted: string[],
    titles: Titles,
  ): FailureParts | undefined => {
    for (const { id, data } of reader.events) {
      const { n } = JSON.parse(data) as { n: number };
      if (id === `${run}-${n}`) continue;
      return {
        ...parts,
        title: 'An id is not that of its update',
        expected: `id: ${run}-${n}, of the update with "n":${n}`,
        came: `id: ${id}`,
        at: 4,
        note: 'a reader that names it later gets the wrong updates',
        wire: { ...wire, text: id },
      };
    }
    const heard = updates().slice(told);
    const wrong = heard.findIndex((id, index) => id !== wanted[index]);
    const at = wrong < 0 ? heard.length : wrong;
    const [found, missing] = [heard[at], wanted[at]];
    const shown = {
      ...parts,
      expected: wanted.join(' '),
      came: heard.length > 0 ? heard.join(' ') : 'no update at all',
      at: heard.slice(0, at).join(' ').length + Number(at > 0 && wrong >= 0),
      wire: { ...wire, ...(found && { text: found }) },
    };
    const isOld = found && (!missing || numberOf(found) < numberOf(missing));
    if (isOld)
      return {
        ...shown,
        title: 'The reader gets an update twice',
        note:
          !isNew || updates().indexOf(found) < told + at
            ? 'the reader has it already'
            : `the board has it already: its "n" is ${numberOf(boards()[0]!.id)}`,
      };
    const board = boards()[Number(isNew)];
    const isInBoard =
      board && missing && numberOf(missing) <= numberOf(board.id);
    if (isInBoard)
      return {
        ...shown,
        title: isNew ? 'The board comes twice' : boardInstead,
        came: [`the board, ${board.id}`, ...heard].join(' '),
        at: 0,
        note: `what was announced up to ${board.id} is lost`,
        wire: { ...wire, text: board.id },
      };
    if (found && heard.includes(missing!))
      return {
        ...shown,
        title: 'The updates come in the wrong order',
        note: `here ${missing} should be`,
      };
    if (missing)
      return {
        ...shown,
        title: typeof titles === 'string' ? titles : titles(missing),
        note: `here ${missing} should be`,
      };
    if (!board) return undefined;
    return {
      ...parts,
      title: isNew ? 'The board comes twice' : boardInstead,
      expected: isNew ? 'event: snapshot, once' : 'the updates, and no board',
      came: `event: snapshot, id: ${board.id}`,
      at: 7,
      wire: { ...wire, text: board.id },
    };
  };

  const mustHaveHeard = (news: { id: string }[], titles: Titles) => {
    const wanted = news.map(({ id }) => id);
    const failure = diagnose(wanted, titles);
    if (failure) trial.fail(failure);
    told += wanted.length;
  };

  /** This id comes, whatever came before. */
  const mustReach = async (id: string, wanted = [id], titles?: Titles) => {
    await trial.within(
      reader.until(() => updates().includes(id)),
      () => {
        const failure = diagnose(wanted, titles ?? lost.afterwards);
        return (
          failure ?? { ...parts, title: lost.afterwards, expected: id, wire }
        );
      },
    );
  };

  return {
    updates,
    mustReach,
    mustHaveHeard: (news: Update[]) => mustHaveHeard(news, lost.missed),
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
      isNew = event === 'snapshot';
      if (isNew) return;
      const came = `event: ${event}, id: ${id}`;
      const where = { ...wire, text: id };
      trial.fail({ ...parts, title, expected, came, at: 7, wire: where });
    },

    /** After the board: everything above its number, up to this one. */
    async mustGoOn(last: number) {
      const n = numberOf(boards()[0]!.id);
      const wanted = Array.from(
        { length: last - n },
        (_, index) => `${run}-${n + 1 + index}`,
      );
      await mustReach(`${run}-${last}`, wanted, lost.board);
      mustHaveHeard(
        wanted.map((id) => ({ id })),
        lost.board,
      );
    },

    /** These updates, and no others, as the next ones. */
    async mustHear(news: Update[], titles: Titles = lost.afterwards) {
      const wanted = news.map(({ id }) => id);
      await mustReach(wanted.at(-1)!, wanted, titles);
      mustHaveHeard(news, titles);
    },
  };
}
