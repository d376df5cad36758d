/**
 * The command that runs in front of a tap: `pnpm tap 3000 -- npm test`. Input,
 * output and exit code are its own, as with `env` and `time`.
 */
import { once } from 'node:events';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { ownPrograms } from '@on-the-wire/system/place.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';

/**
 * Runs a command to its end, where the reader stands. Ctrl+C in a terminal
 * reaches it without our help, and it decides what to do then; other signals
 * are handed on.
 *
 * @param words the program and its arguments; no shell reads them
 * @param added to the environment
 * @returns its exit code; 128 and the number of the signal that ended it; 126
 *   or 127 where it could not be started, which is said on standard error
 */
export async function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  added: Record<string, string>,
): Promise<number> {
  const child = spawn(program, args, {
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    env: { ...process.env, PATH: withoutOurs(process.env['PATH']), ...added },
    stdio: 'inherit',
  });
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(
    ({ isTTY }) => isTTY,
  );
  const handOn = (signal: NodeJS.Signals): void => {
    // The terminal tells all that run in it, and twice means something else.
    if (signal === 'SIGINT' && hasTerminal) return;
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handOn);
  try {
    const [code, signal] = (await once(child, 'exit')) as [
      number | null,
      NodeJS.Signals | null,
    ];
    return code ?? 128 + constants.signals[signal!];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint =
      process.platform === 'win32'
        ? ' If it is a script, such as npm, write: cmd /c, and the command.'
        : '';
    process.stderr.write(
      `"${program}" cannot be started: ${message}.${hint}\n`,
    );
    return code === 'ENOENT' ? 127 : 126;
  } finally {
    for (const signal of signals) process.off(signal, handOn);
  }
}

/** The reader's programs, and not those of the course that have the same name. */
function withoutOurs(path = ''): string {
  const folders = path.split(delimiter);
  return folders.filter((folder) => folder !== ownPrograms).join(delimiter);
}
