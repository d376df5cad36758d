/** Starts jest: which tests, in which process, and how it ends. */
import { existsSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest } from 'fastest-levenshtein';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { compiledFolder } from '@on-the-wire/system/place.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';

/** The root of this tree. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * What all tests take on two cores with nothing else to do, in minutes, where
 * all three browsers and all six proxies are installed: the last measurement
 * (1,749 s), rounded up.
 */
export const minutesOfAll = 30;

/**
 * Finds the folders of tests that are meant by names: of a lesson (`sse`), of a
 * package of shared (`tap`), or of a folder in one (`shell`).
 *
 * @throws UsageError (2) that suggests the nearest name
 */
export function findTests(names: string[], tree = root): string[] {
  const known = foldersOfTests(tree);
  return names.flatMap((name) => {
    const folders = known.get(name);
    if (folders !== undefined) return folders;
    const all = [...known.keys()];
    throw new UsageError(
      `There are no tests of "${name}". ` +
        `Did you mean "${closest(name, all)}"? There are: ${all.join(', ')}.`,
      2,
    );
  });
}

/** Names that folders of shared had once, and what they are called now. */
const earlier: Record<string, string[]> = {
  view: ['viewer'],
  testing: ['testing', 'runner'],
};

/**
 * The folders of tests by the names that mean them: a lesson, a package of
 * shared, a folder in one.
 */
function foldersOfTests(tree: string): Map<string, string[]> {
  const known = new Map<string, string[]>();
  const add = (name: string, folder: string) => {
    const test = `${folder}/test`;
    if (existsSync(join(tree, test)))
      known.set(name, [...(known.get(name) ?? []), test]);
  };
  const inside = (folder: string) =>
    readdirSync(join(tree, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map(({ name }) => name);
  for (const name of inside('shared')) {
    add(name, `shared/${name}`);
    for (const room of inside(`shared/${name}`)) {
      add(name, `shared/${name}/${room}`);
      add(room, `shared/${name}/${room}`);
    }
  }
  for (const name of inside('lessons')) add(name, `lessons/${name}`);
  for (const [name, now] of Object.entries(earlier)) {
    const folders = now.flatMap((room) => known.get(room) ?? []);
    if (folders.length > 0) known.set(name, [...new Set(folders)]);
  }
  return known;
}

/**
 * The files of tests in folders, or all there are.
 *
 * @param folders below `tree`, with slashes
 * @returns paths below `tree`, with slashes
 */
export function filesOfTests(folders: string[], tree = root): string[] {
  const all =
    folders.length > 0
      ? folders
      : new Set([...foldersOfTests(tree).values()].flat());
  return [...all].flatMap((folder) =>
    readdirSync(join(tree, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
}

/**
 * Turns what follows a `--` into flags of jest. Words before the first flag
 * stand for the files whose path contains one of them; jest would take them for
 * regular expressions.
 *
 * @throws UsageError (2) where there is no such file
 */
export function flagsOfJest(
  folders: string[],
  flags: string[],
  tree = root,
): string[] {
  const first = flags.findIndex((flag) => flag.startsWith('-'));
  const words = first < 0 ? flags : flags.slice(0, first);
  const files = filesOfTests(folders, tree);
  for (const word of words) {
    if (files.some((file) => file.includes(word))) continue;
    const names = files.map((file) => file.slice(file.lastIndexOf('/') + 1));
    throw new UsageError(
      `Of ${files.length} files of tests in ${folders.join(', ') || 'lessons and shared'} ` +
        `none has "${word}" in its path. Did you mean "${closest(word, names)}"?`,
      2,
    );
  }
  return [
    ...words.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')),
    ...flags.slice(words.length),
  ];
}

/** What jest runs, and how. */
export interface JestOptions {
  /** The folders whose tests run; all tests, if there are none. */
  folders: string[];
  /** Further flags for jest. */
  flags?: string[] | undefined;
  /** A file for the results, as JSON. */
  results?: string | undefined;
  /** Keeps quiet, and returns what jest wrote. */
  quiet?: boolean;
}

/**
 * So many files of tests at once: three for two cores. Two left a seventh of
 * them idle, as a test waits for processes and browsers. In jest's own words
 * "150%" would be 150 workers.
 */
const workers = Math.ceil(availableParallelism() * 1.5);

/** Whether flags of jest say themselves how many workers there are. */
const isCounted = (flags: string[]) =>
  flags.some((flag) => /^(-w|--maxWorkers|--max-workers)/.test(flag));

/**
 * Runs jest in a process of its own, because it needs flags of Node. Signals
 * are passed on; the promise waits until jest has ended. What tests leave in
 * the folder for temporary files goes with it, also if they were interrupted.
 *
 * @returns its exit code, or 128 and the number of the signal that ended it
 */
export function runJest({
  folders,
  flags = [],
  results,
  quiet = false,
}: JestOptions): Promise<{ code: number; output: string }> {
  // By its own path: on macOS the system's folder is behind a link, on Windows
  // it may have a short name, and Node names files by neither.
  const temporary = realpathSync.native(
    mkdtempSync(join(tmpdir(), 'on-the-wire-')),
  );
  const child = spawn(
    process.execPath,
    [
      // jest can load our modules only with this one, and Node warns of it.
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      // Its workers inherit the flags: they end when jest was killed.
      '--import',
      new URL('jest-ends.ts', import.meta.url).href,
      join(root, 'node_modules/jest/bin/jest.js'),
      ...(results === undefined ? [] : ['--json', `--outputFile=${results}`]),
      ...(isCounted(flags) ? [] : [`--maxWorkers=${workers}`]),
      ...flags,
      // Not patterns: of several patterns one is enough. And last, because
      // jest takes a word behind it for another folder.
      ...folders.map((folder) => `--roots=${folder}`),
    ],
    {
      cwd: root,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      // By one name on Unix, by the others on Windows.
      env: {
        ...process.env,
        TMPDIR: temporary,
        TEMP: temporary,
        TMP: temporary,
        // Tests must not count as what the learner has done.
        ON_THE_WIRE_PROGRESS: join(temporary, 'progress.json'),
        // For jest's workers and for all that tests start: both are started
        // again hundreds of times, and half of a start is reading code.
        NODE_COMPILE_CACHE: compiledFolder,
      },
    },
  );
  let output = '';
  child.stdout?.on('data', (text) => (output += String(text)));
  child.stderr?.on('data', (text) => (output += String(text)));

  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', async (code, signal) => {
      // A browser that is ending may still write.
      const patiently = { recursive: true, force: true, maxRetries: 10 };
      await rm(temporary, patiently).catch(() => {});
      for (const name of signals) process.off(name, pass);
      resolve({
        code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'],
        output,
      });
    });
  });
}

/** What is ours before a `--`, and what is for jest after it. */
export function splitAtDashes(args: string[]): {
  own: string[];
  flags: string[];
} {
  const at = args.indexOf('--');
  return at < 0
    ? { own: args, flags: [] }
    : { own: args.slice(0, at), flags: args.slice(at + 1) };
}
