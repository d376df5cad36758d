/** Whether a client that polls gets everything: RFC 6202, 2. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { News, Snapshot, Update } from '@on-the-wire/shared/board/feed.ts';
import {
  type Check,
  type CheckContext,
  Failure,
  type FailureParts,
  type Learner,
  type Served,
} from '@on-the-wire/course/exercise/check.ts';
import type { Left, State } from './stage.ts';

const glance = 50; // ms

const titles = {
  early: 'The response comes before there is news',
  late: 'The response does not come as soon as there is news',
  lost: 'What came while no request was open is lost',
  shared: 'The position is taken from the connection, not from the request',
  again: 'What a lost response carried is not sent again',
  unknown: 'An unknown id does not get the board',
  twice: 'A request gets two responses',
  sent: 'A response that was sent leaves something behind',
  timedOut: 'A response after the timeout leaves something behind',
  left: 'A client that has left leaves something behind',
  connection: 'Each request leaves a listener on the connection',
  removed: 'Listeners of others are removed',
  turn: 'An update that came together with another one is lost',
  only: 'Only the update that ended the wait is sent',
  others: 'A timeout ends the wait of another request',
  goOn: 'A client that leaves ends the wait of another one',
};

export default {
  starter: titles.lost,

  async run(trial) {
    const { data } = trial;
    const timeoutMs = 20 * data.whole(500, 1_500);
    const server = await open(trial, timeoutMs);
    const { learner, happen, poll, snapshot, pass, mustBeAsBefore } = server;
    const { tapped } = server;
    const { run } = (await snapshot()).data;
    const idOf = (n: number) => `${run}-${n}`;
    const newest = async () => (await snapshot()).id;
    const left = () => learner.stage<Left>('left');

    const { feed } = await left();

    await trial.step('an update ends the wait', async () => {
      const sent = poll(await newest());
      await sent.arrived();
      const made = await happen();
      await sent.mustBring(made, titles.lost);
      // Several in one turn: some may come with the next response.
      const several = poll(await newest());
      await several.arrived();
      await several.mustBringSome(await happen(data.whole(2, 5)));
      // At rush hour there is never a moment without one.
      const busy = poll(await newest());
      await busy.arrived();
      const { made: all, responded } = await server.state('rush', 10);
      busy.mustBeAmong(responded, titles.late);
      await busy.mustBringSome(all);
    });

    await trial.step('what came while no request was open', async () => {
      const [seen, ...missed] = await happen(data.whole(3, 6));
      const sent = poll(seen!.id);
      await sent.arrived();
      // Code that waits for another update gets one.
      await happen();
      await sent.mustBring(missed, titles.lost);
      // A whole evening, in large pieces.
      tapped.break();
      const [last, ...evening] = await happen(data.whole(200, 400));
      await poll(last!.id).mustBring(evening, titles.lost);
      tapped.break('joiner=wait:4ms', 'slicer=gap:1ms');
    });

    await trial.step('an update that leads to others', async () => {
      // Another listener of the feed makes them.
      for (const place of ['before', 'after'] as const) {
        const sent = poll(await newest());
        await sent.arrived();
        const more = data.whole(1, 3);
        const { made } = await server.state('lead', place, more);
        await sent.mustBringSome(made, titles.only);
      }
    });

    await trial.step('a response that was lost', async () => {
      const [seen, ...missed] = await happen(data.whole(3, 6));
      tapped.break(`down:reset=after:${data.whole(20, 60)}B`);
      const cut = poll(seen!.id);
      await cut.arrived();
      await happen();
      await cut.mustBreak();
      tapped.break();
      const sent = poll(seen!.id);
      await sent.arrived();
      await happen();
      await sent.mustBring(missed, titles.again);
    });

    await trial.step('two clients on one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const made = await happen(data.whole(5, 9));
      const low = data.whole(0, 1);
      const high = data.whole(2, made.length - 2);
      // Each after the other, and two that have the same.
      for (const at of [high, low, low, high, low]) {
        const sent = poll(made[at]!.id, agent);
        await sent.arrived();
        await happen();
        await sent.mustBring(made.slice(at + 1), titles.shared);
      }
      // One has waited for what the next one gets at once.
      const id = await newest();
      const waits = poll(id, agent);
      await waits.arrived();
      const news = await happen();
      await waits.mustBring(news, titles.shared);
      const next = poll(id, agent);
      await next.arrived();
      await happen();
      await next.mustBring(news, titles.shared);
      agent.destroy();
      await server.mustRespondToBoth();
    });

    await trial.step('an id that is not known', async () => {
      const { n } = (await snapshot()).data;
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
      // As many listeners as before all requests: none of others is gone.
      const before = { ...(await left()), feed };
      const count = data.whole(8, 14);
      const id = await newest();
      const all = Array.from({ length: count }, () => poll(id));
      await all.at(-1)!.arrived();
      const made = await happen();
      for (const sent of all) await sent.mustBring(made, titles.lost);
      const what = `${count} requests, all with a response`;
      await mustBeAsBefore(before, titles.sent, what);
    });

    await trial.step('nor on a connection that stays', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const count = data.whole(12, 20);
      let before: Left | undefined;
      for (let n = 0; n < count; n += 1) {
        const sent = poll(await newest(), agent);
        await sent.arrived();
        await sent.mustBring(await happen(), titles.lost);
        before ??= await left();
      }
      const what = `${count} requests over one connection, all with a response`;
      await mustBeAsBefore(before!, titles.connection, what);
      agent.destroy();
    });

    await trial.step('nothing for a while: an empty list', async () => {
      const before = await left();
      const id = await newest();
      const [half, quarter] = [timeoutMs / 2, timeoutMs / 4];
      const first = poll(id);
      await first.arrived();
      await pass(half);
      const second = poll(id);
      await second.arrived();
      await pass(quarter);
      const third = poll(id);
      await third.arrived();
      await pass(quarter - 1);
      await first.mustWait();
      await pass(1);
      await first.mustBeEmpty();
      await second.mustWait();
      await pass(half);
      await second.mustBeEmpty();
      await third.mustWait();
      await third.endsWith(await happen(), titles.others);
      const last = poll(await newest());
      await last.arrived();
      await pass(timeoutMs);
      await last.mustBeEmpty();
      const what = 'requests that ended with the timeout';
      await mustBeAsBefore(before, titles.timedOut, what);
      // After that response, something happens after all.
      const made = await happen();
      const next = poll(idOf(made[0]!.data.n - 1));
      await next.mustBring(made, titles.lost);
    });

    await trial.step('an update at the very end of the wait', async () => {
      for (const order of ['update', 'time'] as const) {
        const before = await left();
        const id = await newest();
        const sent = poll(id);
        await sent.arrived();
        await pass(timeoutMs - 1);
        const { made } = await server.state('atOnce', order);
        const mayBeEmpty = order === 'time';
        await sent.mustBring(made, titles.lost, mayBeEmpty);
        const what =
          'a request that ended when an update and the timeout came together';
        await mustBeAsBefore(before, titles.sent, what);
      }
    });

    await trial.step(
      'a client that has left leaves nothing behind',
      async () => {
        await trial.still();
        const before = await left();
        const count = data.whole(8, 14);
        const id = await newest();
        const all = Array.from({ length: count }, () => poll(id));
        await all.at(-1)!.arrived();
        for (const [index, sent] of all.entries()) sent.leave(index % 2 === 0);
        const what = `${count} requests; all clients left before a response`;
        await trial.still();
        if ((await learner.memory()).connections > 0)
          return trial.fail({
            title: 'A client has left, but its connection stays open',
            sent: what,
          });
        await mustBeAsBefore(before, titles.left, what);
      },
    );

    await trial.step('while others go on waiting', async () => {
      const id = await newest();
      const [one, stays, other] = [poll(id), poll(id), poll(id)];
      await other.arrived();
      one.leave(false);
      other.leave(true);
      await trial.still();
      await stays.endsWith(await happen(), titles.goOn);
    });

    await trial.step('ten cuts in the middle of responses', async () => {
      let last = (await happen())[0]!.data.n;
      for (let cut = 0; cut < 10; cut += 1) {
        tapped.break(
          'slicer=gap:1ms',
          `down:reset=after:${data.whole(100, 900)}B`,
        );
        const made = await happen(data.whole(4, 8));
        const first = poll(idOf(last));
        await first.arrived();
        await first.mustBreak();
        tapped.break('joiner=wait:4ms', 'slicer=gap:1ms');
        const again = poll(idOf(last));
        await again.arrived();
        await again.mustBring(made, titles.again);
        last = made.at(-1)!.data.n;
      }
    });

    await trial.step('an id that is forgotten during the wait', async () => {
      // By more updates in one turn than the feed keeps; then by any.
      const many = poll(await newest());
      await many.arrived();
      await many.mustNotBeEmpty(await happen(1_100));
      await learner.stage('keep', 0);
      const short = await open(trial, timeoutMs, server);
      const sent = short.poll((await short.snapshot()).id);
      await sent.arrived();
      await sent.mustNotBeEmpty(await short.happen());
    });
  },
} satisfies Check;

/** The learner's server, and how it is polled. */
async function open(
  trial: CheckContext,
  timeoutMs: number,
  before?: { learner: Learner; count: () => number },
) {
  const learner = before?.learner ?? (await trial.start());
  // The second name is that of an earlier build: files made for it still pass.
  const tapped = await learner.serve({ timeoutMs, patience: timeoutMs });
  let count = before?.count() ?? 0;

  const state = async (name: string, ...args: unknown[]): Promise<State> => {
    const now = await learner.stage<State>(name, ...args);
    const { thrown, twice } = now;
    if (thrown)
      trial.fail({
        title: 'An update makes the server throw an error',
        sent: 'an update',
        expected: 'no error',
        came: thrown.split('\n')[0],
        details: thrown,
      });
    if (twice.length > 0)
      trial.fail({
        title: titles.twice,
        sent: 'GET /updates?after=…',
        expected: 'one call of send',
        came: 'two of them',
        note: 'whatever ends the wait first must end the others',
        section: 'RFC 9110, 15',
      });
    return now;
  };

  return {
    learner,
    tapped,
    state,
    count: () => count,
    snapshot: () => learner.stage<Snapshot>('snapshot'),
    /** So many updates, one right after the other. */
    async happen(times = 1): Promise<Update[]> {
      return (await state('happen', times)).made;
    },
    pass: (ms: number) => state('pass', ms),
    poll(id: string, agent?: Agent) {
      count += 1;
      return new Poll(trial, { state, learner, tapped, id, count, agent });
    },
    /** Two requests that came in one piece, over one connection. */
    async mustRespondToBoth() {
      const { id } = await learner.stage<Snapshot>('snapshot');
      const target = `/updates?after=${id}`;
      const both = ['', 'Connection: close\r\n'].map(
        (more) => `GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`,
      );
      const socket = connect(tapped.port, '127.0.0.1');
      socket.write(both.join(''));
      let text = '';
      socket.setEncoding('utf8').on('data', (piece) => (text += piece));
      const ended = once(socket, 'end');
      trial.defer(() => socket.destroy());
      count += 2;
      await learner.stage('requestsAre', count);
      const { made } = await state('happen', 1);
      const parts = {
        title:
          'Two requests at once on one connection do not both get a response',
        sent: `GET ${target}, twice in one piece`,
        expected: `two responses: ${made[0]!.id} and ${made[0]!.id}`,
        section: 'RFC 9112, 9.3: persistence',
      };
      const came = () => {
        const bodies = text
          .split('\r\n')
          .filter((line) => line.startsWith('['));
        const lists = bodies.map((body) => JSON.parse(body) as News[]);
        return lists.map((list) => list.map((each) => each.id).join(' '));
      };
      await trial.within(ended, () => ({
        ...parts,
        came: `responses: ${came().join(' and ') || 'none'}`,
      }));
      const wanted = [made[0]!.id, made[0]!.id].join();
      if (came().join() !== wanted)
        trial.fail({ ...parts, came: `responses: ${came().join(' and ')}` });
    },
    /** No listener and no timer more than before; nor any less. */
    async mustBeAsBefore(then: Left, title: string, what: string) {
      await state('pass', 0);
      const now = await learner.stage<Left>('left');
      const { feed, connection, timers } = now;
      const isMore = timers > then.timers || feed > then.feed;
      const isOnConnection = connection > then.connection;
      const isLess = feed < then.feed;
      if (!isMore && !isOnConnection && !isLess) return;
      trial.fail({
        title: isMore ? title : isLess ? titles.removed : titles.connection,
        sent: what,
        expected: `as before: ${say(then)}`,
        came: say(now),
        note: isLess
          ? 'the feed has other listeners, too'
          : 'each stays until the server runs out of memory',
        section: 'step “The response that waits” of the tutorial',
      });
    },
  };
}

const say = ({ feed, connection, timers }: Left) =>
  `listeners on the feed: ${feed}, on connections: ${connection}; timers: ${timers}`;

interface Where {
  state: (name: string, ...args: unknown[]) => Promise<State>;
  learner: Learner;
  tapped: Served;
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
    const { tapped, id, agent = false } = where;
    const path = `/updates?after=${encodeURIComponent(id)}`;
    this.#request = get({ host: '127.0.0.1', port: tapped.port, path, agent });
    this.#response = this.#read();
    // A client that leaves does not wait for it.
    this.#response.catch(() => {});
  }

  /** The server has got it, and has done all that it does at once. */
  async arrived() {
    const { learner, count } = this.#where;
    await learner.stage('requestsAre', count);
  }

  /** @param resets whether by RST, else by FIN */
  leave(resets: boolean) {
    const { socket } = this.#request;
    if (resets) socket?.resetAndDestroy();
    this.#request.destroy();
  }

  /** It has had no response yet. */
  async mustWait() {
    const { responded } = await this.#where.state('pass', 0);
    if (!responded.includes(this.#where.count)) return;
    this.#trial.fail({
      ...this.#parts('no response yet: its own timeout is not over', []),
      title: titles.early,
      came: 'a response',
    });
  }

  /** An update has ended the wait; `instead` says what else may have. */
  async endsWith(news: Update[], instead: string) {
    const { responded } = await this.#where.state('pass', 0);
    this.mustBeAmong(responded, instead);
    await this.mustBring(news, titles.lost);
  }

  /** It has had its response by now. */
  mustBeAmong(responded: number[], title: string) {
    if (responded.includes(this.#where.count)) return;
    this.#trial.fail({
      ...this.#parts('a response at once', []),
      title,
      came: 'no response, although there was an update',
    });
  }

  /** The first of these, at least; `one` is the title where only one comes. */
  async mustBringSome(news: Update[], one = titles.turn) {
    const got = await this.#news();
    const title = got.length === 1 ? one : titles.turn;
    if (got.length > 0 && got.length < news.length)
      return this.mustBring(news.slice(0, got.length), title);
    return this.mustBring(news, title);
  }

  /** Some of these, or the board: the id may be forgotten by then. */
  async mustNotBeEmpty(news: Update[]) {
    const got = await this.#news();
    if (got.length === 1 && got[0]!.kind === 'snapshot') return;
    const fits = got.every(({ id }, index) => id === news[index]?.id);
    if (got.length > 0 && fits) return;
    this.#trial.fail({
      ...this.#parts('one snapshot: the feed has forgotten this id', got),
      title: 'An id that is forgotten during the wait does not get the board',
      at: 0,
      note: 'feed.after returned undefined',
    });
  }

  /** Nothing is missing, and nothing comes that was not requested. */
  async mustBring(news: Update[], missing: string, mayBeEmpty = false) {
    const got = await this.#news();
    if (mayBeEmpty && got.length === 0) return;
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
        note: 'nothing had come, and the timeout was not over',
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
    else if (at >= 0 && came.includes(wanted[at]!))
      title = 'The updates come in the wrong order';
    this.#trial.fail({
      ...parts,
      title,
      at: Buffer.byteLength([...came.slice(0, where), ''].join(' ')),
      note:
        at < 0 ? 'this is not the next update' : `${wanted[at]} should be here`,
    });
  }

  async mustBeBoard() {
    const got = await this.#news(titles.unknown, titles.unknown);
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
    // It may be late by so much as looking at a clock takes.
    await this.#where.state('pass', glance);
    const got = await this.#news(
      'No response comes after the timeout',
      'The empty list comes too late',
    );
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

  /** @param late the title where it comes only after a while */
  async #news(title?: string, late = titles.late): Promise<News[]> {
    const none = { title: '' };
    let why = 'nothing';
    const comes = async () => {
      try {
        return await this.#trial.within(this.#response, (error) => {
          why = error.message;
          return none;
        });
      } catch (error) {
        if (error instanceof Failure && error.parts === none) return undefined;
        throw error;
      }
    };
    const got = await comes();
    if (got) return got;
    await this.#where.state('pass', 60_000);
    const parts = this.#noResponse(title);
    const isLate = await comes();
    if (!isLate) return this.#trial.fail({ ...parts, note: why });
    return this.#trial.fail({
      ...parts,
      title: late,
      expected: 'a response at once',
      came: 'a response, but later',
    });
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
