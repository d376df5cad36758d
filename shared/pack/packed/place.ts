/** Where the packed tap stands: anywhere on a machine, without a repository. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the key and the certificate are kept: with the user's other data. */
export const certificateFolder: string = join(
  dataFolder(process.platform, process.env, homedir()),
  'on-the-wire',
);

/** Node keeps nothing of what it compiles. */
export const compiledFolder: string | undefined = undefined;

/** It comes without programs. */
export const ownPrograms: string | undefined = undefined;

/** Whether the verbs of the course can be typed here. */
export const hasVerbs: boolean = false;

/**
 * Where programs keep what they make for a user: as the XDG Base Directory
 * Specification has it, and as macOS and Windows do.
 *
 * @param home the user's own folder
 */
export function dataFolder(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  home: string,
): string {
  const { LOCALAPPDATA: local, XDG_DATA_HOME: data } = environment;
  if (platform === 'win32') return local ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library/Application Support');
  // A path that is not absolute is to be ignored.
  return data?.startsWith('/') ? data : join(home, '.local/share');
}
