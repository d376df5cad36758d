/** Where the learner's browser is on another machine than this process. */
import { hostname, userInfo } from 'node:os';

/**
 * The command to type on the learner's own machine, so that these ports are the
 * same there, if this process was started over ssh.
 *
 * @returns undefined if it was not
 */
export function sshForwarding(
  ports: readonly number[],
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const { SSH_CONNECTION: connection, SSH_TTY: terminal } = environment;
  if (!connection && !terminal) return undefined;
  // "client's address, its port, this machine's address, its port"
  const [, , address = hostname(), port = '22'] = connection?.split(' ') ?? [];
  const forwards = ports.map((each) => `-L ${each}:127.0.0.1:${each}`);
  const where = port === '22' ? '' : `-p ${port} `;
  return `ssh -N ${forwards.join(' ')} ${where}${userInfo().username}@${address}`;
}
