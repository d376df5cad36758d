/** One life of a lesson's process. */
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { compiledFolder } from '@on-the-wire/system/place.ts';
import {
  type ChildProcess,
  spawn,
} from '@on-the-wire/system/programs/start.ts';
import { beginsReport, type Ending } from './crash.ts';

const pollEvery = 10; // ms between two attempts to connect
const grace = 1_000; // ms to end politely, without a drain; then by force
const hold = 5_000; // ms that lines wait which may belong to a fatal error
const longestLine = 65_536; // characters of a line that does not end
const longestReport = 65_536; // characters that are kept of standard error

/** Windows has no process groups. */
export const windows = process.platform === 'win32';
/** What runs first in the process of a learner's code. */
export const preload = new URL('preload.ts', import.meta.url).href;

/** A further address of a lesson. */
export interface Address {
  /** As the manifest has it. */
  name: string;
  /** What the lesson must listen on. */
  port: number;
  /** Where a page finds it, if a page asks it. */
  url?: string;
}

/** A process that was started, until all of it has ended. */
export interface RunningProcess {
  /**
   * Resolves once a connection was accepted at each address; never if the
   * process ended.
   */
  ready: Promise<void>;
  /** Resolves when the process and all that it started have ended. */
  ended: Promise<Ending>;
  /**
   * Ends the process, by force a second after its time to drain. Resolves when
   * it is gone.
   */
  stop(): Promise<void>;
}

/**
 * Starts a file of a lesson in a process of its own, which ends with this one.
 *
 * @param port what the lesson finds in `PORT`, and must listen on
 * @param addresses what it finds in `PORT_…` and `URL_…`
 * @param environment what it finds there besides
 * @param flags for Node itself, such as `--inspect`
 * @param drainMs how long it may take to end, beside a second
 * @param onLine gets every line that the process writes, Node's report of a
 *   fatal error aside: that is in `ended`
 */
export function startProcess({
  folder,
  file,
  port,
  addresses = [],
  environment = {},
  flags,
  drainMs = 0,
  onLine,
}: {
  folder: string;
  file: string;
  port: number;
  addresses?: Address[] | undefined;
  environment?: Record<string, string> | undefined;
  flags: string[];
  drainMs?: number | undefined;
  onLine: (from: 'stdout' | 'stderr', line: string) => void;
}): RunningProcess {
  const child = spawn(
    process.execPath,
    [
      ...flags,
      '--disable-warning=ExperimentalWarning',
      `--import=${preload}`,
      file,
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        PORT: String(port),
        ...Object.fromEntries(
          addresses.flatMap(({ name, port: at, url }) => [
            [`PORT_${name.toUpperCase()}`, String(at)],
            ...(url === undefined ? [] : [[`URL_${name.toUpperCase()}`, url]]),
          ]),
        ),
        ...environment,
        // A restart is for one saved file, and reads hundreds.
        NODE_COMPILE_CACHE: compiledFolder,
      },
      // Pipe 3 is the one that the preload listens to.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own: it can be ended whole, and Ctrl+C reaches the
      // harness alone. On Windows this would open a window.
      detached: !windows,
      windowsHide: true,
    },
  );

  let stderr = '';
  const held = holdReport((line) => onLine('stderr', line));
  forEachLine(child.stdout!, (line) => onLine('stdout', line));
  forEachLine(child.stderr!, (line) => {
    stderr = `${stderr}${line}\n`.slice(-longestReport);
    held.add(line);
  });

  const life = { over: false };
  const ended = new Promise<Ending>((resolve) => {
    // It could not be started at all: there is no other event then.
    child.once('error', (error) => {
      life.over = true;
      resolve({ stderr: `${error}`, code: 1, signal: null });
    });
    child.once('exit', () => {
      life.over = true;
      signalAll(child, 'SIGKILL'); // What it started and left behind.
    });
    child.once('close', (code, signal) => {
      held.drop();
      resolve({ stderr, code, signal });
    });
  });

  const ready = (async () => {
    for (const each of [port, ...addresses.map((address) => address.port)])
      while (!life.over && !(await accepts(each))) await after(pollEvery);
    // If the process has ended, it was another one that accepted.
    if (life.over) await new Promise(() => {});
  })();

  return {
    ready,
    ended,
    async stop() {
      // By then the system may have given its number to somebody else.
      if (life.over) return void (await ended);
      signalAll(child, 'SIGTERM');
      const force = setTimeout(signalAll, drainMs + grace, child, 'SIGKILL');
      await ended;
      clearTimeout(force);
    },
  };
}

/**
 * Sends a signal to a process and to all that it started. Does nothing where
 * they have ended. On Windows the process alone gets it: what it started ends
 * with it.
 */
export function signalAll(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.pid === undefined) return;
  try {
    // On Windows what a process started ends with it (a job object).
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }).unref();
    socket.on('error', () => resolve(false));
    socket.once('connect', () => {
      // A socket can by chance connect to itself while nobody listens.
      resolve(socket.localPort !== port);
      // Hear what it says, and leave politely: a reset is an error, and ends a
      // server that listens for none.
      socket.resume().end();
      socket.setTimeout(grace, () => socket.destroy());
    });
  });
}

/**
 * Calls for each line of an output, the last one included. A line that does
 * not
 * end is cut after 65,536 characters.
 *
 * @param input read to its end, as UTF-8
 */
export function forEachLine(input: Readable, onLine: (line: string) => void) {
  let rest = '';
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
    if (rest.length < longestLine) return;
    onLine(rest);
    rest = '';
  });
  input.on('end', () => rest && onLine(rest));
}

/**
 * Keeps back what looks like Node's report of a fatal error: if the process
 * ends, it is told in fewer words. If it lives on, it was not one.
 */
function holdReport(onLine: (line: string) => void) {
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const release = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const line of lines.splice(0)) onLine(line);
  };
  return {
    add(line: string) {
      if (!timer && !beginsReport(line)) return onLine(line);
      timer ??= setTimeout(release, hold);
      lines.push(line);
      // With a debugger attached it stays until that has seen enough.
      if (line.startsWith('Waiting for the debugger')) release();
    },
    drop() {
      clearTimeout(timer);
      lines = [];
    },
  };
}
