/** The proxies of this machine, as they are installed. Nothing is downloaded. */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { spawnSync } from '@on-the-wire/system/programs/start.ts';
import { type ProxyName, type ProxyProgram, programs } from './programs.ts';

export interface InstalledProxy {
  program: ProxyProgram;
  path: string;
  /** Such as "1.22.1". */
  version: string;
  /** Who made it, such as "Debian"; empty where nothing says so. */
  builder: string;
}

// Debian has most of them where only root looks.
const alsoIn = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** The program of that name, or `undefined` where it is not installed. */
export function findProxy(name: ProxyName): InstalledProxy | undefined {
  const program = programs[name];
  for (const folder of folders()) {
    for (const command of program.commands) {
      const installed = ask(program, join(folder, command));
      if (installed) return installed;
    }
  }
  return undefined;
}

/** What it is called in a text, such as "nginx 1.22.1 (Debian)". */
export function titleOf({ program, version, builder }: InstalledProxy): string {
  return `${program.title} ${version}${builder && ` (${builder})`}`;
}

/** How to get the program: one sentence. */
export function howToInstall(name: ProxyName): string {
  const { title, package: debian, service } = programs[name];
  const install = `${title} is not installed: on Debian or Ubuntu, type "sudo apt install ${debian}"`;
  if (!service) return `${install}.`;
  const [unit, port] = service;
  return `${install}, then "sudo systemctl disable --now ${unit}", as it also starts there as a service, on port ${port}.`;
}

/** PATH without what depends on where one stands. */
function folders(): string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  return [...new Set([...path.filter(isAbsolute), ...alsoIn])];
}

function ask(program: ProxyProgram, path: string): InstalledProxy | undefined {
  if (!isProgram(path)) return undefined;
  const { stdout, stderr } = spawnSync(path, [program.versionArgument], {
    encoding: 'utf8',
    timeout: 5_000,
  });
  const words = `${stdout}${stderr}`;
  const version = program.version.exec(words)?.[1];
  if (!version) return undefined;
  return { program, path, version, builder: builderOf(program, path, words) };
}

/** Whether it is an executable file, and no script of that name. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    const start = Buffer.alloc(2);
    readSync(file, start);
    closeSync(file);
    return start.toString() !== '#!';
  } catch {
    return false;
  }
}

/** Debian's and Ubuntu's own words, or whose package manager knows the file. */
function builderOf(program: ProxyProgram, path: string, words: string): string {
  const said = /\((Debian|Ubuntu)\)|\+(deb)\d+u|ubuntu/.exec(words);
  if (said) return said[1] ?? (said[2] ? 'Debian' : 'Ubuntu');
  try {
    const name = program.name === 'apache' ? 'apache2-bin' : program.package;
    const files = readFileSync(`/var/lib/dpkg/info/${name}.list`, 'utf8');
    const system = readFileSync('/etc/os-release', 'utf8');
    // Where /sbin is /usr/sbin, a list knows the second only.
    if (!files.split('\n').includes(realpathSync(path))) return '';
    return /^NAME="?(\w+)/m.exec(system)?.[1] ?? '';
  } catch {
    return '';
  }
}
