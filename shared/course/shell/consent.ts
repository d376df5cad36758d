/**
 * A reader who opens the shell by a forwarder's name may be somebody else than
 * the person at this machine. What such a page wants to start or to
 * write here is asked for in the terminal, once for each kind as long as the
 * process runs.
 */
import type { IncomingMessage } from 'node:http';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { forwardedBy } from '@on-the-wire/viewer/server/guard.ts';
import type { RequestContext } from '@on-the-wire/viewer/server/guarded-server.ts';
import {
  HttpError,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';

/** What is asked for, by the words of the question. */
const wishes = {
  start: 'start lessons and exercises on this machine',
  exercise: 'check your exercise and change its files',
  measure: 'start proxies on this machine and measure them',
  progress: 'keep your progress in a file on this machine',
};

/** Shows a question. true: yes; undefined: there is nobody who can be asked. */
export type Ask = (question: string) => Promise<boolean | undefined>;

type Change = (context: RequestContext) => Promise<HttpResponse>;

/** What the terminal was asked, and what it said. */
export class Consent {
  readonly #ask: Ask;
  readonly #said = new Map<keyof typeof wishes, ReturnType<Ask>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /**
   * Resolves where the request came from this machine, or was allowed.
   *
   * @throws HttpError (403) that says what to do
   */
  async need(
    wish: keyof typeof wishes,
    request: IncomingMessage,
  ): Promise<void> {
    const by = forwardedBy(request);
    if (by === undefined) return;
    const said = await this.#sayOf(wish, by);
    if (said) return;
    const [who, next] =
      said === undefined
        ? ['no terminal can', 'Start the course in a terminal.']
        : ['the terminal does not', 'To decide once more, restart the course.'];
    throw new HttpError(
      403,
      `This page was forwarded to you (${by} says so), and ${who} allow it to ` +
        `${wishes[wish]}. ${next}`,
    );
  }

  /** The same routes, each of which needs a yes to this first. */
  guard(
    wish: keyof typeof wishes,
    changes: Record<string, Change>,
  ): Record<string, Change> {
    return Object.fromEntries(
      Object.entries(changes).map(([route, change]) => [
        route,
        async (context: RequestContext) => {
          await this.need(wish, context.request);
          return change(context);
        },
      ]),
    );
  }

  #sayOf(wish: keyof typeof wishes, by: string): ReturnType<Ask> {
    const known = this.#said.get(wish);
    if (known) return known;
    const question =
      `A page that was forwarded (${by} says so) wants to ${wishes[wish]}. ` +
      'May it, as long as this runs?';
    // One question at a time: a key must not decide two.
    const saying = this.#last.then(() => this.#ask(question));
    this.#last = saying;
    this.#said.set(wish, saying);
    return saying;
  }
}

let asked: string | undefined;

/** What the terminal is asked now; undefined where it is asked nothing. */
export const openQuestion = (): string | undefined => asked;

/**
 * Asks in the terminal: y is yes, anything else no. Where it hands on each key
 * at once (an exercise is being done), Enter is not needed.
 */
export async function askInTerminal(
  question: string,
  {
    stdin,
    stdout,
  }: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream } = process,
): Promise<boolean | undefined> {
  if (!stdin.isTTY || !stdout.isTTY || stdin.readableEnded) return undefined;
  const keys = stdin.isRaw ? 'y or n' : 'y or n, then Enter';
  asked = wrap(`${question} (${keys})`, (stdout.columns || 80) - 2)
    .map((line) => `  ${line}`)
    .join('\n');
  stdout.write(`\n${asked}\n`);
  const wasRead = stdin.readableFlowing === true;
  const typed = await new Promise((resolve) => {
    const end = (text?: unknown) => {
      stdin.off('data', end).off('end', end);
      resolve(text);
    };
    // Ctrl+D ends the input, where it is no key like others.
    stdin.on('data', end).on('end', end).resume();
  });
  // Nobody else reads it, and what is read holds the process.
  if (!wasRead) stdin.pause();
  asked = undefined;
  const isYes = String(typed).trim().toLowerCase() === 'y';
  stdout.write(isYes ? '  It may.\n' : '  Then not.\n');
  return isYes;
}

/** Of this process: what is asked once is asked for all that it runs. */
export const consent = new Consent(askInTerminal);
