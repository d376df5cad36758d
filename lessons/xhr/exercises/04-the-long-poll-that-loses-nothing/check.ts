/** Whether a reader who asks again and again gets everything: RFC 6202, 2. */
import { Agent, get, type IncomingMessage } from 'node:http';
import type { News, Update } from '@on-the-wire/shared/board/feed.ts';
import type {
  Check,
  FailureParts,
  Learner,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';

const long = 3_600_000; // ms: here nothing is over because of the time
const short = 60; // ms

const titles = {
  early: 'It answers before there is news',
  lost: 'What came while nobody asked is lost',
  shared: "The position is the connection's, not the question's",
  again: 'An answer that was lost never comes again',
  unknown: 'An unknown id is not answered with the board',
  twice: 'A question is answered twice',
  answered: 'Who was answered is still told',
  left: 'Who has left is still waited for',
};

export default {
  starter: titles.lost,

  async run(trial) {
    const { data } = trial;
    const { learner, server, run, happen, ask } = await open(trial, long);
    const idOf = (n: number) => `${run}-${n}`;

    await trial.step('an update wakes who waits', async () => {
      const { id } = await server.feed.snapshot();
      const asked = ask(id);
      await asked.arrived();
      const made = await happen();
      await asked.mustTell(made, titles.lost);
    });

    await trial.step('what came while nobody asked', async () => {
      const [seen, ...missed] = await happen(data.whole(3, 6));
      const asked = ask(seen!.id);
      await asked.arrived();
      // Whoever waits for another update gets one.
      await happen();
      await asked.mustTell(missed, titles.lost);
    });

    await trial.step('two readers on one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const made = await happen(data.whole(5, 9));
      for (const at of [made.length - 2, 0, 1]) {
        const asked = ask(made[at]!.id, agent);
        await asked.arrived();
        await happen();
        await asked.mustTell(made.slice(at + 1), titles.shared);
      }
      agent.destroy();
    });

    await trial.step('an answer that was lost', async () => {
      const [seen, ...missed] = await happen(data.whole(3, 6));
      server.break(`down:reset=after:${data.whole(20, 60)}B`);
      const cut = ask(seen!.id);
      await cut.arrived();
      await happen();
      await cut.mustBreak();
      server.break();
      const asked = ask(seen!.id);
      await asked.arrived();
      await happen();
      await asked.mustTell(missed, titles.again);
    });

    await trial.step('an id that nobody knows', async () => {
      const { n } = (await server.feed.snapshot()).data;
      const ids = [
        `${data.word().slice(0, 4)}!-${n}`,
        data.word(),
        idOf(n + data.whole(500, 900)),
        '',
      ];
      for (const id of ids) {
        const asked = ask(id);
        await asked.arrived();
        await happen();
        await asked.mustBeBoard();
      }
      // So old that the feed has forgotten what came after it.
      await happen(1_100);
      const asked = ask(idOf(n));
      await asked.arrived();
      await asked.mustBeBoard();
    });

    await trial.step('who was answered leaves nothing', async () => {
      const before = await learner.stage<Left>('left');
      const count = data.whole(8, 14);
      const { id } = await server.feed.snapshot();
      const all = Array.from({ length: count }, () => ask(id));
      await all.at(-1)!.arrived();
      const made = await happen();
      for (const asked of all) await asked.mustTell(made, titles.lost);
      const what = `${count} questions, all answered`;
      await mustBeAsBefore(trial, learner, before, titles.answered, what);
    });

    await trial.step('who has left leaves nothing', async () => {
      const before = await learner.stage<Left>('left');
      const count = data.whole(8, 14);
      const { id } = await server.feed.snapshot();
      const all = Array.from({ length: count }, () => ask(id));
      await all.at(-1)!.arrived();
      for (const asked of all) asked.leave();
      const what = `${count} questions; all readers left before an answer`;
      await trial.still();
      if ((await learner.memory()).connections > 0)
        trial.fail({
          title: 'A reader has left, and its connection stays open',
          sent: what,
        });
      await mustBeAsBefore(trial, learner, before, titles.left, what);
    });

    await trial.step('ten cuts in the middle of answers', async () => {
      let last = (await happen())[0]!.data.n;
      for (let cut = 0; cut < 10; cut += 1) {
        server.break(
          'slicer=gap:1ms',
          `down:reset=after:${data.whole(100, 900)}B`,
        );
        const made = await happen(data.whole(4, 8));
        const first = ask(idOf(last));
        await first.arrived();
        await first.mustBreak();
        server.break('joiner=wait:4ms', 'slicer=gap:1ms');
        const again = ask(idOf(last));
        await again.arrived();
        await again.mustTell(made, titles.again);
        last = made.at(-1)!.data.n;
      }
    });

    await trial.step('nothing for a while: an empty list', async () => {
      const quiet = await open(trial, short);
      const { id } = await quiet.server.feed.snapshot();
      await quiet.ask(id).mustBeEmpty();
      // And then, when it is answered, something happens after all.
      const [made] = await quiet.happen();
      const asked = quiet.ask(id);
      await asked.arrived();
      await asked.mustTell([made!], titles.lost);
    });
  },
} satisfies Check;

interface Left {
  listeners: number;
  timers: number;
}

/** The learner's server, and how it is asked. */
async function open(trial: CheckContext, patience: number) {
  const learner = await trial.start();
  const server = await learner.serve({ patience });
  const { run } = (await server.feed.snapshot()).data;
  let count = 0;

  return {
    learner,
    server,
    run,
    /** So many updates, one right after the other. */
    async happen(times = 1): Promise<Update[]> {
      const { made, thrown } = await learner.stage<{
        made: Update[];
        thrown?: string;
      }>('happen', times);
      if (thrown)
        trial.fail({
          title: thrown.includes('after they are sent')
            ? titles.twice
            : 'An update makes the server throw an error',
          sent: 'an update, when every question had its answer',
          expected: 'nobody who listens: each question is answered once',
          came: thrown.split('\n')[0],
          section: 'RFC 9110 15',
          details: thrown,
        });
      return made;
    },
    ask(id: string, agent?: Agent) {
      count += 1;
      return new Asked(trial, { learner, server, id, count, agent });
    },
  };
}

interface Where {
  learner: Learner;
  server: Served;
  id: string;
  /** The how manieth question it is. */
  count: number;
  agent: Agent | undefined;
}

/** A question that was asked, and what must become of it. */
class Asked {
  readonly #trial: CheckContext;
  readonly #where: Where;
  readonly #request;
  readonly #answer: Promise<News[]>;

  constructor(trial: CheckContext, where: Where) {
    this.#trial = trial;
    this.#where = where;
    const { server, id, agent = false } = where;
    const path = `/updates?after=${encodeURIComponent(id)}`;
    this.#request = get({ host: '127.0.0.1', port: server.port, path, agent });
    this.#answer = this.#read();
    // Who leaves does not wait for it.
    this.#answer.catch(() => {});
  }

  /** The server has it, and has done with it what it does at once. */
  async arrived() {
    const { learner, count } = this.#where;
    await learner.stage('questionsAre', count);
  }

  leave() {
    this.#request.destroy();
  }

  /** Nothing is missing, nothing comes that was not asked for. */
  async mustTell(news: Update[], missing: string) {
    const told = await this.#told();
    const wanted = news.map(({ id }) => id);
    const came = told.map(({ id }) => id);
    const at = wanted.findIndex((id, index) => came[index] !== id);
    const extra = came.slice(wanted.length);
    const { n } = news.at(-1)!.data;
    const fits = extra.every((id, index) => id.endsWith(`-${n + 1 + index}`));
    if (at < 0 && fits) return;
    const parts = this.#parts(wanted.join(' '), told);
    if (told.length === 0)
      this.#trial.fail({
        ...parts,
        title: titles.early,
        note: `there was time: patience is ${long} ms`,
      });
    const where = at < 0 ? wanted.length : at;
    const known = came.indexOf(this.#where.id);
    let title = missing;
    if (known >= 0) title = 'What the reader has comes again';
    else if (
      wanted
        .slice(0, at)
        .some((id) => came.indexOf(id) !== came.lastIndexOf(id))
    )
      title = 'An answer tells something twice';
    else if (told[0]!.kind === 'snapshot')
      title = 'The whole board comes, though the id is known';
    this.#trial.fail({
      ...parts,
      title,
      at: [...came.slice(0, where), ''].join(' ').length,
      note: at < 0 ? 'this does not follow' : `here ${wanted[at]} should be`,
    });
  }

  async mustBeBoard() {
    const told = await this.#told();
    if (told.length === 1 && told[0]!.kind === 'snapshot') return;
    const { live } = this.#trial;
    this.#trial.fail({
      ...this.#parts('one snapshot: nobody knows what came after it', told),
      title: titles.unknown,
      at: 0,
      note: 'whatever else comes is a gap that nobody sees',
      tryIt: `curl '${live}/updates?after=nonsense'`,
    });
  }

  async mustBeEmpty() {
    const told = await this.#told('Nothing comes when the time is over');
    if (told.length === 0) return;
    const title =
      'Something else than an empty list comes when nothing happens';
    this.#trial.fail({ ...this.#parts('[]', told), title });
  }

  /** The line is cut within the answer, or the answer is short. */
  async mustBreak() {
    const ended = this.#answer.then(
      () => {},
      () => {},
    );
    await this.#trial.within(ended, () => this.#unanswered());
  }

  #told(title?: string) {
    return this.#trial.within(this.#answer, (why) => ({
      ...this.#unanswered(title),
      note: why.message,
    }));
  }

  #unanswered(title = 'A question is not answered'): FailureParts {
    return {
      ...this.#parts('an answer', []),
      title,
      came: 'nothing',
      section: 'RFC 6202 2.1',
    };
  }

  #parts(expected: string, told: News[]): Omit<FailureParts, 'title'> {
    const came = told.map(({ kind, id }) =>
      kind === 'snapshot' ? `the board at ${id}` : id,
    );
    const client = this.#request.socket?.localPort;
    return {
      sent: `GET /updates?after=${this.#where.id}`,
      expected,
      came: came.join(' ') || '[]',
      section: 'step “The answer that waits” of the tutorial',
      ...(client && { wire: { client, direction: 'down' as const } }),
    };
  }

  async #read(): Promise<News[]> {
    const response = await new Promise<IncomingMessage>((resolve, reject) =>
      this.#request.on('response', resolve).on('error', reject),
    );
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    try {
      const news: unknown = JSON.parse(text);
      if (Array.isArray(news)) return news as News[];
    } catch {
      // It is told below.
    }
    return this.#trial.fail({
      ...this.#parts('a list of news, as JSON', []),
      title: 'The answer is no list',
      came: text,
    });
  }
}

/** No listener and no timer more than before. */
async function mustBeAsBefore(
  trial: CheckContext,
  learner: Learner,
  before: Left,
  title: string,
  what: string,
) {
  const now = await learner.stage<Left>('left');
  if (now.listeners <= before.listeners && now.timers <= before.timers) return;
  const say = ({ listeners, timers }: Left) =>
    `${listeners} listeners on the feed, ${timers} timers`;
  trial.fail({
    title,
    sent: what,
    expected: `as before: ${say(before)}`,
    came: say(now),
    note: 'each stays until the server runs out of memory',
    section: 'step “The answer that waits” of the tutorial',
  });
}
