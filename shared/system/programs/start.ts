/**
 * Starts other programs: `node:child_process`, and the one place that decides
 * about colours.
 *
 * Where this process reads what a program writes, there must be no escape
 * sequences in it. So a program with a pipe for its output is made to leave them
 * out, whatever `FORCE_COLOR`, `NO_COLOR` and the terminal mean to this process. jest's
 * workers, for example, have `FORCE_COLOR` set in a terminal, and without one
 * have not. A program that writes to our own terminal decides for itself.
 *
 * A lesson's process and a learner's are read, too, line by line: they print
 * without colours, unless their own code insists.
 */
import * as node from 'node:child_process';
import { promisify } from 'node:util';

export type { ChildProcess } from 'node:child_process';

/** As that of Node, with these arguments only. */
export const spawn = ((
  program: string,
  args: string[],
  options: node.SpawnOptions = {},
) =>
  node.spawn(program, args, {
    ...options,
    env: environmentFor(options),
  })) as typeof node.spawn;

/** As that of Node, with these arguments only. */
export const spawnSync = ((
  program: string,
  args: string[],
  options: node.SpawnSyncOptions = {},
) =>
  node.spawnSync(program, args, {
    ...options,
    env: environmentFor(options),
  })) as typeof node.spawnSync;

/** As that of Node, with these arguments only. */
export function fork(
  file: string | URL,
  args: string[] = [],
  options: node.ForkOptions = {},
): node.ChildProcess {
  const { silent, stdio = silent ? 'pipe' : 'inherit' } = options;
  const env = environmentFor({ ...options, stdio });
  return node.fork(file, args, { ...options, env });
}

/**
 * Runs a program to its end.
 *
 * @throws Error with what it wrote, and its exit code as `code`, if that is not
 *   0 or it could not be started
 */
export function execFile(
  program: string,
  args: string[] = [],
  options: Omit<node.ExecFileOptions, 'encoding'> = {},
): Promise<{ stdout: string; stderr: string }> {
  const env = environmentFor({ env: options.env });
  return promisify(node.execFile)(program, args, { ...options, env });
}

function environmentFor({
  env = process.env,
  stdio = 'pipe',
}: {
  env?: NodeJS.ProcessEnv | undefined;
  stdio?: node.StdioOptions | undefined;
}): NodeJS.ProcessEnv {
  const outputs = Array.isArray(stdio) ? [stdio[1], stdio[2]] : [stdio];
  // One that is left out is a pipe.
  const isRead = outputs.some(
    (output) => !output || output === 'pipe' || output === 'overlapped',
  );
  if (!isRead) return env;
  return {
    ...env,
    FORCE_COLOR: undefined,
    CLICOLOR_FORCE: undefined,
    // Some colour whatever they write to, where CI is set or on Windows.
    NO_COLOR: '1',
  };
}
