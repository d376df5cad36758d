/**
 * Five ways to keep a board up to date by asking. Each takes what it needs to
 * know from the page, hands it what has come, and ends when it is aborted.
 */
import type { News } from '@on-the-wire/shared/board/update.ts';

export interface Reader {
  /** The last id that the page has seen. */
  readonly lastId: string;
  /** Counts a request, and remembers when it was asked. */
  ask(): number;
  /** Takes what came in answer to that request; possibly nothing. */
  take(asked: number, news: News[]): void;
  /** Shows the bytes of one read, or how long a text has grown. */
  tellPiece(words: string, bytes?: number): void;
}

export type Way = (reader: Reader, signal: AbortSignal) => Promise<void>;

const pause = 1_000; // ms between an answer and the next question

// One request, one answer.
const once: Way = (reader, signal) => ask(reader, '/board', { signal });

// The same again and again: each time the whole board, changed or not.
const polling: Way = (reader, signal) =>
  repeat(signal, () => ask(reader, '/board', { signal, cache: 'no-store' }));

// The browser keeps the answer and its ETag, and asks whether it still holds.
const conditional: Way = (reader, signal) =>
  repeat(signal, () => ask(reader, '/board', { signal }));

// The answer waits for news, so there is no pause: the next question at once.
const long: Way = async (reader, signal) => {
  for (;;) {
    await untilSeen(signal);
    await ask(reader, `/updates?after=${reader.lastId}`, { signal });
  }
};

// One answer that goes on. What is read are pieces; the lines are ours to find.
const lines: Way = async (reader, signal) => {
  const asked = reader.ask();
  const url = `/lines?after=${reader.lastId}`;
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the answer was ${response.status}`);
  const pieces = response.body!.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await pieces.read();
    if (done) throw new Error('the answer ended');
    reader.tellPiece(`${value.length} bytes`, value.length);

    // A character may be cut in two: the decoder keeps its first half.
    rest += decoder.decode(value, { stream: true });

    // A line may be cut, or several come at once: the last is not yet whole.
    const whole = rest.split('\n');
    rest = whole.pop()!;
    reader.take(asked, whole.map(parse));
  }
};

// The same with XMLHttpRequest: a text that only grows, until the end.
const growing: Way = (reader, signal) =>
  new Promise((_done, fail) => {
    const asked = reader.ask();
    const request = new XMLHttpRequest();
    let read = 0;
    let before = 0;
    request.open('GET', `/lines?after=${reader.lastId}`);
    request.onprogress = ({ loaded }) => {
      const text = request.responseText;
      const end = text.lastIndexOf('\n') + 1;
      const whole = text.slice(read, end).split('\n').slice(0, -1);
      read = end;
      reader.tellPiece(`a text of ${text.length} characters`, loaded - before);
      before = loaded;
      reader.take(asked, whole.map(parse));
    };
    request.onloadend = () => fail(new Error('the answer ended'));
    signal.addEventListener('abort', () => request.abort());
    request.send();
  });

export const ways: Record<string, Way> = {
  once,
  polling,
  conditional,
  long,
  lines,
  growing,
};

/** Asks for JSON, which is one piece of news or a list of them. */
async function ask(reader: Reader, url: string, init: RequestInit) {
  const asked = reader.ask();
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`the answer was ${response.status}`);
  reader.take(asked, [await response.json()].flat());
}

/** Asks, waits, and asks again. */
async function repeat(signal: AbortSignal, question: () => Promise<void>) {
  for (;;) {
    await untilSeen(signal);
    await question();
    await wait(pause, signal);
  }
}

/** Who is in a tab that nobody looks at does not ask. */
async function untilSeen(signal: AbortSignal) {
  while (document.hidden) {
    const { promise, resolve } = Promise.withResolvers();
    document.addEventListener('visibilitychange', resolve, { once: true });
    await promise;
    signal.throwIfAborted();
  }
}

/** Lets so many ms pass; rejects when it is aborted. */
export function wait(ms: number, signal: AbortSignal) {
  return new Promise<void>((done, fail) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      fail(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      done();
    }, ms);
    signal.addEventListener('abort', stop);
  });
}

const parse = (line: string) => JSON.parse(line) as News;
