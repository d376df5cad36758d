/**
 * The page's side of a model's answer: a POST, and an event stream that is read
 * with `fetch`. HTML, 9.2.6. Broken on purpose: see README.md.
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
  const { origin, tell } = options;
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      model: 'timetable-1',
      stream: true,
      messages: [{ role: 'user', content: question }],
    }),
  });
  for await (const { data } of eventsOf(response.body!)) {
    if (data === '[DONE]') continue;
    const [choice] = (JSON.parse(data) as Chunk).choices!;
    if (choice?.delta.content) tell(choice.delta.content);
  }
  // TODO: the end of a body says nothing. There are three more endings.
  return 'finished';
}

interface StreamEvent {
  id: string | undefined;
  data: string;
}

/** The events of an event stream, each as soon as its empty line has come. */
async function* eventsOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent> {
  let text = '';
  for await (const bytes of body) {
    // TODO: a read may end anywhere, a line in three ways; and an event may have
    // comments, fields in any order, several `data` lines, joined by LF.
    text += new TextDecoder().decode(bytes);
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const lines = block.split('\n');
      const id = lines.find((line) => line.startsWith('id: '))?.slice(4);
      const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
      if (data !== undefined) yield { id, data };
    }
  }
}
