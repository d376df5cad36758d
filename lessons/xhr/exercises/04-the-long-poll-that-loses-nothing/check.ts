/** Whether a client that polls gets everything: RFC 6202, 2. */
import { Agent, get, type IncomingMessage } from 'node:http';
import type { News, Update } from '@on-the-wire/shared/board/feed.ts';
import type {
  Check,
  FailureParts,
  Learner,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';

const long = 3_600_000; // ms: this timeout never ends
const short = 60; // ms

const titles = {
  early: 'The response comes before there is news',
  lost: 'What came while no request was open is lost',
  shared: 'The position is taken from the connection, not from the request',
  again: 'What a lost response carried is not sent again',
  unknown: 'An unknown id does not get the board',
  twice: 'A request gets two responses',
  sent: 'A response that was sent leaves something behind',
  left: 'A client that has left leaves something behind',
};

export default {
  starter: titles.lost,

  async run(trial) {
    const { data } = trial;
    const { learner, server, run, happen, poll } = await open(trial, long);
    const idOf = (n: number) => `${run}-${n}`;

    await trial.step('an update ends the wait', async () => {
      const { id } = await server.feed.snapshot();
      const sent = poll(id);
      await sent.arrived();
      const made = await happen();
      await sent.mustBring(made, titles.lost);
    });

    await trial.step('what came while no request was open', async () => {
      const [seen, ...missed] = await happen(data.whole(3, 6));
      const sent = poll(seen!.id);
      await sent.arrived();
      // Code that waits for another update gets one.
      await happen();
      await sent.mustBring(missed, titles.lost);
    });

    await trial.step('two clients on one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const made = await happen(data.whole(5, 9));
      for (const at of [made.length - 2, 0, 1]) {
        const sent = poll(made[at]!.id, agent);
        await sent.arrived();
        await happen();
        await sent.mustBring(made.slice(at + 1), titles.shared);
      }
      agent.destroy();
    });

    await trial.step('a response that was lost', async () => {
      const [seen, ...missed] = await happen(data.whole(3, 6));
      server.break(`down:reset=after:${data.whole(20, 60)}B`);
      const cut = poll(seen!.id);
      await cut.arrived();
      await happen();
      await cut.mustBreak();
      server.break();
      const sent = poll(seen!.id);
      await sent.arrived();
      await happen();
      await sent.mustBring(missed, titles.again);
    });

    await trial.step('an id that is not known', async () => {
      const { n } = (await server.feed.snapshot()).data;
      const ids = [
        `${data.word().slice(0, 4)}!-${n}`,
        data.word(),
        idOf(n + data.whole(500, 900)),
        '',
      ];
      for (const id of ids) {
        const sent = poll(id);
        await sent.arrived();
        await happen();
        await sent.mustBeBoard();
      }
      // So old that the feed has forgotten what came after it.
      await happen(1_100);
      const sent = poll(idOf(n));
      await sent.arrived();
      await sent.mustBeBoard();
    });

    await trial.step('a response leaves nothing behind', async () => {
      const before = await learner.stage<Left>('left');
      const count = data.whole(8, 14);
      const { id } = await server.feed.snapshot();
      const all = Array.from({ length: count }, () => poll(id));
      await all.at(-1)!.arrived();
      const made = await happen();
      for (const sent of all) await sent.mustBring(made, titles.lost);
      const what = `${count} requests, all with a response`;
      await mustBeAsBefore(trial, learner, before, titles.sent, what);
    });

    await trial.step(
      'a client that has left leaves nothing behind',
      async () => {
        const before = await learner.stage<Left>('left');
        const count = data.whole(8, 14);
        const { id } = await server.feed.snapshot();
        const all = Array.from({ length: count }, () => poll(id));
        await all.at(-1)!.arrived();
        for (const sent of all) sent.leave();
        const what = `${count} requests; all clients left before a response`;
        await trial.still();
        if ((await learner.memory()).connections > 0)
          trial.fail({
            title: 'A client has left, but its connection stays open',
            sent: what,
          });
        await mustBeAsBefore(trial, learner, before, titles.left, what);
      },
    );

    await trial.step('ten cuts in the middle of responses', async () => {
      let last = (await happen())[0]!.data.n;
      for (let cut = 0; cut < 10; cut += 1) {
        server.break(
          'slicer=gap:1ms',
          `down:reset=after:${data.whole(100, 900)}B`,
        );
        const made = await happen(data.whole(4, 8));
        const first = poll(idOf(last));
        await first.arrived();
        await first.mustBreak();
        server.break('joiner=wait:4ms', 'slicer=gap:1ms');
        const again = poll(idOf(last));
        await again.arrived();
        await again.mustBring(made, titles.again);
        last = made.at(-1)!.data.n;
      }
    });

    await trial.step('nothing for a while: an empty list', async () => {
      const quiet = await open(trial, short);
      const { id } = await quiet.server.feed.snapshot();
      await quiet.poll(id).mustBeEmpty();
      // After that response, something happens after all.
      const [made] = await quiet.happen();
      const sent = quiet.poll(id);
      await sent.arrived();
      await sent.mustBring([made!], titles.lost);
    });
  },
} satisfies Check;

interface Left {
  listeners: number;
  timers: number;
}

/** The learner's server, and how it is polled. */
async function open(trial: CheckContext, timeoutMs: number) {
  const learner = await trial.start();
  // The second name is that of an earlier build: files made for it still pass.
  const server = await learner.serve({ timeoutMs, patience: timeoutMs });
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
          sent: 'an update, after every request had its response',
          expected: 'no listener: each request gets one response',
          came: thrown.split('\n')[0],
          section: 'RFC 9110, 15',
          details: thrown,
        });
      return made;
    },
    poll(id: string, agent?: Agent) {
      count += 1;
      return new Poll(trial, { learner, server, id, count, agent });
    },
  };
}

interface Where {
  learner: Learner;
  server: Served;
  id: string;
  /** Which request it is: 1, 2, 3 … */
  count: number;
  agent: Agent | undefined;
}

/** A request that was sent, and what must become of it. */
class Poll {
  readonly #trial: CheckContext;
  readonly #where: Where;
  readonly #request;
  readonly #response: Promise<News[]>;

  constructor(trial: CheckContext, where: Where) {
    this.#trial = trial;
    this.#where = where;
    const { server, id, agent = false } = where;
    const path = `/updates?after=${encodeURIComponent(id)}`;
    this.#request = get({ host: '127.0.0.1', port: server.port, path, agent });
    this.#response = this.#read();
    // A client that leaves does not wait for it.
    this.#response.catch(() => {});
  }

  /** The server has got it, and has done all that it does at once. */
  async arrived() {
    const { learner, count } = this.#where;
    await learner.stage('requestsAre', count);
  }

  leave() {
    this.#request.destroy();
  }

  /** Nothing is missing, and nothing comes that was not requested. */
  async mustBring(news: Update[], missing: string) {
    const got = await this.#news();
    const wanted = news.map(({ id }) => id);
    const came = got.map(({ id }) => id);
    const at = wanted.findIndex((id, index) => came[index] !== id);
    const extra = came.slice(wanted.length);
    const { n } = news.at(-1)!.data;
    const fits = extra.every((id, index) => id.endsWith(`-${n + 1 + index}`));
    if (at < 0 && fits) return;
    const parts = this.#parts(wanted.join(' '), got);
    if (got.length === 0)
      this.#trial.fail({
        ...parts,
        title: titles.early,
        note: `there was time: timeoutMs is ${long}`,
      });
    const where = at < 0 ? wanted.length : at;
    const known = came.indexOf(this.#where.id);
    let title = missing;
    if (known >= 0) title = 'The client gets again what it already has';
    else if (
      wanted
        .slice(0, at)
        .some((id) => came.indexOf(id) !== came.lastIndexOf(id))
    )
      title = 'A response contains an update twice';
    else if (got[0]!.kind === 'snapshot')
      title = 'The whole board comes, although the id is known';
    this.#trial.fail({
      ...parts,
      title,
      at: [...came.slice(0, where), ''].join(' ').length,
      note:
        at < 0 ? 'this is not the next update' : `${wanted[at]} should be here`,
    });
  }

  async mustBeBoard() {
    const got = await this.#news();
    if (got.length === 1 && got[0]!.kind === 'snapshot') return;
    const { live } = this.#trial;
    this.#trial.fail({
      ...this.#parts(
        'one snapshot, because the feed does not know this id',
        got,
      ),
      title: titles.unknown,
      at: 0,
      note: 'anything else is a gap that the client cannot see',
      tryIt: `curl '${live}/updates?after=nonsense'`,
    });
  }

  async mustBeEmpty() {
    const got = await this.#news('No response comes after the timeout');
    if (got.length === 0) return;
    const title =
      'Something other than an empty list comes when nothing happens';
    this.#trial.fail({ ...this.#parts('[]', got), title });
  }

  /** The response breaks off; a short one may come complete. */
  async mustBreak() {
    const ended = this.#response.then(
      () => {},
      () => {},
    );
    await this.#trial.within(ended, () => this.#noResponse());
  }

  #news(title?: string) {
    return this.#trial.within(this.#response, (why) => ({
      ...this.#noResponse(title),
      note: why.message,
    }));
  }

  #noResponse(title = 'A request gets no response'): FailureParts {
    return {
      ...this.#parts('a response', []),
      title,
      came: 'nothing',
      section: 'RFC 6202, 2: HTTP long polling',
    };
  }

  #parts(expected: string, got: News[]): Omit<FailureParts, 'title'> {
    const came = got.map(({ kind, id }) =>
      kind === 'snapshot' ? `the board at ${id}` : id,
    );
    const client = this.#request.socket?.localPort;
    return {
      sent: `GET /updates?after=${this.#where.id}`,
      expected,
      came: came.join(' ') || '[]',
      section: 'step “The response that waits” of the tutorial',
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
      // It is reported below.
    }
    return this.#trial.fail({
      ...this.#parts('a list of news, as JSON', []),
      title: 'The response is not a list',
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
    section: 'step “The response that waits” of the tutorial',
  });
}
