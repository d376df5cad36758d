/** One call of `ask`, and what a server writes for it. */
import type { ServerResponse } from 'node:http';
import {
  byteOf,
  type CheckContext,
  type FailureParts,
  type Learner,
} from '@on-the-wire/course/exercise/check.ts';
import type { BeginOptions, State } from '../stage.ts';
import { Answer, comment, type Event } from './answer.ts';
import { compare } from './compare.ts';
import { type Cut, cutOff, type Model, startStream, write } from './model.ts';

export const section = 'HTML, 9.2.6';

/** So often it is looked at before one waits until nothing goes on. */
const soon = 30;

/** What is told meanwhile is compared with what was sent. */
export class Exchange {
  readonly answer: Answer;
  readonly question: string;
  readonly words: string;
  /** The id of the last event that was whole. */
  lastId = '';
  /** What `tell` should have got so far. */
  readonly pieces: string[] = [];
  /** The response that is read now. */
  response!: ServerResponse;
  readonly options: Omit<BeginOptions, 'origin'>;
  protected readonly trial: CheckContext;
  protected readonly learner: Learner;
  protected readonly model: Model;
  protected id = 0;
  protected current: State = { told: '', received: 0 };
  /** What had come in before this response began. */
  #before = 0;

  constructor(
    trial: CheckContext,
    learner: Learner,
    model: Model,
    options: Partial<BeginOptions>,
  ) {
    const { data } = trial;
    this.trial = trial;
    this.learner = learner;
    this.model = model;
    this.answer = new Answer(data);
    model.answers.add(this.answer.id);
    this.question = `${data.word()}, ${data.line()}?`;
    const retryDelayMs = data.whole(10, 30) * 100;
    this.options = { retryDelayMs, tries: data.whole(2, 4), ...options };
    const { tries } = this.options;
    this.words = `ask("…", { retryDelayMs: ${this.options.retryDelayMs}, tries: ${tries}, … })`;
  }

  get state(): State {
    return this.current;
  }

  get hasEnded(): boolean {
    return (
      this.current.ending !== undefined || this.current.error !== undefined
    );
  }

  /** What came of it so far, in words. */
  get end(): string {
    const { ending, error } = this.current;
    if (error) return `an error: ${error.text}`;
    return ending === undefined ? 'it still waits' : `"${ending}"`;
  }

  fail(parts: FailureParts): never {
    const { error } = this.current;
    const wire = this.model.line.seen('down');
    if (!error) return this.trial.fail({ wire, section: 'task', ...parts });
    return this.trial.fail({
      wire,
      ...parts,
      title: 'ask throws an error',
      expected: 'one of the four endings, and no error',
      came: error.text,
      at: undefined,
      note: undefined,
      details: error.stack,
    });
  }

  /** The POST has come; its response is still to be written. */
  async posted(): Promise<void> {
    await this.trial.within(
      this.model.reached('POST', this.question, 1),
      () => ({
        title: 'The question does not reach the server',
        sent: this.words,
        expected: 'POST /v1/chat/completions, with the question',
        came: this.model.all.at(-1)?.words ?? 'no request',
      }),
    );
    await this.responds(this.model.of('POST', this.question)[0]!.response);
  }

  /** The POST has come, and the stream begins. */
  async starts(cut: Cut = 'end'): Promise<void> {
    await this.posted();
    await this.stream(cut);
  }

  /** An event stream begins, with a comment. */
  async stream(cut: Cut = 'end'): Promise<void> {
    startStream(this.response, cut);
    await this.writes(comment);
  }

  /** Writes these bytes, and the learner's process has read them. */
  async writes(bytes: Uint8Array): Promise<void> {
    const carried = await write(this.response, bytes);
    await this.until(({ received }) => received >= this.#before + carried);
  }

  /**
   * Sends events in one read, or one in two or more, and each piece is told.
   *
   * @param sent in the words of a verdict
   * @param how.reads where reads end, in bytes
   * @param how.more what it is called if more is told
   */
  async sends(
    events: Event | Event[],
    sent: string,
    how: { reads?: number[]; more?: string } = {},
  ): Promise<void> {
    const { reads = [], more = '' } = how;
    const all = [events].flat();
    const bytes = Buffer.concat(all.map((event) => event.bytes));
    const ends = [...reads, bytes.length];
    for (const [n, end] of ends.entries())
      await this.writes(bytes.subarray(ends[n - 1] ?? 0, end));
    for (const { id, text } of all) {
      this.lastId = id || this.lastId;
      this.pieces.push(text);
    }
    await this.tells(sent, more);
  }

  /**
   * All that should have been told has been, and no more.
   *
   * @param more what it is called if more was told
   */
  async tells(sent: string, more = ''): Promise<void> {
    const wanted = this.pieces.join('');
    await this.until(({ told }) => told.length >= wanted.length);
    const { told, noText } = this.current;
    const parts = { sent, section };
    if (noText)
      this.fail({
        ...parts,
        title: 'tell gets what is no text',
        expected: 'texts only, and no call for an event without one',
        came: `tell(${noText})`,
      });
    if (told === wanted) return;
    const { title, expected, came, at } = compare(this.pieces, told);
    this.fail({
      ...parts,
      title: more && told.startsWith(wanted) ? more : title,
      expected,
      came: came || 'nothing',
      at: byteOf(came, at),
      ...(this.hasEnded && { note: `and it has ended: ${this.end}` }),
    });
  }

  /** The body ends like that. */
  over(cut: Cut): void {
    cutOff(this.response, cut);
  }

  /** Nothing goes on any more. */
  async rests(): Promise<void> {
    await this.trial.still();
    await this.look();
  }

  async pass(ms: number): Promise<void> {
    this.current = await this.learner.stage<State>('pass', this.id, ms);
  }

  /** Aborts the signal. */
  async stop(): Promise<void> {
    await this.learner.stage('stop', this.id);
  }

  /** Resolves when it holds, or when nothing goes on any more. */
  protected async until(holds: (state: State) => boolean): Promise<void> {
    for (let looks = 0; looks < soon; looks += 1) {
      await this.look();
      if (holds(this.current)) return;
    }
    await this.rests();
  }

  protected async look() {
    this.current = await this.learner.stage<State>('look', this.id);
  }

  protected async responds(response: ServerResponse): Promise<void> {
    this.response = response;
    await this.look();
    this.#before = this.current.received;
  }
}
