/**
 * Starts a proxy in front of one upstream port, with the learner's lines in a
 * frame of ours, and ends it with us.
 */
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { isFree } from '@on-the-wire/system/ports.ts';
import { endWithUs } from '@on-the-wire/system/programs/end-with-us.ts';
import {
  type ChildProcess,
  spawn,
} from '@on-the-wire/system/programs/start.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { InstalledProxy } from './find.ts';
import type { Setup } from './frame.ts';
import { frames } from './frames/frames.ts';
import { Words } from './mistake.ts';

export interface ProxyOptions {
  /** The front, at 127.0.0.1. */
  port: number;
  /** At 127.0.0.1, too. */
  upstream: { port: number; tls?: boolean };
  /** The front ends TLS with these, both PEM: HTTP/2 and HTTP/1.1 by ALPN. */
  tls?: { key: string; cert: string };
  /** The learner's. */
  lines: string;
  /** What their file is called in messages; by default as in `programs`. */
  shownAs?: string;
  /** Called with each line that the program writes, but for the usual ones. */
  onLine?(line: string): void;
}

export interface RunningProxy {
  readonly port: number;
  /**
   * Makes it run with other lines. Connections that are open go on with the old.
   *
   * @throws ProxyMistake in the program's own words; the old lines stay
   */
  replace(lines: string): Promise<'reloaded'>;
  /** Resolves with a sentence when it has ended, by itself or by `stop`. */
  readonly ended: Promise<string>;
  /** Ends it and its workers, and removes what it wrote. */
  stop(): Promise<void>;
}

/** How long a program may take to accept, or to read its lines again. */
const TIMEOUT = 20_000; // ms

/**
 * Starts it; resolves when it accepts connections.
 *
 * @throws ProxyMistake in the program's own words, where it refuses the lines
 * @throws UsageError (1) where the port is in use, or the program has no TLS
 */
export async function startProxy(
  { program, path }: InstalledProxy,
  options: ProxyOptions,
): Promise<RunningProxy> {
  const { title, file } = program;
  const { port, upstream, tls, shownAs = file, onLine } = options;
  if (tls && !program.endsTls)
    throw new UsageError(`${title} itself speaks no TLS to a browser.`, 1);
  if (upstream.tls && !program.upstreamTls)
    throw new UsageError(
      `${title} speaks cleartext to its upstream, and this one needs TLS.`,
      1,
    );
  if (!(await isFree(port))) throw new UsageError(`Port ${port} is in use.`, 1);

  const frame = frames[program.name];
  // Programs print it with its links resolved.
  const temporary = realpathSync(tmpdir());
  const folder = mkdtempSync(join(temporary, `on-the-wire-${program.name}-`));
  const setup: Setup = { folder, port, upstream, tls: Boolean(tls) };
  const words = new Words(frame, folder, file, shownAs);
  const write = (name: string, text: string) =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  const begin = (args: string[]) =>
    spawn(path, args, {
      cwd: folder,
      env: { ...process.env, ...frame.environment?.(setup) },
      detached: true, // a group of its own, with its workers
    });

  let { lines } = options;
  try {
    words.refuse(lines);
    for (const [name, text] of Object.entries(frame.files(setup)))
      write(name, text);
    if (tls) {
      write('key.pem', tls.key);
      write('cert.pem', tls.cert);
      write('front.pem', `${tls.key}\n${tls.cert}`);
    }
    write(file, lines);
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }

  const child = begin(frame.run(setup));
  const endGroup = endWithUs(child, folder);
  const isClosed = once(child, 'close').catch(() => {});
  let isStopped = false;
  let hasEnded = false;
  const isOver = once(child, 'exit').catch(() => {});
  const ended = isOver.then(async () => {
    hasEnded = true;
    endGroup(); // its workers, where it alone has ended
    await isClosed;
    // They hold the port a moment longer.
    for (let n = 0; n < 200 && !(await isFree(port)); n += 1) await after(5);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    return `${title} ${isStopped ? 'was stopped' : 'has ended'}.`;
  });
  async function stop(): Promise<void> {
    isStopped = true;
    child.ref(); // else Node may end before it has
    endGroup();
    await ended;
  }

  /** What it writes while it starts or reloads: perhaps of a mistake. */
  let held: string[] | undefined;
  let hearing = (_line: string) => {};
  const tell = (line: string) => {
    const shown = words.shown(line);
    if (shown !== undefined) onLine?.(shown);
  };
  hear(child, (line) => {
    if (held) held.push(line);
    else tell(line);
    hearing(line);
  });

  /** @throws ProxyMistake with what was written, where the work fails */
  async function attempt(
    newLines: string,
    work: (signal: AbortSignal) => Promise<boolean>,
  ): Promise<void> {
    const isDone = new AbortController();
    const { signal } = isDone;
    held = [];
    const succeeded = await Promise.race([
      work(signal),
      ended.then(() => false),
      after(TIMEOUT, false, { signal }),
    ]);
    isDone.abort();
    const written = held;
    held = undefined;
    if (!succeeded) throw words.mistake(written, newLines);
    for (const line of written) tell(line);
  }

  /** Whether the program finds no mistake in the lines. */
  async function check(): Promise<boolean> {
    if (!frame.check) return true;
    const checking = begin(frame.check);
    hear(checking, (line) => held?.push(line));
    const [code] = await once(checking, 'close');
    return code === 0;
  }

  let reloads = 0;
  function reload(): Promise<boolean> {
    return new Promise((resolve) => {
      if (!frame.reload) return resolve(true);
      const { ask, done, left, failed } = frame.reload;
      let isDone = false;
      let isLeft = !left;
      hearing = (line) => {
        isDone ||= done.test(line);
        isLeft ||= left!.test(line);
        if (isDone && isLeft) resolve(true);
        else if (failed?.test(line)) resolve(false);
        else if (done.test(line)) setTimeout(resolve, 1_000, true);
      };
      ask(child, setup, reloads);
    });
  }

  async function replaceNow(newLines: string): Promise<'reloaded'> {
    if (hasEnded) throw new UsageError(await ended, 1);
    words.refuse(newLines);
    write(file, newLines);
    try {
      await attempt(newLines, async () => (await check()) && (await reload()));
    } catch (error) {
      write(file, lines);
      throw error;
    } finally {
      hearing = () => {};
    }
    reloads += 1;
    lines = newLines;
    return 'reloaded';
  }
  let last: Promise<unknown> = Promise.resolve();
  function replace(newLines: string): Promise<'reloaded'> {
    const next = last.then(() => replaceNow(newLines));
    last = next.catch(() => {});
    return next;
  }

  // It may have ended: that is seen where it exits.
  child.stdin!.on('error', () => {});
  if (frame.input) child.stdin!.write(frame.input);
  try {
    await attempt(lines, async (signal) => {
      while (!signal.aborted && !(await isOpen(port))) await after(10);
      return true;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, ended, replace, stop };
}

/** Calls with each line that a program writes. */
function hear(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on('line', onLine);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .on('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .on('error', () => resolve(false));
  });
}
