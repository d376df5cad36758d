/**
 * A model's answers as event streams, in the format of chat completions.
 *
 * `POST /v1/chat/completions` asks, and its response is the answer, a token an
 * event. `GET /answers/<id>` goes on after the event in `Last-Event-ID`.
 * `DELETE /answers/<id>` stops the model.
 *
 * Left out: whose answer it is. If you know its id, you may read and stop it.
 */
import { randomInt } from 'node:crypto';
import { BadInput, type Feed } from '@on-the-wire/shared/board/feed.ts';
import express, { type Request, type Response } from 'express';
import { asEventStream, encodeComment, encodeEvent } from './event-stream.ts';
import { answerTo, ModelError } from './model.ts';

const most = 20; // answers that are remembered
const longest = 1_000; // characters of a question

interface Answer {
  id: string;
  /** Those with an id: the id's number is the place in this list, from 1. */
  events: string[];
  /** What comes after them: `[DONE]`, or why it is not whole. */
  end?: string;
  readers: Set<Response>;
  generating: AbortController;
  /** Runs while nobody reads. */
  grace?: NodeJS.Timeout;
}

export interface AnswerOptions {
  /** What the model knows. */
  feed: Feed;
  /** ms from one token to the next, on average. */
  pace?: number;
  /** ms that the model goes on while nobody reads, so that one can resume. */
  grace?: number;
}

/** The routes; `close` stops the model, and ends what is still read. */
export function createAnswers(options: AnswerOptions) {
  const { feed, pace = 42, grace = 10_000 } = options;
  const router = express.Router();
  const answers = new Map<string, Answer>();

  router.post('/v1/chat/completions', express.json(), (request, response) => {
    const { question, model } = parse(request.body);
    const running = [...answers.values()].filter(
      ({ end }) => end === undefined,
    );
    if (running.length >= most) {
      response.set('Retry-After', '2').status(503);
      return void response.send(`The model writes ${most} answers already.`);
    }
    const answer: Answer = {
      id: randomInt(36 ** 5)
        .toString(36)
        .padStart(5, '0'),
      events: [],
      readers: new Set(),
      generating: new AbortController(),
    };
    answers.set(answer.id, answer);
    for (const old of answers.values()) {
      if (answers.size > most && old.end !== undefined) answers.delete(old.id);
    }
    read(answer, 0, response);
    void generate(answer, question, model);
  });

  router.get('/answers/:id', (request, response) => {
    const answer = find(request, response);
    if (!answer) return;
    const lastId = request.get('Last-Event-ID') ?? `${answer.id}-0`;
    const after = /-(\d{1,9})$/.exec(lastId)?.[1] ?? NaN;
    const known = lastId === `${answer.id}-${after}`;
    if (!known || Number(after) > answer.events.length)
      throw new BadInput(`This answer has no event ${lastId} to go on after.`);
    read(answer, Number(after), response);
  });

  router.delete('/answers/:id', (request, response) => {
    const answer = find(request, response);
    if (!answer) return;
    stop(answer, 'cancelled', 'The answer was stopped.');
    response.status(204).end();
  });

  function find(request: Request<{ id: string }>, response: Response) {
    const answer = answers.get(request.params.id);
    if (!answer) response.status(404).send('This answer is not known here.');
    return answer;
  }

  /** Sends all events after so many, and those to come. */
  function read(answer: Answer, after: number, response: Response) {
    response.writeHead(200, asEventStream);
    response.write(encodeComment(after === 0 ? 'new answer' : 'resumed'));
    for (const event of answer.events.slice(after)) response.write(event);
    if (answer.end !== undefined) return void response.end(answer.end);

    clearTimeout(answer.grace);
    answer.readers.add(response);
    const leave = () => {
      answer.readers.delete(response);
      if (answer.readers.size > 0 || answer.end !== undefined) return;
      const abandon = () =>
        stop(answer, 'abandoned', 'Nobody read the answer.');
      answer.grace = setTimeout(abandon, grace);
    };
    // It may have left before we had unpacked its question.
    if (response.closed) leave();
    else response.on('close', leave);
  }

  /** Lets the model write, and tells the readers what it writes. */
  async function generate(answer: Answer, question: string, model: string) {
    const { id, events, readers, generating } = answer;
    const created = Math.floor(Date.now() / 1000);
    const tell = (delta: object, finish_reason: string | null) => {
      const choices = [{ index: 0, delta, finish_reason }];
      const object = 'chat.completion.chunk';
      const event = encodeEvent({
        id: `${id}-${events.length + 1}`,
        data: JSON.stringify({ id, object, created, model, choices }),
      });
      events.push(event);
      for (const reader of readers) reader.write(event);
    };
    const { signal } = generating;
    try {
      for await (const content of answerTo(question, { feed, pace, signal }))
        tell(
          events.length === 0 ? { role: 'assistant', content } : { content },
          null,
        );
      tell({}, 'stop');
      answer.end = encodeEvent({ data: '[DONE]' });
    } catch (error) {
      // The status code has been sent: all that is left is an event.
      const why: unknown = signal.aborted ? signal.reason : error;
      if (!(why instanceof ModelError)) throw why;
      const { message, type, code } = why;
      const data = JSON.stringify({ error: { message, type, code } });
      answer.end = encodeEvent({ data });
    }
    for (const reader of readers) reader.end(answer.end);
  }

  const close = () => {
    for (const answer of answers.values()) {
      clearTimeout(answer.grace);
      stop(answer, 'closing', 'The server closes.');
      for (const reader of answer.readers) reader.destroy();
    }
  };
  return { router, close };
}

/** Stops the model; its readers are told why. */
function stop({ generating }: Answer, code: string, message: string) {
  generating.abort(new ModelError(code, message, 'request_error'));
}

/**
 * The question, and the model's name, in what a page sent.
 *
 * @throws BadInput for anything else
 */
function parse(body: unknown) {
  const { model, stream, messages } = (body ?? {}) as Record<string, unknown>;
  if (typeof model !== 'string' || !/^[-.\w]{1,40}$/.test(model))
    throw new BadInput('model: expected a name, such as "timetable-1".');
  if (stream !== true)
    throw new BadInput('stream: expected true: this model only streams.');
  const question: unknown = Array.isArray(messages)
    ? messages.findLast((message) => message?.role === 'user')?.content
    : undefined;
  if (typeof question !== 'string' || !question || question.length > longest)
    throw new BadInput(
      'messages: expected one of the role "user", ' +
        `whose content is a text of 1 to ${longest} characters.`,
    );
  return { model, question };
}
