/**
 * What it costs to begin: to start a lesson, to save a file, to clone the
 * course. Medians in one run, the variants taking turns.
 */
import { findPorts } from '@on-the-wire/system/ports.ts';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import {
  appendFile,
  cp,
  lstat,
  mkdtemp,
  readdir,
  rm,
  symlink,
} from 'node:fs/promises';
import { get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { runLesson } from '@on-the-wire/course/harness/run-lesson.ts';
import {
  spawn,
  spawnSync,
  type ChildProcess,
} from '@on-the-wire/system/programs/start.ts';
import type { Measurement } from './report.ts';
import { medianOf } from '../statistics.ts';

/** Two free ports are looked for from here on. */
const firstPort = 43_000;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const windows = process.platform === 'win32';
const lesson = 'sse';
const pollEvery = 5; // ms between two attempts to get a page

/** What to measure, and how often. */
export interface StartBenchOptions {
  /** How often each thing is measured. */
  times: number;
  /** Also fresh clones, which are installed from the registry. */
  clone?: boolean;
}

/**
 * Measures, and returns a row for each figure. All that it starts has ended
 * when it returns; everything is bounded in time.
 *
 * @param say gets a line for each measurement as it is made
 */
export async function measureStart(
  options: StartBenchOptions,
  say: (line: string) => void,
): Promise<Measurement[]> {
  const interrupt = () => process.exit(130);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  process.on('exit', clearAway);
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await measure(options, say);
  } finally {
    process.off('exit', clearAway);
    for (const signal of signals) process.off(signal, interrupt);
  }
}

async function measure(
  { times, clone = false }: StartBenchOptions,
  say: (line: string) => void,
): Promise<Measurement[]> {
  const rows: Measurement[] = [];
  const { lessons, servers } = await takeTurns(times, say, {
    lessons: startLesson,
    servers: startServer,
  });
  rows.push(
    { what: `pnpm lesson ${lesson}, until both pages respond`, ms: lessons },
    { what: `node lessons/${lesson}/server.ts, likewise`, ms: servers },
    {
      what: 'the first to the second',
      ratio: medianOf(lessons) / medianOf(servers),
      goal: 2.5,
    },
  );

  const saves = await inScratch((folder) => measureSaves(folder, times, say));
  rows.push({
    what: 'from a save until the new server responds',
    ms: saves,
    goal: 400,
  });

  if (clone) {
    const clones: number[] = [];
    const sizes: number[] = [];
    for (let turn = 1; turn <= times; turn += 1) {
      const { ms, megabytes } = await inScratch(startFreshClone);
      say(`fresh clone ${turn}: ${ms.toFixed(0)} ms, ${megabytes} MB`);
      clones.push(ms);
      sizes.push(megabytes);
    }
    rows.push(
      {
        what: 'fresh clone, until both pages respond',
        ms: clones,
        goal: 30_000,
      },
      { what: 'node_modules of it', megabytes: Math.max(...sizes), goal: 350 },
    );
  }

  return rows;
}

/** Measures each variant once, then each once more, and so on. */
async function takeTurns<Name extends string>(
  times: number,
  say: (line: string) => void,
  variants: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(variants) as Name[];
  const figures = Object.fromEntries(
    names.map((name) => [name, [] as number[]]),
  ) as Record<Name, number[]>;
  // The first turn only warms up: files are cached from then on.
  for (let turn = 0; turn <= times; turn += 1) {
    for (const name of names) {
      const figure = await variants[name]();
      say(`${name} ${turn || '(to warm up)'}: ${figure.toFixed(0)} ms`);
      if (turn > 0) figures[name].push(figure);
    }
  }
  return figures;
}

// --- A start ---

async function startLesson(): Promise<number> {
  const port = await findPorts(undefined, firstPort);
  const began = performance.now();
  const args = ['lesson', lesson, '--no-open', '--port', String(port)];
  const child = start('pnpm', args);
  return child.end(async () => {
    await responds(port, child.ended);
    await responds(port + 1, child.ended);
    return performance.now() - began;
  });
}

async function startServer(): Promise<number> {
  const port = await findPorts(undefined, firstPort);
  const began = performance.now();
  const args = ['exec', 'node', `lessons/${lesson}/server.ts`];
  const child = start('pnpm', args, { env: { PORT: String(port) } });
  return child.end(async () => {
    await responds(port, child.ended);
    return performance.now() - began;
  });
}

// --- A save ---

/** Saves a copy of the lesson, so that the real one is never touched. */
async function measureSaves(
  folder: string,
  times: number,
  say: (line: string) => void,
): Promise<number[]> {
  const found = findLesson(lesson);
  const packages = join(found.folder, 'node_modules');
  await cp(found.folder, folder, {
    recursive: true,
    filter: (path) => path !== packages,
  });
  await symlink(packages, join(folder, 'node_modules'), 'junction');
  const port = await findPorts(undefined, firstPort);
  const never = new AbortController().signal;
  const stdout = new PassThrough().resume();
  const running = await runLesson(
    { ...found, folder },
    { port, terminal: { stdout, stderr: stdout } },
  );
  const figures: number[] = [];
  try {
    await responds(port + 1, never);
    for (let turn = 0; turn <= times; turn += 1) {
      // A connection to the old server tells when that is gone.
      const old = connect({ port: port + 1, host: '127.0.0.1' });
      old.on('error', () => {});
      await once(old, 'connect');
      const gone = once(old.resume(), 'close', {
        signal: AbortSignal.timeout(10_000),
      });
      const began = performance.now();
      await appendFile(join(folder, 'server.ts'), `// saved ${turn}\n`);
      await gone;
      await responds(port + 1, never);
      const figure = performance.now() - began;
      say(`save ${turn || '(to warm up)'}: ${figure.toFixed(0)} ms`);
      if (turn > 0) figures.push(figure);
    }
  } finally {
    await running.stop();
  }
  return figures;
}

// --- A fresh clone ---

/** What was committed, with an empty home and an empty package store. */
async function startFreshClone(
  scratch: string,
): Promise<{ ms: number; megabytes: number }> {
  const tree = join(scratch, 'course');
  const git = start('git', ['clone', '--quiet', root, tree]);
  const { code, output } = await git.exit;
  if (code !== 0) throw new Error(`git clone ended with ${code}:\n${output}`);

  const port = await findPorts(undefined, firstPort);
  const began = performance.now();
  const args = ['-y', 'pnpm', 'lesson', lesson, '--no-open'];
  const child = start('npx', [...args, '--port', String(port)], {
    cwd: tree,
    env: { HOME: scratch, USERPROFILE: scratch, LOCALAPPDATA: scratch },
    timeoutMs: 300_000,
  });
  const ms = await child.end(async () => {
    await responds(port, child.ended);
    await responds(port + 1, child.ended);
    return performance.now() - began;
  });
  const bytes = await sizeOf(tree, (path) => path.includes('node_modules'));
  return { ms, megabytes: Math.round(bytes / 1_000_000) };
}

/** Bytes of the files below a folder, each counted once, however linked. */
async function sizeOf(
  folder: string,
  counts: (path: string) => boolean,
): Promise<number> {
  const sizes = new Map<number, number>(); // by inode
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || !counts(path)) continue;
    const { ino, size } = await lstat(path);
    sizes.set(ino, size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

// --- Processes and ports ---

interface Started {
  exit: Promise<{ code: number | null; output: string }>;
  /** Aborted when the process has ended. */
  ended: AbortSignal;
  /** Does something, then ends the process, whatever came of it. */
  end<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Starts a program as somebody at a terminal would, outside of this pnpm. */
function start(
  program: string,
  args: string[],
  {
    cwd = root,
    env = {},
    timeoutMs = 60_000,
  }: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Started {
  const child = spawn(program, args, {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !windows, // a group of its own: npx does not end what it started
    shell: windows, // npx and pnpm are scripts there
  });
  leftBehind.processes.add(child);
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (output += String(text)));
  const ended = new AbortController();
  const timer = setTimeout(() => stop(child), timeoutMs);
  const exit = new Promise<{ code: number | null; output: string }>(
    (resolve) => {
      const settle = (code: number | null) => {
        clearTimeout(timer);
        leftBehind.processes.delete(child);
        ended.abort(
          new Error(`${program} ${args.join(' ')} has ended:\n${output}`),
        );
        resolve({ code, output });
      };
      child.on('error', ({ message }) => {
        output += message;
        settle(null);
      });
      child.on('close', settle);
    },
  );
  return {
    exit,
    ended: ended.signal,
    async end(work) {
      try {
        return await work();
      } finally {
        stop(child);
        const force = setTimeout(stop, 5000, child, 'SIGKILL');
        await exit;
        clearTimeout(force);
      }
    },
  };
}

/** Ends a process and all that it started. */
function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  if (child.pid === undefined) return;
  try {
    if (windows) spawnSync('taskkill', ['/pid', `${child.pid}`, '/t', '/f']);
    else process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

/** What there is to clear away if this is interrupted. */
const leftBehind = {
  processes: new Set<ChildProcess>(),
  folders: new Set<string>(),
};

function clearAway(): void {
  for (const child of leftBehind.processes) stop(child, 'SIGKILL');
  for (const folder of leftBehind.folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Does something in an empty folder, which is gone afterwards. */
async function inScratch<Result>(
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  leftBehind.folders.add(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    leftBehind.folders.delete(folder);
  }
}

/** The environment without what this pnpm has put into it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(pnpm|xdg)_/i.test(name)),
  );
  const path = Object.keys(env).find((name) => /^path$/i.test(name)) ?? 'PATH';
  env[path] = (env[path] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules')))
    .join(delimiter);
  return env;
}

/** Resolves when a page is there; rejects when `ended` says that none will be. */
async function responds(port: number, ended: AbortSignal): Promise<void> {
  const giveUp = AbortSignal.any([ended, AbortSignal.timeout(300_000)]);
  while ((await statusOf(port)) !== 200) {
    giveUp.throwIfAborted();
    await after(pollEvery);
  }
}

function statusOf(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(
      { port, host: '127.0.0.1', agent: false, timeout: 5000 },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
        response.on('error', () => resolve(undefined));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

/** Two ports in a row that nobody listens on; returns the first. */
