/** The learner's file in a page whose clock stands still. */
import { createServer } from 'node:http';
import type { Page } from '@on-the-wire/browser/page.ts';
import { servePage } from '@on-the-wire/lesson/page/serve-page.ts';
import { WebSocketServer } from 'ws';
import type { CheckContext } from './check.ts';
import { stopPageClock } from './stop-clock.ts';

declare global {
  /** What the file exports, in the page. */
  var mine: Record<string, unknown>;
  /** Tells the check something, in order: see `FilePage`. */
  var note: (name: string, ...what: string[]) => void;
  /** What an error says and where it was thrown, alike in each browser. */
  var describeError: (error: unknown) => string;
  var pageNotes: {
    all: PageNote[];
    /** Sends them, those so far too, as soon as they are made. */
    sendTo(url: string): Promise<void>;
    /** Resolves with why the file does not load, if so. */
    loaded: Promise<{ what: string; where: string } | undefined>;
  };
}

/** Something that happened in the page. */
export type PageNote = [name: string, ...what: string[]];

type Handler = ReturnType<typeof servePage>;

/**
 * Makes a handler for a check's own server: `/` is an empty page whose clock
 * stands still (see `stopPageClock`), and which imports the file; the files of its
 * folder are there too. All else goes to `next`. `FilePage` opens it.
 *
 * @param file the learner's: `trial.file`
 * @param before runs in the page before the file is imported
 */
export function servePageOf(file: URL, before = () => {}): Handler {
  const name = file.pathname.split('/').at(-1)!;
  const files = servePage(new URL('.', file));
  const html =
    '<!doctype html><meta charset="utf-8"><title>Check</title>' +
    '<link rel="icon" href="data:,">' +
    `<script>(${takeNotes})();(${stopPageClock})();(${before})();` +
    `pageNotes.loaded = import('./${name}').then(\n` +
    '  (file) => { mine = file; },\n' +
    '  (error) => ({ what: String(error), where: describeError(error) }),\n' +
    ');</script>';
  return async (request, response, next) => {
    if (request.url?.split('?')[0] !== '/')
      return files(request, response, next);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html);
  };
}

/** Goes into pages as text: keeps what happens for the check. */
function takeNotes() {
  const all: PageNote[] = [];
  let socket: WebSocket | undefined;
  globalThis.note = (...what) => {
    const from = all.push(what) - 1;
    socket?.send(JSON.stringify([from, [what]]));
  };
  globalThis.describeError = (error) => {
    const text = String(error);
    // Of Chromium it begins with the message; elsewhere there is none in it.
    const { stack = '' } = Object(error) as Error;
    return stack.includes(text) ? stack : `${text}\n${stack}`.trim();
  };
  addEventListener('error', ({ error, message }) =>
    note('error', describeError(error ?? message)),
  );
  addEventListener('unhandledrejection', ({ reason }) =>
    note('error', describeError(reason)),
  );
  Object.assign(globalThis, {
    pageNotes: {
      all,
      async sendTo(url: string) {
        const opening = new WebSocket(url);
        await new Promise((resolve) => (opening.onopen = resolve));
        socket = opening;
        socket.send(JSON.stringify([0, all]));
      },
    },
  });
}

/** A page of `servePageOf`, with the learner's file in it. */
export class FilePage {
  readonly #page: Page;
  readonly #hear: (note: PageNote) => void;
  /** What the page has thrown and nobody caught, so far. */
  readonly errors: string[] = [];
  #count = 0;

  /**
   * Opens it, and loads the file.
   *
   * @param url where a server of the check's serves it
   * @param name of the function that the file must export
   * @param usage that function, as the learner would write it
   * @param hear what the page tells by `note`, in order
   * @throws Failure where the file does not load, or exports no such function
   */
  static async open(
    trial: CheckContext,
    url: string,
    {
      name,
      usage,
      hear = () => {},
    }: { name: string; usage: string; hear?: (note: PageNote) => void },
  ): Promise<FilePage> {
    const page = await trial.page();
    await page.goto(url);
    const why = await trial.within(
      page.evaluate(() => pageNotes.loaded),
      ({ message }) => ({ title: doesNotLoad, came: message }),
    );
    if (why)
      trial.fail({
        title: doesNotLoad,
        came: why.what,
        note: 'the page loads it, too: a browser has no modules of Node to import',
        details: why.where,
      });
    const names = await page.evaluate(() => Object.keys(mine));
    if (!names.includes(name))
      trial.fail({
        title: `The file exports no function ${name}`,
        expected: `export function ${usage}`,
        came: names.join(', ') || 'no export at all',
      });
    const filePage = new FilePage(page, hear);
    const server = createServer();
    new WebSocketServer({ server }).on('connection', (socket) => {
      trial.defer(() => socket.terminate());
      socket.on('message', (data: Buffer) => {
        filePage.#take(...(JSON.parse(String(data)) as [number, PageNote[]]));
      });
    });
    const { origin } = await trial.listen(server);
    const notesUrl = origin.replace('http', 'ws');
    await page.evaluate((to) => pageNotes.sendTo(to), notesUrl);
    return filePage;
  }

  private constructor(page: Page, hear: (note: PageNote) => void) {
    this.#page = page;
    this.#hear = hear;
  }

  /** As `evaluate` of a page. */
  get evaluate(): Page['evaluate'] {
    return this.#page.evaluate.bind(this.#page);
  }

  /** So many ms pass in the page; what it tells meanwhile has been heard then. */
  pass(ms: number): Promise<void> {
    return this.#read(async ([count, time]) => {
      await passTime(time);
      return pageNotes.all.slice(count);
    }, ms);
  }

  /** Hears what the page has told until now. */
  hearAll(): Promise<void> {
    return this.#read(([count]) => pageNotes.all.slice(count));
  }

  async #read(
    call: (
      given: readonly [count: number, ms: number],
    ) => PageNote[] | Promise<PageNote[]>,
    ms = 0,
  ) {
    const from = this.#count;
    this.#take(from, await this.#page.evaluate(call, [from, ms] as const));
  }

  /** What follows the first so many; the same may come by both ways. */
  #take(from: number, notes: PageNote[]) {
    for (const note of notes.slice(this.#count - from)) {
      this.#count += 1;
      if (note[0] === 'error') this.errors.push(note[1]!);
      else this.#hear(note);
    }
  }
}

const doesNotLoad = 'The file does not load in a browser';
