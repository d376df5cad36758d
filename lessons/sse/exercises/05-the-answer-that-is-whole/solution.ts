/**
 * The page's side of a model's answer: a POST, and an event stream that is read
 * with `fetch`. HTML, 9.2.6.
 */

/** How an answer ends: README.md says when it is which. */
export type Ending = 'finished' | 'failed' | 'stopped' | 'cut';

export interface AskOptions {
  /** The server's: `http://127.0.0.1:4001`. */
  origin: string;
  /** Called with each piece of the answer's text. */
  tell: (piece: string) => void;
  /** Aborted when nobody wants the rest. */
  signal: AbortSignal;
  /** How many ms to wait before a GET. */
  retryDelayMs: number;
  /** How many GETs in a row may bring no new event. */
  tries: number;
}

/** The JSON in the data of an event; the last event has `[DONE]` instead. */
interface Chunk {
  /** The answer's, for `/answers/ID`. An error has none. */
  id?: string;
  choices?: { delta: { content?: string }; finish_reason: string | null }[];
  error?: { message: string };
}

/** Asks a model, and tells its answer; resolves with how that ended. */
export async function ask(
  question: string,
  options: AskOptions,
): Promise<Ending> {
  const { origin, tell, signal, retryDelayMs, tries } = options;
  let answerId: string | undefined;
  let lastId = '';
  const stopped = new Promise((done) => signal.addEventListener('abort', done));

  /** How the answer ended in this body; `undefined` if the body only stopped. */
  async function read(response: Response): Promise<Ending | undefined> {
    for await (const { id, data } of eventsOf(response.body!)) {
      // Why here, too: there may be more events in the same read.
      if (signal.aborted) return undefined;
      lastId = id ?? lastId;
      if (data === '[DONE]') continue;
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) return 'failed';
      answerId = chunk.id;
      const [choice] = chunk.choices!;
      if (choice?.delta.content) tell(choice.delta.content);
      if (choice?.finish_reason) return 'finished';
    }
    return undefined;
  }

  let response = await send(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      model: 'timetable-1',
      stream: true,
      messages: [{ role: 'user', content: question }],
    }),
    signal,
  });
  if (response && !response.ok) return 'failed';

  let left = tries;
  for (;;) {
    const before = lastId;
    const ending = response?.ok ? await read(response) : undefined;
    if (signal.aborted) break;
    if (ending) return ending;
    // Why `cut`, and no other POST: the model would begin another answer.
    if (lastId !== before) left = tries;
    if (!answerId || left === 0) return 'cut';
    left -= 1;

    const seconds = Number(response?.headers.get('Retry-After'));
    const ms = seconds * 1_000 || retryDelayMs;
    await Promise.race([new Promise((done) => setTimeout(done, ms)), stopped]);
    response = await send(`${origin}/answers/${answerId}`, {
      headers: { 'Last-Event-ID': lastId },
      signal,
    });
  }

  // Why without the signal: it is aborted, and this request would be, too.
  if (answerId)
    void send(`${origin}/answers/${answerId}`, { method: 'DELETE' });
  return 'stopped';
}

/** As `fetch`; `undefined` where there is no response. */
const send = (url: string, init: RequestInit) =>
  fetch(url, init).catch(() => undefined);

interface StreamEvent {
  id: string | undefined;
  data: string;
}

/** The events of an event stream, each as soon as its empty line has come. */
async function* eventsOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent> {
  // Why one for the whole body: a character may begin in one read and end in
  // the next. Why none for two bodies: what is half goes with its body.
  const decoder = new TextDecoder();
  let rest = '';
  let afterCr = false;
  let id: string | undefined;
  let data: string[] = [];
  try {
    for await (const bytes of body) {
      let text = decoder.decode(bytes, { stream: true });
      if (text === '') continue;
      // This LF ends no other line than the CR in the read before it.
      if (afterCr && text.startsWith('\n')) text = text.slice(1);
      afterCr = text.endsWith('\r');
      const lines = (rest + text).split(/\r\n|\n|\r/);
      rest = lines.pop()!;
      for (const line of lines) {
        const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line)!;
        if (name === 'id') id = value;
        if (name === 'data') data.push(value!);
        if (line !== '') continue;
        if (data.length > 0) yield { id, data: data.join('\n') };
        [id, data] = [undefined, []];
      }
    }
  } catch {
    // A reset tells no more than an end in order: the body is over.
  }
}
