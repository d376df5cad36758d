/**
 * Six ways to keep a board up to date by requests. Each takes what it needs to
 * know from the page, gives it what has come, and ends when it is aborted.
 */
import type { News } from '@on-the-wire/shared/board/update.ts';
import { StatusError } from './retry-after.ts';

export interface Reader {
  /** The last id that the page has seen. */
  readonly lastId: string;
  /** Counts a request; returns its number in the order of sending. */
  countRequest(): number;
  /** Takes what the response to that request brought; possibly nothing. */
  take(order: number, news: News[]): void;
  /** Shows the bytes of one read, or how long a text has grown. */
  showRead(words: string, bytes?: number): void;
}

export type Way = (reader: Reader, signal: AbortSignal) => Promise<void>;

const pauseMs = 1_000; // between a response and the next request

// One request, one response.
const once: Way = (reader, signal) => get(reader, '/board', { signal });

// The same again and again: every time the whole board, changed or not.
const polling: Way = (reader, signal) =>
  repeat(signal, () => get(reader, '/board', { signal, cache: 'no-store' }));

// The browser stores the response, and revalidates it with its ETag.
const conditional: Way = (reader, signal) =>
  repeat(signal, () => get(reader, '/board', { signal }));

// The response waits for news, so the next request follows without a pause.
const long: Way = async (reader, signal) => {
  for (;;) {
    await untilVisible(signal);
    await get(reader, `/updates?after=${reader.lastId}`, { signal });
  }
};

// One response without end. It comes in reads; we find the lines in them.
const lines: Way = async (reader, signal) => {
  const order = reader.countRequest();
  const url = `/lines?after=${reader.lastId}`;
  const response = await fetch(url, { signal });
  if (!response.ok) throw refusal(response);
  const body = response.body!.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await body.read();
    if (done) throw new Error('the response ended');
    reader.showRead(`${value.length} bytes`, value.length);

    // A character may be cut in two: the decoder keeps its first half.
    rest += decoder.decode(value, { stream: true });

    // A line may be cut, or several come at once: the last is not yet whole.
    const whole = rest.split('\n');
    rest = whole.pop()!;
    reader.take(order, whole.map(parse));
  }
};

// The same with XMLHttpRequest: a text that only grows, until the end.
const growing: Way = (reader, signal) =>
  new Promise((_done, fail) => {
    const order = reader.countRequest();
    const request = new XMLHttpRequest();
    let read = 0;
    let before = 0;
    request.open('GET', `/lines?after=${reader.lastId}`);
    request.onprogress = ({ loaded }) => {
      const text = request.responseText;
      const end = text.lastIndexOf('\n') + 1;
      const whole = text.slice(read, end).split('\n').slice(0, -1);
      read = end;
      reader.showRead(`a text of ${text.length} characters`, loaded - before);
      before = loaded;
      reader.take(order, whole.map(parse));
    };
    const header = (name: string) => request.getResponseHeader(name);
    request.onloadend = () =>
      fail(
        request.status >= 400
          ? new StatusError(
              request.status,
              header('Retry-After'),
              header('Date'),
            )
          : new Error('the response ended'),
      );
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

/** Gets JSON: one piece of news, or a list of them. */
async function get(reader: Reader, url: string, init: RequestInit) {
  const order = reader.countRequest();
  const response = await fetch(url, init);
  if (!response.ok) throw refusal(response);
  reader.take(order, [await response.json()].flat());
}

const refusal = ({ status, headers }: Response) =>
  new StatusError(status, headers.get('Retry-After'), headers.get('Date'));

/** Polls: a request, a pause, and the next request. */
async function repeat(signal: AbortSignal, poll: () => Promise<void>) {
  for (;;) {
    await untilVisible(signal);
    await poll();
    await wait(pauseMs, signal);
  }
}

/** In a tab that nobody looks at, the page sends no request. */
async function untilVisible(signal: AbortSignal) {
  while (document.hidden) {
    const { promise, resolve } = Promise.withResolvers();
    document.addEventListener('visibilitychange', resolve, { once: true });
    await promise;
    signal.throwIfAborted();
  }
}

/** Waits for so many ms; rejects when it is aborted. */
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

// `as News` is our promise to the compiler: no code checks it.
const parse = (line: string) => JSON.parse(line) as News;
