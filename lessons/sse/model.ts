/**
 * A stand-in for a language model: it knows the departures board and nothing
 * else, and says it token by token, at a model's pace.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import { createRandom } from '@on-the-wire/shared/board/random.ts';
import type { Departure } from '@on-the-wire/shared/board/update.ts';

/** Why an answer ended early; the reader is told. */
export class ModelError extends Error {
  override name = 'ModelError';
  /** What a program compares: `overloaded`. */
  code: string;
  /** Whose fault it is: `server_error`, or `request_error` if stopped. */
  type: string;

  constructor(code: string, message: string, type = 'server_error') {
    super(message);
    this.code = code;
    this.type = type;
  }
}

/** How many tokens come before a model that was asked to fail does. */
const tokensBeforeFailure = 12;

/**
 * Answers a question, a token at a time. The same question about the same board
 * gets the same tokens after the same times. If the question has the word
 * "overload" in it, the model fails after its first words.
 *
 * @param feed the board; the answer is about it as it is at the beginning
 * @param pace ms from one token to the next, on average
 * @param signal ends it: then it throws, and no timer is left
 * @throws ModelError `overloaded`; AbortError
 */
export async function* answerTo(
  question: string,
  { feed, pace, signal }: { feed: Feed; pace: number; signal: AbortSignal },
): AsyncGenerator<string, void> {
  const { departures } = feed.snapshot().data;
  const random = createRandom(question);
  const fails = /overload/i.test(question);
  const tokens = tokensOf(text(departures, question));
  for (const [n, token] of tokens.entries()) {
    // The first token takes longer: until then, a model reads the question.
    const times = n === 0 ? 10 : 0.6 + 0.8 * random();
    await wait(pace * times, undefined, { signal });
    if (fails && n === tokensBeforeFailure)
      throw new ModelError('overloaded', 'The model is overloaded.');
    yield token;
  }
}

/** A token is a short word, or a part of a long one; "The ", "depar", "ts ". */
const tokensOf = (answer: string) => answer.match(/\S{1,5}\s*/gu)!;

/** Names the trains that the question is about; if it is about none, all. */
function text(departures: Departure[], question: string) {
  const asked = departures.filter(
    ({ train, to }) => question.includes(train) || question.includes(to),
  );
  const sentences = (asked.length > 0 ? asked : departures).map(sentence);
  return `${sentences.join('\n')}\nHave a good journey!`;
}

function sentence({ train, to, due, platform, delay, status }: Departure) {
  const name = `The ${train} to ${to}`;
  if (status === 'cancelled') return `${name} at ${due} is cancelled.`;
  if (status === 'departed') return `${name} has left.`;
  const when = delay > 0 ? `${delay} minutes late` : 'on time';
  if (status === 'boarding')
    return `${name} is at platform ${platform}, ${when}.`;
  return `${name} leaves at ${due} from platform ${platform}, ${when}.`;
}
