/** How the packed tap was started: what to type to start it again. */
import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

declare const PACKED_FILE: string;

/**
 * The command as the reader types it, without what follows.
 *
 * @param script `process.argv[1]`
 * @param folder where the reader stands
 * @param file the name of the packed file
 */
export function packedAsTyped(
  script: string,
  folder: string,
  file: string = PACKED_FILE,
): string {
  const [, npx] = /^(.*[\\/]_npx[\\/][^\\/]+)[\\/]/.exec(script) ?? [];
  if (npx !== undefined) return `npx ${packageOf(npx) ?? `./${file}`}`;
  // npm and pnpm install a program under its name, and Windows runs the file.
  const isInstalled = /[\\/]node_modules[\\/]/.test(script);
  if (isInstalled || !script.endsWith('.cjs')) return basename(script, '.cjs');
  return `node ${relative(folder, script)}`;
}

/** What npx was told to run: it notes that where it installs it. */
function packageOf(folder: string): string | undefined {
  try {
    const noted = readFileSync(join(folder, 'package.json'), 'utf8');
    const { _npx } = JSON.parse(noted) as { _npx: { packages: [string] } };
    return _npx.packages[0];
  } catch {
    return undefined; // An npm that does not note it.
  }
}
