// Right, and different: lines cut out of bytes, and each body read to its end.

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

/** Takes bytes, calls back for each whole event. */
function createParser(hear: (data: string, id: string | undefined) => void) {
  let line: number[] = [];
  let afterCr = false;
  let data: string | undefined;
  let id: string | undefined;

  const end = () => {
    const text = new TextDecoder().decode(Uint8Array.from(line));
    line = [];
    if (text === '') {
      if (data !== undefined) hear(data, id);
      [data, id] = [undefined, undefined];
      return;
    }
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    let value = colon < 0 ? '' : text.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (name === 'data')
      data = data === undefined ? value : `${data}\n${value}`;
    if (name === 'id') id = value;
  };

  return (bytes: Uint8Array) => {
    for (const byte of bytes) {
      const isLf = byte === 0x0a;
      if (!(isLf && afterCr)) {
        if (isLf || byte === 0x0d) end();
        else line.push(byte);
      }
      afterCr = byte === 0x0d;
    }
  };
}

export async function ask(
  question: string,
  { origin, tell, signal, retryDelayMs, tries }: AskOptions,
): Promise<Ending> {
  const known = { answer: '', event: '' };
  let ending: Ending | undefined;
  let isNew = false;

  const hear = (data: string, id: string | undefined) => {
    if (signal.aborted || ending) return;
    if (id !== undefined) known.event = id;
    isNew = true;
    if (data === '[DONE]') return;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) {
      ending = 'failed';
      return;
    }
    known.answer = chunk.id!;
    const { delta, finish_reason: reason } = chunk.choices![0]!;
    if (reason) ending = 'finished';
    if (delta.content) tell(delta.content);
  };

  /** Whether there was a response that may be followed by another. */
  const readAll = async (response: Response) => {
    const feed = createParser(hear);
    const reader = response.body!.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      feed(value);
    }
  };

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.onabort = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const resume = async (left: number, ms: number): Promise<Ending> => {
    if (signal.aborted) return 'stopped';
    if (ending) return ending;
    if (left === 0 || !known.answer) return 'cut';
    await pause(ms);
    if (signal.aborted) return 'stopped';
    isNew = false;
    let next = retryDelayMs;
    try {
      const response = await fetch(`${origin}/answers/${known.answer}`, {
        headers: { 'last-event-id': known.event },
        signal,
      });
      if (response.status === 404) return 'cut';
      const seconds = response.headers.get('retry-after');
      if (seconds) next = Number(seconds) * 1_000;
      if (response.ok) await readAll(response);
    } catch {
      // Whatever it was: the next look says what follows from it.
    }
    return resume(isNew ? tries : left - 1, next);
  };

  try {
    const response = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        model: 'timetable-1',
        stream: true,
        messages: [{ role: 'user', content: question }],
      }),
      signal,
    });
    if (!response.ok) return 'failed';
    await readAll(response);
  } catch {
    // Stopped, or cut: the same.
  }
  const last = await resume(tries, retryDelayMs);
  if (last === 'stopped' && known.answer)
    await fetch(`${origin}/answers/${known.answer}`, {
      method: 'DELETE',
    }).catch(() => undefined);
  return last;
}
