/**
 * Ends this process when the `npx` that started it is gone. An editor's stop
 * button ends that process alone; npx passes nothing on, so pnpm, the lesson
 * and their ports would stay. No other process is watched: a shell may be
 * closed, and what was started with nohup or in tmux goes on.
 */
import { readFileSync } from 'node:fs';

const pollEvery = 500; // ms between two looks
const deepest = 8; // processes between this one and npx: shells, and pnpm

/** A process: who started it, and its command line. */
interface Process {
  parent: number;
  command: string;
}

/**
 * Looks for npx once, and then whether it still runs, as long as this process
 * does. When it is gone, this process gets SIGTERM, as if by `kill`. Does
 * nothing where npx has not started it, and on Windows, where who started whom
 * is not to be had in reasonable time.
 */
export async function endWithNpx(): Promise<void> {
  const npx = findNpx(process.ppid, await readProcesses());
  if (npx === undefined) return;
  const timer = setInterval(() => {
    // That somebody else gets the number between two looks is next to
    // impossible, and would do no harm: then this process just goes on.
    if (isAlive(npx)) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, pollEvery).unref();
}

/**
 * Goes up from a process through shells that run one command, and pnpm, which
 * is all that there is between npx and a verb.
 *
 * @param read tells about a process; `undefined` if there is none
 * @returns the number of the process that is npx, if the first other one is
 */
export function findNpx(
  from: number,
  read: (id: number) => Process | undefined,
): number | undefined {
  let id = from;
  for (let depth = 0; depth < deepest; depth += 1) {
    const found = read(id);
    if (!found) return undefined;
    const { parent, command } = found;
    // npm calls itself so once it runs.
    if (
      command.startsWith('npm exec ') ||
      /(^|\/)npx(-cli\.js)? /.test(command)
    )
      return id;
    const isShell = /^\S*sh -c /.test(command);
    if (!isShell && !/(^|\/)pnpm(\.[cm]?js)?( |$)/.test(command))
      return undefined;
    id = parent;
  }
  return undefined;
}

async function readProcesses(): Promise<(id: number) => Process | undefined> {
  if (process.platform === 'linux') return readFromProc;
  if (process.platform === 'win32') return () => undefined;
  const all = new Map<number, Process>();
  const { execFile } = await import('@on-the-wire/system/programs/start.ts');
  const words = ['-A', '-o', 'pid=,ppid=,args='];
  const list = await execFile('ps', words).then(
    ({ stdout }) => stdout,
    () => '', // Then nothing is watched.
  );
  for (const [, id, parent, command] of list.matchAll(
    /^ *(\d+) +(\d+) +(.*)$/gm,
  ))
    all.set(Number(id), { parent: Number(parent), command: command! });
  return (id) => all.get(id);
}

function readFromProc(id: number): Process | undefined {
  try {
    const read = (file: string) => readFileSync(`/proc/${id}/${file}`, 'utf8');
    const parent = Number(/^PPid:\s*(\d+)/m.exec(read('status'))?.[1]);
    // A word for each argument; of a process that names itself, all are one.
    const command = read('cmdline').replaceAll('\0', ' ');
    return { parent, command };
  } catch {
    return undefined; // It has ended, or is somebody else's.
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
