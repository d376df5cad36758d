/** What must follow from what a server has written: the rest of a call. */
import type {
  CheckContext,
  FailureParts,
  Learner,
} from '@on-the-wire/course/exercise/check.ts';
import type { Ending } from '../exercise.ts';
import type { BeginOptions } from '../stage.ts';
import { Exchange, section } from './exchange.ts';
import { left, type Model } from './model.ts';

/** Begins a call that has told some pieces. */
export type Begin = (options?: Partial<BeginOptions>) => Promise<Call>;
/** Its last piece comes, and so does its end. */
export type Finish = (call: Call, sent: string) => Promise<void>;

/** What is said where another ending was awaited. */
const notSo: Record<Ending, string> = {
  finished: 'A whole answer',
  failed: 'An answer that failed',
  stopped: 'An answer that was stopped',
  cut: 'An answer that was cut',
};

export class Call extends Exchange {
  /** How many GETs have been looked at. */
  #gets = 0;

  /** Calls `ask`. */
  static async begin(
    trial: CheckContext,
    learner: Learner,
    model: Model,
    options: Partial<BeginOptions> = {},
  ): Promise<Call> {
    const call = new Call(trial, learner, model, options);
    if (!(await learner.stage('exportsIt'))) await learner.call('ask');
    call.id = await learner.stage<number>('begin', call.question, {
      ...call.options,
      origin: model.line.origin,
    });
    return call;
  }

  /**
   * After a cut, or a GET that brought nothing: it waits for so long, and sends
   * a GET that names the last whole event.
   *
   * @param sent what came before, in the words of a verdict
   * @param how.ms that it must wait
   * @param how.why what says so
   * @param how.exact whether it is looked at to the millisecond
   */
  async resumes(
    sent: string,
    {
      ms = this.options.retryDelayMs,
      why = 'retryDelayMs',
      exact = false,
    } = {},
  ): Promise<void> {
    const { answer } = this;
    const { retryDelayMs } = this.options;
    const parts = {
      sent,
      expected: `after ${ms} ms (${why}): GET /answers/${answer.id}, Last-Event-ID: ${this.lastId}`,
    };
    const count = this.#gets + 1;
    const gets = () => this.model.of('GET', answer.id);
    const mustNotHaveCome = (waited: string) => {
      this.mustGoOn(sent);
      if (gets().length < count) return;
      this.fail({
        ...parts,
        title:
          why === 'retryDelayMs'
            ? 'It does not wait before a GET'
            : `It does not wait as long as ${why} says`,
        came: `${waited} ${gets().at(-1)!.words}`,
      });
    };
    const came = () => this.#has(this.model.reached('GET', answer.id, count));
    await (exact ? this.rests() : this.look());
    mustNotHaveCome('at once');
    let passed = 0;
    // In parts: while it connects, no time may pass.
    const stops = new Set([Math.min(retryDelayMs, ms - 1), ms - 1]);
    for (const end of exact ? stops : []) {
      await this.pass(end - passed);
      passed = end;
      await this.rests();
      mustNotHaveCome(`after less than ${ms} ms`);
    }
    await this.pass(ms - passed);
    let isHere = await came();
    if (!isHere && !exact) {
      // It may not have noticed the cut before that time passed.
      await this.rests();
      this.mustGoOn(sent);
      await this.pass(ms);
      isHere = await came();
    }
    if (!isHere) {
      await this.rests();
      this.mustGoOn(sent);
      await this.pass(10 * ms);
      await this.rests();
      const late = gets().length >= count;
      this.fail({
        ...parts,
        title: late
          ? 'It waits too long before a GET'
          : 'It does not resume after a cut',
        came: late
          ? `later: ${gets().at(-1)!.words}`
          : (this.#others()[0] ?? 'no request'),
      });
    }
    this.#gets = count;
    const got = gets().at(-1)!;
    if (got.lastEventId !== this.lastId)
      this.fail({
        ...parts,
        title:
          got.lastEventId === undefined
            ? 'The GET does not name the last event'
            : 'The GET names another event than the last whole one',
        came: got.words,
        note: 'an event is whole when its empty line has come',
        section,
      });
    await this.responds(got.response);
  }

  /** It has not ended, and has not sent what it should not. */
  mustGoOn(sent: string): void {
    this.mustGoOnOrEnd(sent);
    if (this.hasEnded) this.#mustNotEnd(sent);
  }

  /** It has not sent what it should not. */
  mustGoOnOrEnd(sent: string): void {
    const [other] = this.#others();
    if (other)
      this.fail({
        title: other.startsWith('POST')
          ? 'The question is sent twice'
          : 'It sends a request for an answer that is not known',
        sent,
        expected: `one POST; to resume, GET /answers/${this.answer.id}`,
        came: other,
      });
  }

  #mustNotEnd(sent: string): never {
    const isHalf = this.current.ending === 'finished';
    return this.fail({
      title: isHalf
        ? 'Half an answer is called finished'
        : this.current.ending === 'cut'
          ? 'It gives up too early'
          : `An answer that was cut is called ${this.current.ending}`,
      sent,
      expected: 'it resumes: no finish_reason has come',
      came: this.end,
    });
  }

  /** It ends like that, and without another request. */
  async ends(wanted: Ending | Ending[], sent: string): Promise<void> {
    const all = [wanted].flat();
    const first = all[0]!;
    await this.until(() => this.hasEnded);
    const { ending } = this.current;
    this.mustGoOnOrEnd(sent);
    if (all.includes(ending as Ending)) return;
    const before = this.#gets;
    if (!this.hasEnded) await this.pass(this.options.retryDelayMs);
    if (!this.hasEnded) await this.rests();
    const late = this.model.of('GET', this.answer.id)[before];
    const isHalf = this.current.ending === 'finished' && first === 'cut';
    this.fail({
      title: isHalf
        ? 'Half an answer is called finished'
        : ending === undefined
          ? `${notSo[first]} has no end`
          : `${notSo[first]} is called ${ending}`,
      sent,
      expected: all.join(' or '),
      came: late ? `${late.words}, after a pause` : this.end,
    });
  }

  /** It has sent so many GETs as it may, and ends; it may wait once more. */
  async givesUp(sent: string): Promise<void> {
    await this.rests();
    for (let waits = 0; waits < 2; waits += 1) {
      if (this.model.of('GET', this.answer.id).length > this.#gets)
        this.fail({
          title: 'It sends more GETs than it may',
          sent: `tries: ${this.options.tries}; ${sent}`,
          expected: '"cut", and no further GET',
          came: this.model.of('GET', this.answer.id).at(-1)!.words,
        });
      if (this.hasEnded) break;
      await this.pass(this.options.retryDelayMs);
      await this.rests();
    }
    await this.ends('cut', sent);
  }

  /** Nothing was whole, time has passed: there is nothing to go on after. */
  mustNotResume(sent: string): void {
    this.mustGoOnOrEnd(sent);
    const [got] = this.model.of('GET', this.answer.id);
    if (got)
      this.fail({
        title: 'It resumes, and no whole event has come',
        sent,
        expected: 'no GET: there is no event to go on after',
        came: got.words,
      });
  }

  /** The server is told to stop. */
  async mustDelete(sent: string): Promise<void> {
    const { id } = this.answer;
    await this.trial.within(this.model.reached('DELETE', id, 1), () => ({
      title: 'It is stopped, and the server goes on generating',
      sent,
      expected: `DELETE /answers/${id}`,
      came: this.#others()[0] ?? 'no DELETE',
      section: 'task',
    }));
  }

  /** It cannot know which answer to name. */
  async mustNotDelete(sent: string): Promise<void> {
    await this.rests();
    this.mustGoOnOrEnd(sent);
  }

  /** Its connection is closed. */
  async isFree(sent: string): Promise<void> {
    await this.trial.within(left(this.response), () => ({
      title: 'It is stopped, and its connection stays open',
      sent,
      expected: 'a closed connection',
      came: 'an open one: the server still writes for nobody',
      section: 'task',
      wire: this.model.line.seen('down'),
    }));
  }

  /** How many requests have come for it that are no DELETE. */
  get requests(): number {
    const { question, answer } = this;
    const of = (method: string, name: string) =>
      this.model.of(method, name).length;
    return of('POST', question) + of('GET', answer.id);
  }

  /** Requests that have no place anywhere. */
  #others(): string[] {
    const again = this.model.of('POST', this.question).slice(1);
    const unknown = this.model.unknown();
    return [...again, ...unknown].map(({ words }) => words);
  }

  /** Whether this comes before nothing is left that could bring it. */
  async #has(promise: Promise<unknown>): Promise<boolean> {
    const nothing = { title: '' };
    return this.trial
      .within(promise, () => nothing)
      .then(
        () => true,
        (why: { parts?: FailureParts }) => {
          if (why.parts === nothing) return false;
          throw why;
        },
      );
  }
}
