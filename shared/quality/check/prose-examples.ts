/**
 * Does again what the prose shows: runs the commands of its `console` fences,
 * sends what its `wire` fences sent, and compares what comes. A body in chunks
 * is compared without them: how writes are joined into chunks is Node's affair.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  fork,
  spawn,
  type ChildProcess,
} from '@on-the-wire/system/programs/start.ts';
import { withoutChunks } from '@on-the-wire/testing/without-chunks.ts';
import { parseCommand } from './commands.ts';
import type { Finding } from './finding.ts';
import type { LessonRequest } from './lesson-under-check.ts';
import type { Fence } from './markdown.ts';
import {
  compareLines,
  fillIn,
  idsIn,
  type LinesCompared,
  type LessonAddress,
} from './what-varies.ts';

/** How long a lesson's process may take to answer, in ms. */
const longestAnswer = 300_000;
/** How much time passes for the lesson's timers, at most and at once, in ms. */
const longest = 30_000;
const step = 1000;

/** The server of one lesson, in a process of its own. */
class LessonUnderCheck {
  readonly #child: ChildProcess;
  #said = '';

  constructor(serverFile: string) {
    this.#child = fork(
      fileURLToPath(new URL('lesson-under-check.ts', import.meta.url)),
      [pathToFileURL(serverFile).href],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] },
    );
    this.#child.stderr?.on('data', (text) => (this.#said += String(text)));
  }

  /** Waits until the lesson is loaded. */
  ready(): Promise<object> {
    return this.#answer();
  }

  ask(request: { ask: 'open' }): Promise<LessonAddress>;
  ask(request: LessonRequest): Promise<object>;
  ask(request: LessonRequest): Promise<object> {
    const answer = this.#answer();
    this.#child.send(request, () => {}); // who is gone has said so by exit
    return answer;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  async #answer(): Promise<object> {
    const done = new AbortController();
    const { signal } = done;
    const giveUp = AbortSignal.timeout(longestAnswer);
    try {
      const ended = once(this.#child, 'close', { signal }).then(() => {
        throw new Error(`it ended:\n${this.#said}`);
      });
      ended.catch(() => {}); // it lost the race
      const [message] = await Promise.race([
        once(this.#child, 'message', {
          signal: AbortSignal.any([signal, giveUp]),
        }),
        ended,
      ]);
      return message as object;
    } catch (error) {
      if (giveUp.aborted)
        throw new Error(`no answer within ${longestAnswer} ms`, {
          cause: error,
        });
      throw error;
    } finally {
      done.abort();
    }
  }
}

/** Fences of one text, and where their commands run. */
export interface ProseExamples {
  root: string;
  /** The text, relative to the root. */
  file: string;
  fences: Fence[];
  /** The lesson's server.ts as an absolute path, if it is a lesson's text. */
  serverFile: string | undefined;
  /** The verbs: scripts of the root's package.json. */
  scripts: Record<string, string>;
  /** How long a command or an answer may take, in ms. */
  timeoutMs?: number;
}

/** Runs the fences one after another, each on a new server. */
export async function checkProseExamples({
  timeoutMs = 300_000,
  ...given
}: ProseExamples): Promise<Finding[]> {
  const text = { ...given, timeoutMs };
  const fences = text.fences.filter(
    ({ language, file }) =>
      file === undefined && (language === 'console' || language === 'wire'),
  );
  const findings: Finding[] = [];
  let lesson: LessonUnderCheck | undefined;
  /** Starts what is needed when it is needed: not every text asks a server. */
  const openServer = async (): Promise<LessonUnderCheck> => {
    if (text.serverFile === undefined)
      throw new Error('this text is no lesson’s: it has no server to ask');
    if (!lesson) {
      lesson = new LessonUnderCheck(text.serverFile);
      await lesson.ready();
    }
    return lesson;
  };
  try {
    for (const fence of fences) {
      const check = fence.language === 'wire' ? checkWire : checkConsole;
      try {
        findings.push(...(await check(text, fence, openServer)));
      } catch (error) {
        await lesson?.end();
        lesson = undefined;
        findings.push({
          file: text.file,
          line: fence.line,
          found: `this could not be done again: ${(error as Error).message}`,
          expected: 'what it shows, from a real run',
          remedy: 'Do by hand what the fence shows, and mend what fails.',
        });
      }
    }
  } finally {
    await lesson?.end();
  }
  return findings;
}

type OpenServer = () => Promise<LessonUnderCheck>;

// --- console ---

async function checkConsole(
  { root, file, scripts, timeoutMs }: Required<ProseExamples>,
  fence: Fence,
  openServer: OpenServer,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { text, line, output } of commandsOf(fence)) {
    const report = (found: string, expected: string, remedy: string) =>
      findings.push({ file, line, found, expected, remedy });
    const command = parseCommand(text, scripts);
    if (command.kind === 'unknown') {
      report(`$ ${text}`, command.expected, command.remedy);
    } else if (command.kind === 'exempt') {
      if (output.length > 0) {
        report(
          `output beneath $ ${text}, which is not run here: ${command.why}`,
          'no output that nobody compares',
          'Show it in a fence without "console", or not at all.',
        );
      }
    } else if (command.kind === 'ask') {
      const lesson = await openServer();
      const server = await lesson.ask({ ask: 'open' });
      const expected = fillIn([text, ...output].join('\n'), server).split('\n');
      const filled = parseCommand(expected.shift() ?? '', scripts);
      if (filled.kind !== 'ask') continue; // the port is no other command
      const play = await playFor(lesson, server, [], expected);
      const source = startCommand(root, filled.words);
      const streams = filled.words.includes('-N') ? play : undefined;
      const { comparison, said } = await follow(
        source,
        expected,
        timeoutMs,
        streams,
      );
      source.stop();
      findings.push(...differences(file, line + 1, output, comparison, said));
    } else {
      const source = startCommand(root, command.words);
      const { comparison, said } = await follow(source, output, timeoutMs);
      source.stop();
      findings.push(...differences(file, line + 1, output, comparison, said));
    }
  }
  return findings;
}

/** The commands of a fence, each with the output beneath it. */
function commandsOf({ lines, line: first }: Fence): {
  text: string;
  /** Where the command's last line stands. */
  line: number;
  output: string[];
}[] {
  const commands: { text: string; line: number; output: string[] }[] = [];
  let goesOn = false;
  for (const [index, text] of lines.entries()) {
    const last = commands.at(-1);
    if (goesOn && last) {
      last.text = last.text.slice(0, -1) + text.trimStart();
      last.line = first + index;
    } else if (text.startsWith('$ ')) {
      commands.push({ text: text.slice(2), line: first + index, output: [] });
    } else {
      last?.output.push(text);
      continue;
    }
    goesOn = text.endsWith('\\');
  }
  // Who shows a command shows no empty lines after it.
  for (const { output } of commands) while (output.at(-1) === '') output.pop();
  return commands;
}

function startCommand(root: string, words: string[]): Source {
  const [program = '', ...args] = words;
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += String(text)));
  const source = new Source(() => child.kill('SIGKILL'));
  child.stdout.on('data', (bytes: Buffer) => source.take(bytes));
  child.on('error', (error) => source.end(error.message));
  child.on('close', () => source.end(complaints));
  return source;
}

// --- wire ---

/** ms until a connection to this machine is given up: only a hang takes so long. */
const toConnect = 60_000;

async function checkWire(
  { file, timeoutMs }: Required<ProseExamples>,
  fence: Fence,
  openServer: OpenServer,
): Promise<Finding[]> {
  const lesson = await openServer();
  const server = await lesson.ask({ ask: 'open' });
  const lines = fillIn(fence.lines.join('\n'), server).split('\n');
  const odd = lines.findIndex((line) => !/^[<>](?: |$)/.test(line));
  if (odd >= 0) {
    return [
      {
        file,
        line: fence.line + odd,
        found: fence.lines[odd] ?? '',
        expected: '"> " before what the client sent, "< " before what came',
        remedy: 'Mark each line of a wire fence.',
      },
    ];
  }

  const address = { port: server.port, host: '127.0.0.1' };
  const socket = server.tls
    ? connectEncrypted({ ...address, rejectUnauthorized: false })
    : connect(address);
  const source = new Source(() => socket.destroy(), withoutChunks);
  socket.on('data', (bytes: Buffer) => source.take(bytes));
  socket.on('error', ({ message }) => source.end(message));
  socket.on('close', () => source.end());
  const open = server.tls ? 'secureConnect' : 'connect';
  await once(socket, open, { signal: AbortSignal.timeout(toConnect) });
  try {
    for (const { sent, received, line } of exchangesOf(lines)) {
      const play = await playFor(lesson, server, sent, received);
      socket.write(requestOf(sent));
      const { comparison, said } = await follow(
        source,
        received,
        timeoutMs,
        play,
      );
      const shown = fence.lines
        .slice(line, line + received.length)
        .map((text) => text.slice(2));
      const found = differences(
        file,
        fence.line + line,
        shown,
        comparison,
        said,
      );
      if (found.length > 0) return found;
      source.forget(comparison.used ?? 0);
    }
    return [];
  } finally {
    source.stop();
  }
}

/** What was sent, and what came then; the latter from `line` of the fence on. */
function exchangesOf(
  lines: string[],
): { sent: string[]; received: string[]; line: number }[] {
  const exchanges: { sent: string[]; received: string[]; line: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const text = line.slice(2);
    const last = exchanges.at(-1);
    if (line.startsWith('>')) {
      if (!last || last.received.length > 0)
        exchanges.push({ sent: [text], received: [], line: index + 1 });
      else {
        last.sent.push(text);
        last.line = index + 1;
      }
    } else if (last) last.received.push(text);
    else exchanges.push({ sent: [], received: [text], line: index });
  }
  return exchanges;
}

/** The head's lines end in CRLF; what follows the empty one is sent as it is. */
function requestOf(sent: string[]): string {
  const end = sent.indexOf('');
  const head = end < 0 ? sent : sent.slice(0, end);
  const body = end < 0 ? [] : sent.slice(end + 1);
  return (
    head.map((line) => `${line}\r\n`).join('') +
    (end < 0 ? '' : '\r\n') +
    body.join('\n')
  );
}

// --- both ---

/** Bytes as they come, as lines; a line that is not ended is not yet one. */
class Source {
  readonly #reads: Buffer[] = [];
  #forgotten = 0;
  #wake = () => {};
  readonly stop: () => void;
  /** What of all bytes is compared; each is a character of its number. */
  readonly #compared: (received: string) => string;
  /** Why it ended, or '' for no reason. */
  ended: string | undefined;

  constructor(
    stop: () => void,
    compared = (received: string): string => received,
  ) {
    this.stop = stop;
    this.#compared = compared;
  }

  take(bytes: Buffer): void {
    this.#reads.push(bytes);
    this.#wake();
  }

  end(reason = ''): void {
    this.ended ??= reason;
    this.#wake();
  }

  get begun(): boolean {
    return this.#reads.length > 0;
  }

  /** The lines that were not forgotten. */
  lines(): string[] {
    const received = Buffer.concat(this.#reads).toString('latin1');
    const text = Buffer.from(this.#compared(received), 'latin1').toString();
    const lines = text.split(/\r?\n/);
    const open = lines.pop() ?? '';
    if (this.ended !== undefined && open !== '') lines.push(open);
    return lines.slice(this.#forgotten);
  }

  forget(lines: number): void {
    this.#forgotten += lines;
  }

  /** Resolves when something comes, or ends, or after some ms. */
  async change(ms: number): Promise<void> {
    if (this.ended !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}

/** What the server does while an answer is read. */
interface Play {
  /** Once the first bytes came, so that the client is known to be there. */
  begin(): Promise<unknown>;
  pass(ms: number): Promise<unknown>;
}

/**
 * Lets the server stand where the fence begins, and come to where it ends.
 * Who names an id comes back: everything has happened meanwhile. Everyone else
 * is there when it happens, after the first id that the answer names.
 */
async function playFor(
  lesson: LessonUnderCheck,
  { run }: LessonAddress,
  sent: string[],
  received: string[],
): Promise<Play> {
  const ids = idsIn([...sent, ...received].join('\n'), run);
  const last = Math.max(0, ...ids);
  const comesBack = idsIn(sent.join('\n'), run).length > 0;
  const first = comesBack ? last : (ids[0] ?? 0);
  await lesson.ask({ ask: 'advance', to: first });
  return {
    begin: () => lesson.ask({ ask: 'advance', to: last }),
    pass: (ms) => lesson.ask({ ask: 'pass', ms }),
  };
}

/**
 * Reads until the source has ended; where the answer may never end, and so
 * has a `play`, until the expected lines are there or the play is over.
 */
async function follow(
  source: Source,
  expected: string[],
  timeoutMs: number,
  play?: Play,
): Promise<{ comparison: LinesCompared; said: string }> {
  const giveUp = performance.now() + timeoutMs;
  let passed = 0;
  let began = false;
  for (;;) {
    const ended = source.ended !== undefined;
    const lines = source.lines();
    if (ended) while (lines.at(-1) === '') lines.pop();
    const comparison = compareLines(expected, lines, ended);
    const settled =
      began && (comparison.used !== undefined || !comparison.open);
    if (ended || settled || passed >= longest || performance.now() > giveUp) {
      const forEver = `It had not ended after ${timeoutMs} ms.`;
      return { comparison, said: source.ended ?? (play ? '' : forEver) };
    }
    if (play && source.begun && !began) {
      began = true;
      await play.begin();
    } else if (play && began) {
      await source.change(5);
      await play.pass(step);
      passed += step;
    } else {
      await source.change(timeoutMs);
    }
  }
}

function differences(
  file: string,
  line: number,
  shown: string[],
  { used, expected, found }: LinesCompared,
  said: string,
): Finding[] {
  if (used !== undefined) return [];
  const more = said === '' ? '' : `\n${said}`;
  return [
    {
      file,
      line: line + Math.min(expected, shown.length - 1),
      found: shown[expected] ?? 'the end of the output',
      expected: (found ?? 'nothing more: no further line came') + more,
      remedy:
        'If the program is right, show what it says. What differs by nature ' +
        'stands in shared/quality/check/what-varies.ts.',
    },
  ];
}
