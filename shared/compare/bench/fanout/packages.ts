/**
 * What people would take instead. The course does not depend on any of it: it
 * is installed only for this bench, into a folder of the system's.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execFile } from '@on-the-wire/system/programs/start.ts';

/** Their names in the registry of npm, and the versions that are measured. */
export const packages = {
  'better-sse': '0.16.1',
  'socket.io': '4.8.4',
  undici: '8.13.1',
} as const;
export type PackageName = keyof typeof packages;

const folder = join(tmpdir(), 'on-the-wire-bench');

/** Whether it stands in this bench's own folder. */
export const isInstalled = (name: PackageName): boolean =>
  existsSync(join(folder, 'node_modules', name));

/**
 * Installs all that is missing, by npm, from the registry that it knows.
 *
 * @throws Error with what npm said
 */
export async function install(): Promise<void> {
  const missing = Object.entries(packages).filter(
    ([name]) => !isInstalled(name as PackageName),
  );
  if (missing.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const named = missing.map(([name, version]) => `${name}@${version}`);
  await execFile(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['install', '--no-audit', '--no-fund', '--prefix', folder, ...named],
    { shell: process.platform === 'win32' },
  );
}

/** Loads one. Its types are not here, so what comes is not known. */
export async function load(name: PackageName): Promise<any> {
  const require = createRequire(join(folder, 'package.json'));
  return import(pathToFileURL(require.resolve(name)).href);
}
