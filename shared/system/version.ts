/**
 * Which version of the course this is. What it saves and reports contains it, so
 * that a bug report names what made it.
 *
 * That is `version` of the root's package.json; in a clone, the short name of
 * its commit follows as build metadata (Semantic Versioning 2.0.0, 10):
 * `0.1.0+bbf1e7c`. Files are read for it, once; no process is started, and
 * nothing is missing where there is no Git.
 *
 * A bundle has no package.json beside it, so the bundler defines
 * `PACKED_VERSION` as the version that is packed.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

declare const PACKED_VERSION: string | undefined;

const root = fileURLToPath(new URL('../../', import.meta.url));
let known: string | undefined;

/** The version of the course that runs: `0.1.0`, or `0.1.0+bbf1e7c`. */
export function courseVersion(): string {
  if (typeof PACKED_VERSION === 'string') return PACKED_VERSION;
  return (known ??= versionOf(root));
}

/**
 * The version of a copy of the course.
 *
 * @param folder where its package.json is
 */
export function versionOf(folder: string): string {
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const commit = commitOf(folder);
  return commit === undefined ? version : `${version}+${commit}`;
}

/** The first digits of the commit's name, as far as files tell it. */
function commitOf(folder: string): string | undefined {
  try {
    const git = gitFolder(join(folder, '.git'));
    const head = readFileSync(join(git, 'HEAD'), 'utf8');
    const branch = /^ref: (.+)$/m.exec(head)?.[1];
    const name = branch === undefined ? head : nameOf(git, branch);
    return /^[0-9a-f]{7}/.exec(name)?.[0];
  } catch {
    return undefined; // Not a clone, or one that keeps branches elsewhere.
  }
}

/** In a worktree `.git` is a file, which says where the folder is. */
function gitFolder(git: string): string {
  if (statSync(git).isDirectory()) return git;
  const path = /^gitdir: (.+)$/m.exec(readFileSync(git, 'utf8'))![1]!;
  return resolve(git, '..', path);
}

/** The commit of a branch: in a file of its own, or in the list of all. */
function nameOf(git: string, branch: string): string {
  const common = join(git, 'commondir');
  const all = existsSync(common)
    ? resolve(git, readFileSync(common, 'utf8').trim())
    : git;
  const file = join(all, branch);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const packed = readFileSync(join(all, 'packed-refs'), 'utf8').split('\n');
  return packed.find((line) => line.endsWith(` ${branch}`)) ?? '';
}
