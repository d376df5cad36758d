/** A model's answer as the events of a stream, in each form that HTML allows. */
import type { Generated } from '@on-the-wire/course/exercise/check.ts';

/** How events are written: HTML, 9.2.5. */
export interface Form {
  /** What ends the lines, in turns. */
  ends?: string[];
  /** Between a colon and its value. */
  space?: '' | ' ';
  /** Whether the id's line follows those of the data. */
  idLast?: boolean;
  /** Whether the JSON has several lines, each in a `data:` of its own. */
  lines?: boolean;
  /** Lines before the event's own, such as a comment's. */
  before?: string[];
}

/** An event, as it is sent. */
export interface Event {
  /** '' where it has none. */
  id: string;
  /** The text of its piece. */
  text: string;
  bytes: Buffer;
}

/** One answer: an id for it, and a number for each event. */
export class Answer {
  readonly id: string;
  #n: number;
  readonly #data: Generated;

  constructor(data: Generated) {
    this.#data = data;
    this.id = `${data.word()}${data.whole(10, 99)}`;
    // Half of an id is an id, too: that of an earlier event. And as a text 1000
    // is less than 999.
    this.#n = data.whole(996, 998);
  }

  /** A piece that no other event has, with characters of two to four bytes. */
  newPiece(): string {
    return `${this.#data.word()} Zürich 駅🚆 ${this.#data.whole(1_000, 9_999)} `;
  }

  /** The next piece. */
  piece(form: Form = {}, text = this.newPiece()): Event {
    return this.#event({ delta: { content: text } }, form);
  }

  /** What says that no piece follows; it may bring the last one. */
  finish(form: Form = {}, text = ''): Event {
    const delta = text ? { content: text } : {};
    const finish_reason = this.#data.pick(['stop', 'length']);
    return this.#event({ delta, finish_reason }, form);
  }

  /** The event made last has not come: the next one gets its id. */
  forget(): void {
    this.#n -= 1;
  }

  #event(
    choice: { delta: { content?: string }; finish_reason?: string },
    form: Form,
  ): Event {
    this.#n += 1;
    const text = choice.delta.content ?? '';
    const id = `${this.id}-${this.#n}`;
    const chunk = {
      id: this.id,
      object: 'chat.completion.chunk',
      created: 1_796_000_000,
      model: 'timetable-1',
      choices: [{ index: 0, finish_reason: null, ...choice }],
    };
    return { id, text, bytes: encode(id, chunk, form) };
  }
}

/** The events that are not of an answer's own. */
export const done = encode('', '[DONE]', {});
export const comment = Buffer.from(': the model is thinking\n\n');
export const error = encode(
  '',
  {
    error: {
      message: 'The model is overloaded.',
      type: 'server_error',
      code: 'overloaded',
    },
  },
  {},
);

function encode(id: string, json: object | string, form: Form): Buffer {
  const { ends = ['\n'], space = ' ', idLast, lines, before = [] } = form;
  const text =
    typeof json === 'string'
      ? json
      : JSON.stringify(json, null, lines ? 1 : undefined);
  const data = text.split('\n').map((line) => `data:${space}${line}`);
  const ids = id === '' ? [] : [`id:${space}${id}`];
  const own = idLast ? [...data, ...ids] : [...ids, ...data];
  const all = [...before, ...own, ''].map(
    (line, n) => line + ends[n % ends.length],
  );
  return Buffer.from(all.join(''));
}
