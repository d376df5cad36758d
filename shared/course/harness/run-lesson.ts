/**
 * Runs a lesson: its server in a process of its own, started anew when a file is
 * saved; a tap in front of it, whose address stays; beside it the shell. What
 * takes long to load is loaded while the lesson's process starts.
 */
import { listen } from '@on-the-wire/system/listen.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import type { Crash, FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import type { ShellExercise } from '../shell/exercise.ts';
import type { Fault, Tap } from '@on-the-wire/tap/tap.ts';
import type { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { describeCrash } from './crash.ts';
import { LessonGroup } from './lesson-group.ts';
import { LessonServer } from './lesson-server.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { openInBrowser } from '@on-the-wire/browser/open-in-browser.ts';
import { findOrigins } from './origins.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { planProcesses, publicNames } from './plan-processes.ts';
import { defaultPort, findPorts, freePort } from '@on-the-wire/system/ports.ts';
import { prefixedLogger, type Terminal } from '@on-the-wire/system/terminal.ts';
import { watchLesson } from './watch.ts';

export interface RunOptions {
  /** The shell's port; the lesson's is the next one. Without it: a free one. */
  port?: number;
  /** Run smallest.ts, which needs no shell. */
  smallest?: boolean;
  /** Flags for the Node of the lesson's process, such as `--inspect`. */
  flags?: string[];
  /** Open the shell in a browser, where there is one. */
  open?: boolean;
  /** ms until a process that runs and does not listen is called crashed. */
  timeoutMs?: number;
  /** Print the units of the lesson's connections; `bytes`: their bytes too. */
  wire?: 'lines' | 'bytes';
  /** How the network fails from the start. */
  faults?: readonly Fault[];
  /** What is random about the faults follows from it. */
  seed?: number;
  /** Another file to run than server.ts, inside the lesson's folder. */
  file?: string;
  /** What is being done: its task and its verdicts stand in the shell. */
  exercise?: ShellExercise;
  /** Where all output goes. */
  terminal?: Terminal;
}

export interface RunningLesson {
  /** Where the shell is. There is none beside smallest.ts. */
  shellUrl?: string;
  /** Where the lesson itself is. It stays the same when the server restarts. */
  lessonUrl: string;
  /** Where its further addresses are, by their names. */
  otherUrls: Record<string, string>;
  server: LessonServer | LessonGroup;
  /** What all of the lesson's connections go through. */
  tap: Tap;
  /** The lines of the wire; there are none beside smallest.ts. */
  log?: WireLog;
  /** Ends the lesson's process, the shell and the watch. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Runs a lesson until `stop()` is called. Resolves when it has been started and
 * its addresses are printed; `server` tells when it is ready.
 *
 * @throws UsageError (1) if the lesson lacks the file or a port is in use
 */
export async function runLesson(
  lesson: FoundLesson,
  {
    port,
    smallest = false,
    flags = [],
    open = false,
    timeoutMs = 30_000,
    wire,
    faults = [],
    seed,
    file = smallest ? 'smallest.ts' : 'server.ts',
    exercise,
    terminal = process,
  }: RunOptions = {},
): Promise<RunningLesson> {
  const { name, folder } = lesson;
  const { tls = false, addresses: others = [] } = lesson.manifest;
  if (!existsSync(join(folder, file))) {
    const start = `The lesson "${name}" cannot be started`;
    throw new UsageError(`${start}: there is no ${file} in ${folder}.`, 1);
  }
  const isGroup = !smallest && lesson.manifest.processes !== undefined;
  // Of the pages that browsers call the first is the lesson's.
  const further = isGroup ? publicNames(lesson).slice(1) : others;
  const count = 2 + further.length;
  const shellPort = await findPorts(port, defaultPort, count);
  const lessonPort = shellPort + 1;
  const urlOf = (at: number) => `http${tls ? 's' : ''}://127.0.0.1:${at}/`;
  const lessonUrl = urlOf(lessonPort);
  const plan = isGroup ? await planProcesses(lesson, lessonPort) : undefined;
  for (const each of plan?.processes ?? []) {
    if (existsSync(join(folder, each.file))) continue;
    const why = `there is no ${each.file} in ${folder} for "${each.name}"`;
    throw new UsageError(`The lesson "${name}" cannot be started: ${why}.`, 1);
  }
  const serverPort = plan ? plan.links[0]!.target.port : await freePort();
  // Where the page is, or the pages: a further address has another.
  const pages = isGroup ? 1 + further.length : 1;
  const origins = findOrigins(lessonPort, pages, tls);
  const furtherAddresses = await Promise.all(
    further.map(async (other, index) => ({
      name: other,
      port: plan?.links[1 + index]!.target.port ?? (await freePort()),
      publicPort: lessonPort + 1 + index,
      url: urlOf(lessonPort + 1 + index),
    })),
  );
  const certificate = tls ? await findCertificate() : undefined;
  const names = plan ? plan.processes.map((each) => each.name) : [name];
  const width = Math.max(...names.map((each) => each.length), 'lesson'.length);
  const sayFrom = (process: string) =>
    prefixedLogger(process, width, 'cyan', terminal);
  const say = prefixedLogger('lesson', width, 'magenta', terminal);
  const onCrash = (process: string, crash: Crash) => {
    for (const line of describeCrash(crash, folder))
      sayFrom(process)(line, 'stderr');
    say('Waiting for the next save', 'stderr');
  };
  const onRestarted = (files: string[], ms: number) =>
    say(`${files.join(', ')} saved: restarted in ${Math.round(ms)} ms`);
  const server = makeServer();

  // First the watch, which reads the files, then the process that does: what is
  // saved in between restarts it once too often, never once too little.
  const watch = watchLesson(
    folder,
    (saved) => {
      server.save(saved);
      if (smallest) return;
      for (const what of ['page', 'tutorial'] as const)
        if (saved[what].length > 0) say(`${saved[what].join(', ')} saved`);
    },
    (error) => say(`Saves are not noticed: ${error}`, 'stderr'),
  );
  server.start();

  const closing: (() => unknown)[] = [() => server.stop(), () => watch.close()];
  let stopped: Promise<unknown> | undefined;
  const stop = async () => {
    stopped ??= Promise.all(closing.map((close) => close()));
    await stopped;
  };
  let tap: Tap;
  let log: WireLog | undefined;
  try {
    tap = await startTap();
    if (!smallest) await startShell();
  } catch (error) {
    await stop();
    const why = (error as Error).message;
    throw new UsageError(`The lesson cannot be served: ${why}`, 1);
  }
  const shellUrl = smallest ? undefined : `http://127.0.0.1:${shellPort}/`;
  terminal.stdout.write(`${addresses().join('\n')}\n`);
  if (open && shellUrl) void openInBrowser(shellUrl, certificate?.spki);

  return {
    ...(shellUrl && { shellUrl }),
    lessonUrl,
    otherUrls: Object.fromEntries(
      furtherAddresses.map((address) => [address.name, address.url]),
    ),
    server,
    tap,
    ...(log && { log }),
    stop,
  };

  function makeServer(): LessonServer | LessonGroup {
    const settings = { folder, flags, timeoutMs };
    const environment = { ORIGINS: origins.join() };
    if (plan) {
      const processes = plan.processes.map((each) => ({
        ...each,
        environment: { ...each.environment, ...environment },
      }));
      return new LessonGroup(processes, settings)
        .on('line', (from, line, to) => sayFrom(from)(line, to))
        .on('crash', onCrash)
        .on('restarted', onRestarted);
    }
    return new LessonServer({
      ...settings,
      file,
      port: serverPort,
      addresses: furtherAddresses,
      environment,
    })
      .on('line', sayFrom(name))
      .on('crash', (crash) => onCrash(name, crash))
      .on('restarted', onRestarted);
  }

  async function findCertificate() {
    const { localCertificate } =
      await import('@on-the-wire/system/certificates/certificates.ts');
    return localCertificate();
  }

  async function startTap() {
    const { createTap } = await import('@on-the-wire/tap/tap.ts');
    const [first, ...links] = plan?.links ?? [];
    const created = createTap({
      target: { host: '127.0.0.1', port: serverPort },
      ...(first && { link: first.name }),
      ...(certificate && { tls: certificate }),
      ...(seed !== undefined && { seed }),
    });
    closing.push(() => created.close());
    const { LiveUnits } =
      await import('@on-the-wire/viewer/live/live-units.ts');
    const { keepMemorySmall } =
      await import('@on-the-wire/viewer/live/small-memory.ts');
    keepMemorySmall();
    const spoken = links.flatMap(({ name: link, protocol }) =>
      protocol ? [[link, protocol] as const] : [],
    );
    const units = new LiveUnits(created, Object.fromEntries(spoken));
    if (!smallest) {
      const { WireLog } = await import('@on-the-wire/viewer/live/log.ts');
      log = new WireLog(created.recording, units);
    }
    if (wire) {
      const { printCounts, printWire } =
        await import('@on-the-wire/viewer/live/print-wire.ts');
      const sayWire = prefixedLogger('wire', width, 'yellow', terminal);
      printWire(created, units, wire, sayWire);
      closing.push(() => printCounts(units, sayWire));
    }
    await created.listen(lessonPort);
    for (const link of links)
      await created.listenFor(link.target, link.port, link.name);
    if (!plan)
      for (const { port: behind, publicPort } of furtherAddresses)
        await created.listenFor(
          { host: '127.0.0.1', port: behind },
          publicPort,
        );
    // Not before: a fault may name a link.
    created.setFaults(faults);
    if (certificate) {
      const { followRefused } = await import('./refused.ts');
      followRefused(created, (refused) => server.state.set({ refused }));
      let before = server.state.current.status;
      server.state.on('change', ({ status }) => {
        const isNew = status !== before;
        before = status;
        // Who is gone again by then is asked by the first client.
        if (isNew && status === 'ready')
          created.learnProtocols().catch(() => {});
      });
    }
    return created;
  }

  async function startShell() {
    const { createShell } = await import('../shell/server.ts');
    const { state } = server;
    const created = createShell({
      lesson,
      lessonUrl,
      log: log!,
      state,
      tap,
      exercise,
    });
    closing.push(() => created.close());
    await listen(created.server, shellPort);
  }

  function addresses(): string[] {
    const bold = (text: string) =>
      styleText('bold', text, { stream: terminal.stdout });
    const { title, question } = lesson.manifest;
    const lines = ['', `  ${bold(title)}`, `  ${question}`, ''];
    if (shellUrl) {
      lines.push(`  Lesson   ${bold(shellUrl)}`, `  Page     ${lessonUrl}`);
    } else {
      // curl does not know the certificate of this machine.
      const curl = tls ? 'curl -N -i -k' : 'curl -N -i';
      lines.push(`  Running  ${file}, at ${lessonUrl}`);
      lines.push(`  Try      ${curl} ${lessonUrl}`);
    }
    for (const { name: other, url } of furtherAddresses)
      lines.push(`  Also     ${url} (${other})`);
    for (const note of plan?.notes ?? []) lines.push(`  Note     ${note}`);
    const ssh = sshForwarding([
      ...(shellUrl ? [shellPort] : []),
      lessonPort,
      ...furtherAddresses.map(({ publicPort }) => publicPort),
    ]);
    if (ssh) lines.push(`  Over ssh ${ssh}`);
    lines.push('  Stop     Ctrl+C', '');
    if (port === undefined && shellPort !== defaultPort) {
      const usual = defaultPort + 1;
      const ports =
        count === 2
          ? `Port ${defaultPort} or ${usual}`
          : `One of the ports ${defaultPort} to ${usual + others.length}`;
      lines.push(
        `  ${ports} is in use: ` +
          `where README.md says ${usual}, take ${lessonPort}.`,
        '',
      );
    }
    return lines;
  }
}
