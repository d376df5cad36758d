/** The engines that this machine has, and which of them a learner wants. */
import { accessSync, constants, globSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findBrowser, noBrowser } from './find-browser.ts';

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

/** The program's path, or `undefined` where this machine has none. */
export function findEngine(engine: Engine): string | undefined {
  if (engine === 'chromium') return findBrowser();
  if (engine === 'firefox')
    return process.env['FIREFOX_PATH'] ?? onPath('firefox-esr', 'firefox');
  return onPath('WebKitWebDriver') && onPath('Xvfb') && findMiniBrowser();
}

/** Why an engine cannot be used here, for the end of a sentence; or nothing. */
export function missingEngine(engine: Engine): string | undefined {
  if (findEngine(engine) !== undefined) return undefined;
  return {
    chromium: noBrowser,
    firefox:
      'no Firefox was found: install firefox-esr, or set FIREFOX_PATH to one',
    webkitgtk:
      'no WebKitGTK was found: install webkit2gtk-driver and xvfb (on Linux)',
  }[engine];
}

function onPath(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const files = names.flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const findMiniBrowser = (): string | undefined =>
  globSync('/usr/{lib,libexec}{,/*}/webkit2gtk-4.*/MiniBrowser')[0];

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
