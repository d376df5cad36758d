/**
 * Commands as they work for this learner: every one that is shown, or can be
 * copied, comes from here. `pnpm` is a command of its own only where it was
 * installed; a learner who uses `npx` has none. And a lesson whose usual ports
 * are taken has others.
 */

/** The shell's usual port; the lesson's own is the next one. */
export const defaultPort = 4000;
const mostPorts = 10; // that a lesson has, from the shell's on

/** `pnpm`, or `npx -y pnpm`, which works for everybody. */
export const pnpm = pnpmAsTyped(process.env);

/**
 * Reads from the environment how this process was started. The variables are
 * those of pnpm, which names itself, and of npm: npx adds all of its settings.
 */
export function pnpmAsTyped(
  environment: NodeJS.ProcessEnv,
): 'pnpm' | 'npx -y pnpm' {
  const {
    npm_config_user_agent: agent = '',
    npm_config_npm_version: npm,
    npm_execpath: path = '',
  } = environment;
  const isPnpm = agent.startsWith('pnpm/') && !/[\\/]_npx[\\/]/.test(path);
  return isPnpm && npm === undefined ? 'pnpm' : 'npx -y pnpm';
}

/**
 * Code of a text that was written for all: its commands as they are typed here,
 * and the addresses of this run.
 *
 * @param shellPort the lowest port of the run; without it the usual ones stay
 */
export function asTyped(
  code: string,
  shellPort: number = defaultPort,
  typed: string = pnpm,
): string {
  return code
    .replaceAll(/\b(?:npx -y )?pnpm (?=[a-z-])/g, `${typed} `)
    .replaceAll(/\b(127\.0\.0\.1|localhost):(\d{4})\b/g, (all, host, usual) => {
      const offset = Number(usual) - defaultPort;
      const isOurs = offset >= 0 && offset < mostPorts;
      return isOurs ? `${host}:${shellPort + offset}` : all;
    });
}
