/** The page in which the learner's code runs, and what it is seen to do. */
import { EventEmitter, once } from 'node:events';
import type {
  CheckContext,
  FailureParts,
  TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';
import { FilePage } from '@on-the-wire/course/exercise/page-of.ts';
import type { Channel, Station, Told } from './channel.ts';

export const section = 'HTML, 9.2.3';

export interface Waits {
  timeoutMs: number;
  retryDelayMs: number;
}

declare global {
  /** What `follow` has returned, each time. */
  var stops: (() => void)[];
  /** With this text, `tell` stops its stream. */
  var last: string | undefined;
}

/** A page whose clock stands still, with the learner's file in it. */
export async function openPage(
  trial: CheckContext,
  line: TappedConnection,
  station: Station,
) {
  const followers: Follower[] = [];
  const page = await FilePage.open(trial, line.origin, {
    name: 'follow',
    usage: 'follow(options)',
    hear([name, where, ...what]) {
      if (name === 'told') followers[Number(where)]!.note(what);
      else
        followers
          .findLast(({ channel }) => channel.path === where)
          ?.noteGivenUp();
    },
  });
  // A stream of the check's own, on a connection that nobody breaks.
  const beat = station.beats();
  await page.evaluate((url) => {
    Object.assign(globalThis, {
      beat: new EventSource(url),
      stops: [],
      last: undefined,
    });
  }, station.beat);
  await beat;

  return {
    /** Calls the learner's function; resolves when its first request is there. */
    async follow(channel: Channel, waits: Waits): Promise<Follower> {
      const at = followers.length;
      const follower = new Follower(trial, station, page, channel, at);
      followers.push(follower);
      const returned = await trial.within(
        page.evaluate(
          ({ at: index, path, given }) => {
            const follow = mine['follow'] as (options: object) => () => void;
            stops[index] = follow({
              path,
              tell: (...what: string[]) => {
                note('told', String(index), ...what);
                if (what[1] === last) stops[index]!();
              },
              ...given,
            });
            return typeof stops[index];
          },
          {
            at,
            path: channel.path,
            given: {
              ...waits,
              // The names of an earlier build, for files that were written then.
              patience: waits.timeoutMs,
              pause: waits.retryDelayMs,
            },
          },
        ),
        (why) => ({ title: 'follow threw', details: why.message }),
      );
      if (returned !== 'function')
        trial.fail({
          title: 'follow does not return a function that stops it',
          expected: 'a function',
          came: returned,
        });
      await follower.asked(1, {
        title: 'No request for the stream comes',
        expected: `GET ${channel.path}`,
        came: 'nothing',
      });
      if (channel.asks[0]!.names)
        trial.fail({
          title: 'A stream begins with the id of another one',
          sent: 'follow(…), for the second time, with another path',
          expected: `GET ${channel.path}`,
          came: channel.asks[0]!.text,
          section,
        });
      return follower;
    },
  };
}

/** One call of the learner's function, and what it must do. */
export class Follower extends EventEmitter<{ change: [] }> {
  readonly channel: Channel;
  readonly #trial: CheckContext;
  readonly #station: Station;
  readonly #page: FilePage;
  readonly #at: number;
  readonly #told: Told[] = [];
  #gaveUp = 0;
  /** How many streams the page should have opened, beside what the browser did. */
  #opens = 1;

  constructor(
    ...[trial, station, page, channel, at]: [
      CheckContext,
      Station,
      FilePage,
      Channel,
      number,
    ]
  ) {
    super();
    this.#trial = trial;
    this.#station = station;
    this.#page = page;
    this.channel = channel;
    this.#at = at;
  }

  /** @internal */
  note([kind = '', data = '', id = '']: string[]): void {
    this.#told.push({ kind, data, id });
    this.emit('change');
  }

  /** @internal */
  noteGivenUp(): void {
    this.#gaveUp += 1;
    this.emit('change');
  }

  /**
   * Resolves when the page has done what it does by itself: another stream of
   * the same page has ended, and the browser has reconnected, many times. Then
   * the page has responded after all else that it had to tell.
   */
  readonly #settle = async (over?: AbortSignal): Promise<void> => {
    const began = performance.now();
    for (let times = 0; times < 60; times += 1) {
      if (over?.aborted) return;
      // Firefox waits for half a second each time, whatever the retry.
      if (times >= 3 && performance.now() - began > 2_000) break;
      await this.#station.beats();
    }
    await this.#page.hearAll();
  };

  #fail(parts: FailureParts): never {
    const [error] = this.#page.errors;
    if (error !== undefined)
      this.#trial.fail({ title: 'The page throws an error', details: error });
    return this.#trial.fail({ section, ...parts });
  }

  /** So many ms pass by the page's clock. */
  async run(ms: number): Promise<void> {
    await this.#page.pass(Math.round(ms));
  }

  /** The page opens another stream, by whatever timer. */
  mayOpen(): void {
    this.#opens += 1;
  }

  /** Waits until so many requests have come; tells otherwise what is missing. */
  async asked(count: number, otherwise: FailureParts): Promise<void> {
    await this.#trial.within(
      this.channel.until(() => this.channel.asks.length >= count),
      () => ({ section, ...otherwise }),
      { until: this.#settle },
    );
  }

  /** How many streams the page itself has opened. */
  #opened(): Promise<number> {
    return this.#page.evaluate((path) => opened[path] ?? 0, this.channel.path);
  }

  /** So many requests, and no more. */
  async mustHaveAsked(count: number, otherwise: FailureParts): Promise<void> {
    const { asks } = this.channel;
    const opened = await this.#opened();
    if (opened > this.#opens) {
      // What it has opened is still on its way.
      const came = this.channel.until(() => asks.length > count);
      await this.#trial
        .within(came, () => otherwise, { until: this.#settle })
        .catch(() => (this.#opens = opened));
    }
    if (asks.length <= count) return;
    const more = asks.slice(count).map(({ text }) => text);
    const shown = more.slice(0, 3).join(', ');
    this.#fail({
      ...otherwise,
      came: more.length > 3 ? `${more.length} more: ${shown} …` : shown,
    });
  }

  /** Waits until the browser has given up so often, and the page has heard of it. */
  async givenUp(times: number): Promise<void> {
    const heard = (async () => {
      while (this.#gaveUp < times) await once(this, 'change');
    })();
    await this.#trial.within(
      heard,
      () => ({
        title: 'The browser does not read the response',
        sent: 'a response that it does not accept',
        expected: 'an EventSource that has given up (readyState 2)',
        came: 'nothing: is it closed before the response comes?',
        section,
      }),
      { until: this.#settle },
    );
  }

  /**
   * The next request comes when so much time has passed, and not before.
   *
   * @param titles what is told if it comes too early, too late, or never
   * @param parts what else is told then
   */
  async asksAfter(
    ms: number,
    titles: { early: string; late: string; never: string },
    parts: Partial<FailureParts>,
  ): Promise<void> {
    const { asks } = this.channel;
    const count = asks.length;
    const early = { ...parts, title: titles.early };
    await this.mustHaveAsked(count, early);
    await this.run(ms * 0.7);
    await this.mustHaveAsked(count, early);
    // It may come later by as much as this: some look only now and then.
    const latest = 1.5;
    let passed = 0.7;
    const isThere = async () =>
      asks.length > count || (await this.#opened()) > this.#opens;
    for (const until of [1.01, 1.1, 1.2, 1.3, 1.4, latest, 10]) {
      await this.run(ms * (until - passed));
      passed = until;
      if (await isThere()) break;
    }
    this.#opens += 1;
    await this.asked(count + 1, { ...parts, title: titles.never });
    if (passed > latest)
      this.#fail({
        ...parts,
        title: titles.late,
        came: `nothing until ${Math.round(ms * latest)} ms had passed`,
      });
    await this.mustHaveAsked(count + 1, {
      ...parts,
      title: 'There are two streams now',
    });
  }

  /**
   * Breaks the connection: the browser reconnects by itself, while no timer of
   * the page runs.
   *
   * @param hasId whether the stream has brought an id, which a browser names
   */
  async mustReconnect(
    cut: () => void,
    sent: string,
    { hasId, retryDelayMs }: { hasId: boolean; retryDelayMs: number },
  ): Promise<void> {
    const { asks } = this.channel;
    const count = asks.length;
    const parts = {
      sent,
      expected: 'one more GET, while no timer of the page runs',
      section,
    };
    const instead = {
      ...parts,
      title: 'The page reconnects in place of the browser',
    };
    cut();
    const came = this.channel.until(() => asks.length > count);
    await this.#trial
      .within(came, () => instead, { until: this.#settle })
      .catch(async () => {
        await this.run(retryDelayMs * 2);
        await this.#settle();
        const [late] = asks.slice(count);
        this.#fail({
          ...instead,
          ...(!late && { title: 'After a cut the page does not reconnect' }),
          came: late?.text ?? 'nothing',
          ...(late && { at: 0, note: 'only when a timer of the page had run' }),
        });
      });
    const { byBrowser, text } = asks[count]!;
    if (hasId && !byBrowser)
      this.#fail({
        ...instead,
        came: text,
        at: text.length,
        note: 'without the Last-Event-ID that a browser sends',
      });
  }

  /** The last request names this id. */
  mustName(id: string, sent: string): void {
    const { names, text } = this.channel.asks.at(-1)!;
    if (names === id) return;
    const after = `?after=${encodeURIComponent(id)}`;
    let title = 'The new stream names an older id';
    let note = 'what the page has had already comes again';
    if (names === '') {
      title = 'The new stream does not name the last id';
      note = 'what happened in the meantime is lost';
    } else if ([id.replace('+', ' '), id.split(/[&#]/)[0]].includes(names)) {
      title = 'The id in the URL is not encoded';
      note = `to the server this is the id "${names}"`;
    }
    this.#fail({
      title,
      sent,
      expected: `GET ${this.channel.path}${after}, or the header Last-Event-ID: ${id}`,
      came: text,
      at: text.includes('?') ? text.indexOf('?') : text.length,
      note,
    });
  }

  /** The page gets this event. */
  async mustHear(
    wanted: Told,
    otherwise?: Partial<FailureParts>,
  ): Promise<void> {
    const { kind, data, id } = wanted;
    const found = () => this.#told.find((each) => each.data === data);
    const heard = (async () => {
      while (!found()) await once(this, 'change');
    })();
    const call = (told: Told) =>
      `tell(${[told.kind, told.data, told.id].map((text) => JSON.stringify(text)).join(', ')})`;
    const parts = {
      sent: [id && `id: ${id}`, `event: ${kind}`, `data: ${data}`]
        .filter((part) => part !== '')
        .join(', '),
      expected: call(wanted),
      section: 'HTML, 9.2.6',
    };
    await this.#trial.within(
      heard,
      () => {
        const last = this.#told.at(-1);
        const [error] = this.#page.errors;
        if (error) return { title: 'The page throws an error', details: error };
        return {
          title: 'The page does not get an event',
          ...parts,
          came: last ? `the last was ${call(last)}` : 'nothing',
          note: `${this.channel.streams.size} streams are open`,
          ...otherwise,
        };
      },
      { until: this.#settle },
    );
    const told = found()!;
    if (told.kind !== kind || (id !== '' && told.id !== id))
      this.#fail({
        title: `tell gets another ${told.kind === kind ? 'id' : 'name'}`,
        ...parts,
        came: call(told),
      });
  }

  /** Nothing came twice. */
  mustHearOnce(sent: string): void {
    const all = this.#told.map(({ data }) => data);
    const at = all.findIndex((data, index) => all.indexOf(data) < index);
    if (at < 0) return;
    const { kind, id } = this.#told[at]!;
    this.#fail({
      title: 'The page gets an event twice',
      sent,
      expected: 'each event once: the old stream must be closed',
      came: `${kind} ${id || all[at]}, and the same again`,
    });
  }

  /** One stream is open; what an old one brings comes before its end. */
  async mustBeOne(sent: string): Promise<Told> {
    const { channel } = this;
    const one = channel.until(() => channel.streams.size <= 1);
    const told = [0, 1].map(() =>
      channel.tell('departure', this.#trial.data.line()),
    );
    for (const each of told) await this.mustHear(each);
    this.mustHearOnce(sent);
    await this.#trial.within(
      one,
      () => ({
        title: 'There are two streams now',
        sent,
        expected: 'one open stream',
        came: `${channel.streams.size}: ${channel.asks
          .slice(-channel.streams.size)
          .map(({ text }) => text)
          .join(', ')}`,
        section,
      }),
      { until: this.#settle },
    );
    this.mustHearOnce(sent);
    return told.at(-1)!;
  }

  /** Calls what the learner's function has returned. */
  async stop(): Promise<void> {
    await this.#trial.within(
      this.#page.evaluate((index) => stops[index]!(), this.#at),
      (why) => ({ title: 'stop() threw', details: why.message }),
    );
  }

  /** With this text, `tell` itself calls what the function has returned. */
  async stopAt(last: string): Promise<void> {
    await this.#page.evaluate((text) => {
      Object.assign(globalThis, { last: text });
    }, last);
  }

  /**
   * Stops it: nothing happens after that, however long one waits.
   *
   * @param when what had happened before
   * @param ms longer than all that it waits for
   */
  async mustStop(when: string, ms: number): Promise<void> {
    await this.stop();
    await this.mustBeStopped(when, ms);
  }

  /** The same, where it has been stopped already. */
  async mustBeStopped(when: string, ms: number): Promise<void> {
    const { channel } = this;
    const { length } = channel.asks;
    const heard = this.#told.length;
    const sent = `stop(), ${when}`;
    const late = channel.tell('departure', this.#trial.data.line());
    await this.#trial.within(
      channel.until(() => channel.streams.size === 0),
      () => ({
        title: 'The stream stays open after it was stopped',
        sent,
        expected: 'no open stream',
        came: channel.asks.at(-1)!.text,
        section,
      }),
      { until: this.#settle },
    );
    await this.run(ms);
    await this.mustHaveAsked(length, {
      title: 'Another stream is opened after it was stopped',
      sent,
      expected: 'no request',
    });
    if (this.#told.length > heard)
      this.#fail({
        title: 'An event is told after it was stopped',
        sent,
        expected: 'no call of tell',
        came: `tell("departure", ${JSON.stringify(late.data)}, …)`,
      });
  }
}
