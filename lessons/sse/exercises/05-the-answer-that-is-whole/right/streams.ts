// Right, and different: streams one behind the other, and a class that resumes.

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

/** Text in, lines out: LF, CR LF or CR. What has no end is no line. */
function lines(): TransformStream<string, string> {
  let rest = '';
  let afterCr = false;
  return new TransformStream({
    transform(text, controller) {
      // A CR ends its line at once; an LF behind it may be in the next read.
      rest += afterCr ? text.replace(/^\n/, '') : text;
      afterCr = text.endsWith('\r');
      for (;;) {
        const end = /\r\n|\n|\r/.exec(rest);
        if (!end) return;
        controller.enqueue(rest.slice(0, end.index));
        rest = rest.slice(end.index + end[0].length);
      }
    },
  });
}

class Asking {
  readonly #options: AskOptions;
  #id = '';
  #last: string | null = null;
  #news = 0;

  constructor(options: AskOptions) {
    this.#options = options;
  }

  async run(question: string): Promise<Ending> {
    const { origin, signal, tries, retryDelayMs } = this.#options;
    try {
      const asked = await fetch(new URL('/v1/chat/completions', origin), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          model: 'timetable-1',
          stream: true,
          messages: [{ role: 'user', content: question }],
        }),
        signal,
      });
      if (asked.status >= 400) return 'failed';
      let ending = await this.#read(asked);
      if (!this.#last) return ending ?? 'cut';
      let pauseMs = retryDelayMs;
      for (let n = 0; !ending && n < tries; n += 1) {
        await this.#pause(pauseMs);
        pauseMs = retryDelayMs;
        const before = this.#news;
        const headers = { 'Last-Event-ID': this.#last };
        const resumed = await fetch(new URL(`/answers/${this.#id}`, origin), {
          headers,
          signal,
        }).catch(() => undefined);
        signal.throwIfAborted();
        if (resumed?.ok) ending = await this.#read(resumed);
        else if (resumed?.headers.has('Retry-After'))
          pauseMs = Number(resumed.headers.get('Retry-After')) * 1_000;
        if (this.#news > before) n = -1;
      }
      return ending ?? 'cut';
    } catch {
      if (!signal.aborted) return 'failed';
      await this.#delete();
      return 'stopped';
    }
  }

  async #read({ body }: Response): Promise<Ending | undefined> {
    const { signal } = this.#options;
    let data: string[] = [];
    let id: string | undefined;
    try {
      const all = body!
        .pipeThrough(new TextDecoderStream() as never)
        .pipeThrough(lines());
      for await (const line of all) {
        signal.throwIfAborted();
        if (line.startsWith('id:')) id = line.replace(/^id: ?/, '');
        if (line.startsWith('data:')) data.push(line.replace(/^data: ?/, ''));
        if (line !== '') continue;
        const ending = this.#take(data.join('\n'), id);
        if (ending) return ending;
        [data, id] = [[], undefined];
      }
    } catch {
      signal.throwIfAborted();
    }
    return undefined;
  }

  #take(data: string, id?: string): Ending | undefined {
    this.#last = id ?? this.#last;
    if (id !== undefined) this.#news += 1;
    if (data === '' || data === '[DONE]') return undefined;
    const { error, choices, ...chunk } = JSON.parse(data) as Chunk;
    if (error) return 'failed';
    this.#id = chunk.id ?? this.#id;
    for (const { delta, finish_reason: reason } of choices ?? []) {
      if (delta.content) this.#options.tell(delta.content);
      if (reason !== null) return 'finished';
    }
    return undefined;
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(new Error('stopped'));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
    });
  }

  async #delete() {
    if (this.#id === '') return;
    const url = new URL(`/answers/${this.#id}`, this.#options.origin);
    try {
      await fetch(url, { method: 'DELETE', keepalive: true });
    } catch {
      // Then it stops by itself, some time later.
    }
  }
}

export function ask(question: string, options: AskOptions): Promise<Ending> {
  return new Asking(options).run(question);
}
