/**
 * How a learner types this course's commands: every command that is shown or
 * can be copied has these words. `pnpm` is a command of its own only where it
 * was installed; whoever came by `npx` has none.
 */

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

/** A text with its commands of pnpm as they are typed here. */
export function withPnpmAsTyped(text: string, typed: string = pnpm): string {
  return text.replaceAll(/\b(?:npx -y )?pnpm (?=[a-z-])/g, `${typed} `);
}
