import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  engineBehind,
  findEngine,
  learnersEngine,
  missingEngine,
  noEngine,
} from '../engines.ts';

// The programs of these tests are shell scripts.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('Which engine', () => {
  const names = ['CHROME_PATH', 'FIREFOX_PATH', 'PATH'] as const;
  let before: (string | undefined)[];
  let folder: string;
  beforeEach(() => {
    before = names.map((name) => process.env[name]);
    for (const name of names.slice(0, 2)) delete process.env[name];
    folder = mkdtempSync(join(tmpdir(), 'engines-'));
  });
  afterEach(() => {
    for (const [index, name] of names.entries()) {
      process.env[name] = before[index];
      if (before[index] === undefined) delete process.env[name];
    }
    rmSync(folder, { recursive: true });
  });

  /** A program that says its version, and does nothing else. */
  function program(name: string, says = ''): string {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
    return file;
  }

  test('a program is, its name says', () => {
    expect(engineBehind('/usr/bin/firefox-esr')).toBe('firefox');
    expect(engineBehind('C:/Mozilla Firefox/firefox.exe')).toBe('firefox');
    expect(engineBehind('/Applications/Google Chrome')).toBe('chromium');
    expect(engineBehind('/usr/bin/microsoft-edge')).toBe('chromium');
    expect(engineBehind('/usr/lib/MiniBrowser')).toBe('webkitgtk');
  });

  test('a program is, the name says to which a link leads', () => {
    const link = join(folder, 'x-www-browser');
    symlinkSync(program('firefox-esr'), link);
    expect(engineBehind(link)).toBe('firefox');
  });

  test('a program is, it says itself where its name does not', () => {
    const wrapped = program('browse', 'Mozilla Firefox 153.8.0esr');
    expect(engineBehind(wrapped)).toBe('firefox');
    expect(engineBehind(program('silent'))).toBeUndefined();
    expect(engineBehind(join(folder, 'nothing'))).toBeUndefined();
  });

  test('a learner has: what a variable names, whatever it is called', () => {
    const firefox = program('browse', 'Mozilla Firefox 153.8.0esr');
    process.env['CHROME_PATH'] = firefox;
    expect(learnersEngine()).toBe('firefox');
    expect(findEngine('firefox')).toBe(firefox);
    // And it is not taken for the Chromium that it is not.
    expect(findEngine('chromium')).not.toBe(firefox);

    process.env['FIREFOX_PATH'] = program('chromium');
    delete process.env['CHROME_PATH'];
    expect(learnersEngine()).toBe('chromium');
  });

  test('a learner has: a name alone is looked for on the path', () => {
    process.env['PATH'] = `${folder}:${process.env['PATH']}`;
    const firefox = program('firefox-nightly');
    process.env['FIREFOX_PATH'] = 'firefox-nightly';
    expect(findEngine('firefox')).toBe(firefox);
    expect(learnersEngine()).toBe('firefox');
  });

  test('a learner has: none where the variable names nothing', () => {
    process.env['CHROME_PATH'] = join(folder, 'chromium');
    expect(learnersEngine()).toBeUndefined();
    expect(findEngine('chromium')).toBeUndefined();
    expect(noEngine()).toBe(
      `CHROME_PATH is ${folder}/chromium, and no program is there: correct it, or unset it`,
    );
    expect(missingEngine('chromium')).toBe(noEngine());
  });

  test('is installed: Firefox is found on the path', () => {
    process.env['PATH'] = folder;
    const firefox = program('firefox');
    expect(findEngine('firefox')).toBe(firefox);
    expect(missingEngine('webkitgtk')).toMatch('webkit2gtk-driver and xvfb');
  });
});
