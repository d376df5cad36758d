/** The engines that this machine has, and which of them a learner wants. */
import {
  accessSync,
  constants,
  globSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { Launcher } from 'chrome-launcher';
import { spawnSync } from '@on-the-wire/system/programs/start.ts';

/** What the course was measured in. */
export const engines = ['chromium', 'firefox', 'webkitgtk'] as const;
export type Engine = (typeof engines)[number];

/** Product, version and builder: what a measurement holds for. */
export interface Version {
  engine: Engine;
  /** "Chromium", "Firefox ESR", "WebKitGTK". */
  product: string;
  /** "156.0.8078.108". */
  version: string;
  /** "Debian", or a note as "libsoup". */
  builder: string;
}

/** The variables that name a program, and what each is expected to name. */
const variables = [
  ['CHROME_PATH', 'chromium'],
  ['FIREFOX_PATH', 'firefox'],
] as const;

/** ms that a program has to say its version. */
const SAYS = 10_000;

/**
 * The program's path, or `undefined` where this machine has none. What is
 * installed is looked for in its usual places, unless `CHROME_PATH` or
 * `FIREFOX_PATH` names it: which engine that is the program says itself, so
 * either may name any.
 */
export function findEngine(engine: Engine): string | undefined {
  const named = setEngines().filter((set) => set.engine === engine);
  if (named[0])
    return isProgram(named[0].program) ? named[0].program : undefined;
  if (engine === 'chromium') return findChromium();
  if (engine === 'firefox') return findFirefox();
  const driven = onPath('WebKitWebDriver') && onPath('Xvfb');
  return driven && globSync(miniBrowsers).at(-1);
}

/** What to do where there is none, for the end of a sentence. */
export const noChromium =
  'no Chrome or Chromium was found: install one, or set CHROME_PATH to it';

/** Why an engine cannot be used here, for the end of a sentence; or nothing. */
export function missingEngine(engine: Engine): string | undefined {
  if (findEngine(engine) !== undefined) return undefined;
  for (const { variable, program, engine: named } of setEngines())
    if (named === engine)
      return `${variable} is ${program}, and no program is there: correct it, or unset it`;
  return {
    chromium: noChromium,
    firefox: 'no Firefox was found: install one, or set FIREFOX_PATH to it',
    webkitgtk:
      'no WebKitGTK that can be driven was found: on Debian and Ubuntu, ' +
      'install webkit2gtk-driver and xvfb',
  }[engine];
}

/**
 * The engine that exercises and comparisons run in: the one that `CHROME_PATH`
 * or `FIREFOX_PATH` names; without these the first that this machine has.
 */
export function learnersEngine(): Engine | undefined {
  const [named] = setEngines();
  const wanted = named ? [named.engine] : engines;
  return wanted.find((engine) => findEngine(engine) !== undefined);
}

/** Why there is none, and what to do, for the end of a sentence. */
export function noEngine(): string {
  const [named] = setEngines();
  if (named) return missingEngine(named.engine) ?? '';
  const safari =
    process.platform === 'darwin' ? ' (Safari cannot be driven from here)' : '';
  return (
    `no browser was found that can be driven${safari}: install Firefox, ` +
    'Chrome or Chromium, or set FIREFOX_PATH or CHROME_PATH to one'
  );
}

/** What the variables name: as which engine, whatever the variable is called. */
function setEngines() {
  return variables.flatMap(([variable, expected]) => {
    const set = process.env[variable];
    if (!set) return [];
    const program = basename(set) === set ? (onPath(set) ?? set) : set;
    return [{ variable, program, engine: engineBehind(program) ?? expected }];
  });
}

/**
 * Which engine a program is: by its name, else by what it says to
 * `--version`. `undefined` where neither says so.
 */
export function engineBehind(program: string): Engine | undefined {
  return (
    byName(basename(program)) ??
    byName(basename(realPath(program))) ??
    (isProgram(program) ? byName(versionOf(program)) : undefined)
  );
}

const products: readonly [RegExp, Engine][] = [
  [/firefox/i, 'firefox'],
  [/minibrowser|webkitgtk/i, 'webkitgtk'],
  [/chrom|msedge|microsoft.edge|brave|opera|vivaldi/i, 'chromium'],
];
const byName = (name: string): Engine | undefined =>
  products.find(([pattern]) => pattern.test(name))?.[1];

function realPath(program: string): string {
  try {
    return realpathSync(program);
  } catch {
    return program; // Nothing is there.
  }
}

function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    timeout: SAYS,
  });
  return stdout ?? '';
}

function findChromium(): string | undefined {
  try {
    // It takes what CHROME_PATH names for a Chrome, whatever it is.
    return Launcher.getInstallations().find(
      (program) => program !== process.env['CHROME_PATH'],
    );
  } catch {
    return undefined; // chrome-launcher throws where it finds nothing
  }
}

/**
 * Outside Linux the places are those of its installers, which were not tried:
 * geckodriver looks there, too.
 */
function findFirefox(): string | undefined {
  const { PROGRAMFILES, LOCALAPPDATA } = process.env;
  const usual = {
    darwin: ['/Applications', join(homedir(), 'Applications')].map((folder) =>
      join(folder, 'Firefox.app/Contents/MacOS/firefox'),
    ),
    win32: [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .map((folder) => join(folder, 'Mozilla Firefox', 'firefox.exe')),
  }[process.platform as string];
  return onPath('firefox-esr', 'firefox') ?? usual?.find(isProgram);
}

/** Debian and Fedora keep it beside the library, and not on the path. */
const miniBrowsers = '/usr/{lib,libexec}{,/*}/webkit2gtk-4.*/MiniBrowser';

function onPath(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const files = names.flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return files.find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Who has built a program, as far as its place tells; else an empty text. */
export function builderOf(program: string): string {
  if (program.includes('/snap/')) return 'snap';
  if (!program.startsWith('/usr/')) return '';
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^NAME="?(\w+)/m.exec(text)?.[1] ?? '';
  } catch {
    return '';
  }
}
