/**
 * Reads a model's answers with other people's clients, in a process of its own:
 * `node read-answers.ts openai-create`, or one of the others below. A line on
 * standard input asks for one answer; it is an `Asked` as JSON. Out come lines
 * of JSON: `{"text":"The "}` for each piece, and an `Ended` behind the last.
 *
 * The packages are loaded by names that TypeScript does not follow: where they
 * are not installed, the types below must do.
 */
import { createInterface } from 'node:readline';

/** What is asked for, and where. */
interface Asked {
  /** Such as `http://127.0.0.1:4001/v1`. */
  baseURL: string;
  question: string;
  /** For `AbortSignal.timeout()`: a deadline of the caller's own. */
  deadlineMs?: number;
}

/** How an answer ended, as the code that reads it is told. */
interface Ended {
  /** Whether the loop over the pieces ended, or threw. */
  loop: 'ends' | 'throws';
  /** Of what it threw: its class, and its message. */
  error?: string;
  /** What was called besides, such as `onError`. */
  called: string[];
  /** The finish reason, as the client hands it on; null where there is none. */
  reason: string | null;
}

/** What `chat.completions` yields, as far as it is read here. */
interface Chunk {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
}
interface Completions {
  create(body: object, options: object): Promise<AsyncIterable<Chunk>>;
  stream(body: object, options: object): AsyncIterable<Chunk>;
}
/** What `streamText` returns, as far as it is read here. */
interface Result {
  textStream: AsyncIterable<string>;
  finishReason: Promise<string>;
}

/** Says each piece, and notes what happens beside the loop. */
type Read = (asked: Asked, ended: Ended) => Promise<void>;

const model = 'timetable-1';
// Key and address are given in the call: no variable of this machine counts.
const apiKey = 'made-up';
const say = (line: object) => console.log(JSON.stringify(line));
const signalOf = ({ deadlineMs: ms }: Asked) =>
  ms === undefined ? undefined : AbortSignal.timeout(ms);

async function openai(how: 'create' | 'stream'): Promise<Read> {
  const name: string = 'openai';
  const { default: OpenAI } = (await import(name)) as {
    default: new (options: object) => { chat: { completions: Completions } };
  };
  return async (asked, ended) => {
    const { baseURL, question } = asked;
    const { completions } = new OpenAI({ baseURL, apiKey }).chat;
    const messages = [{ role: 'user', content: question }];
    const body = { model, messages, stream: true };
    const chunks = await completions[how](body, { signal: signalOf(asked) });
    for await (const { choices } of chunks) {
      const { delta, finish_reason: reason } = choices[0]!;
      if (delta.content) say({ text: delta.content });
      ended.reason ??= reason;
    }
  };
}

async function ai(): Promise<Read> {
  const names: string[] = ['ai', '@ai-sdk/openai-compatible'];
  const [{ streamText }, { createOpenAICompatible }] = (await Promise.all(
    names.map((name) => import(name)),
  )) as [
    { streamText(options: object): Result },
    { createOpenAICompatible(options: object): (model: string) => unknown },
  ];
  return async (asked, ended) => {
    const { baseURL, question } = asked;
    const provider = createOpenAICompatible({ name: 'own', baseURL, apiKey });
    const result = streamText({
      model: provider(model),
      prompt: question,
      abortSignal: signalOf(asked),
      onError: () => ended.called.push('onError'),
      onAbort: () => ended.called.push('onAbort'),
    });
    for await (const text of result.textStream) say({ text });
    ended.reason = await result.finishReason.catch(() => null);
  };
}

const clients: Record<string, () => Promise<Read>> = {
  'openai-create': () => openai('create'),
  'openai-stream': () => openai('stream'),
  ai,
};

const read = await clients[process.argv[2]!]!();
for await (const line of createInterface({ input: process.stdin })) {
  const ended: Ended = { loop: 'ends', called: [], reason: null };
  try {
    await read(JSON.parse(line) as Asked, ended);
  } catch (error) {
    const { constructor, message } = error as Error;
    Object.assign(ended, { loop: 'throws' });
    ended.error = `${constructor.name}: ${message}`;
  }
  say(ended);
}
