/** `pnpm lesson [name]`: shows all lessons, or runs one. */
import {
  describeLessons,
  findLesson,
  findLessons,
  namesOfLessons,
} from '@on-the-wire/course/harness/lessons.ts';
import { parsePort } from '@on-the-wire/system/ports.ts';
import { runUntilStopped } from '@on-the-wire/course/harness/run-until-stopped.ts';
import {
  allowedHost,
  collect,
  parseSeed,
  readFaults,
  runVerb,
  verb,
} from '@on-the-wire/course/harness/verb.ts';
import type { BehindChoice } from '@on-the-wire/course/behind/choice.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { InvalidArgumentError, Option } from 'commander';

interface Flags {
  open: boolean;
  smallest?: true;
  inspect?: number;
  port?: number;
  wire?: 'lines' | 'bytes';
  fault?: string[];
  seed?: number;
  behind?: string;
  drain?: number;
  tls?: true;
  allowedHost?: string;
  find?: string[];
}

/** What the texts, terms, faults, fields and claims say of some words. */
async function find(words: string[]): Promise<void> {
  const { createSearch } = await import('@on-the-wire/home/search/search.ts');
  const { findInTerminal } =
    await import('@on-the-wire/home/search/in-terminal.ts');
  const { text, found } = findInTerminal(
    createSearch(),
    words.join(' '),
    process.stdout,
  );
  (found ? process.stdout : process.stderr).write(text);
  process.exitCode = found ? 0 : 1;
}

/** @throws UsageError (2) for what makes no sense, (1) for what is not there */
async function readBehind(
  lesson: ReturnType<typeof findLesson>,
  { behind, tls, smallest }: Flags,
): Promise<BehindChoice | undefined> {
  if (behind === undefined) {
    if (!tls) return undefined;
    throw new UsageError(
      'With --tls a proxy ends TLS before the lesson: name one with --behind.',
      2,
    );
  }
  const { chooseProxy } = await import('@on-the-wire/course/behind/choice.ts');
  return chooseProxy(lesson, behind, {
    tls: tls === true,
    smallest: smallest === true,
  });
}

/** Reads ms: `5s`, or `500ms`. */
function parseDrain(text: string): number {
  const [, number, unit] = /^(\d{1,6})(ms|s)$/.exec(text) ?? [];
  const ms = Number(number) * (unit === 's' ? 1_000 : 1);
  if (ms <= 600_000) return ms;
  throw new InvalidArgumentError('Expected a time up to 600s, such as 5s.');
}

/** @throws UsageError (2) for a lesson whose server does not drain */
function mayDrain(
  { name, manifest }: ReturnType<typeof findLesson>,
  { smallest }: Flags,
): void {
  if (manifest.drains && !smallest) return;
  const names = findLessons()
    .filter((each) => each.manifest.drains)
    .map((each) => each.name);
  throw new UsageError(
    `${smallest ? 'smallest.ts' : `The lesson "${name}"`} does not drain: ` +
      `--drain is for ${names.join(' and ')}.`,
    2,
  );
}

/** The list; and where somebody sits before it, the page with all of them. */
async function home({ open, port }: Flags): Promise<void> {
  const lessons = findLessons();
  process.stdout.write(describeLessons(lessons));
  const { readKnown, whereStopped } =
    await import('@on-the-wire/course/way/standing.ts');
  const { stopInTerminal } =
    await import('@on-the-wire/course/way/in-terminal.ts');
  const stop = whereStopped(readKnown(lessons));
  if (stop) process.stdout.write(stopInTerminal(stop));
  if (!process.stdout.isTTY && port === undefined) return;
  await runUntilStopped(async () => {
    const { createCourse } = await import('@on-the-wire/home/course.ts');
    const course = createCourse();
    await course.runHome({ open, ...(port && { port }) });
    return course;
  });
}

const program = verb('lesson')
  .description(
    'Opens the home page of all lessons; with a name, runs that lesson.',
  )
  .argument('[name]', `the lesson: ${namesOfLessons().join(', ')}`)
  .option('--no-open', 'do not open a browser')
  .option('--smallest', 'run smallest.ts instead of server.ts')
  .option(
    '--inspect [port]',
    'let a debugger connect: --inspect=9229',
    parsePort,
  )
  .option(
    '--port <port>',
    'the port of the tutorial or the home page; the lesson gets the next one',
    parsePort,
  )
  .addOption(
    new Option(
      '--wire [what]',
      'print the units on the wire, or their bytes as well',
    )
      .choices(['lines', 'bytes'])
      .preset('lines'),
  )
  .option(
    '--fault <fault>',
    'let the network fail: latency=300~50, down@a-b, …',
    collect,
  )
  .option(
    '--find <words...>',
    'search tutorials, exercises, terms, faults, fields and claims',
  )
  .option(
    '--drain <time>',
    'drain so long before each restart, and lose nothing: 5s',
    parseDrain,
  )
  .option('--seed <n>', 'the same seed gives the same faults', parseSeed)
  .option(
    '--behind <proxy>',
    'put a proxy before the lesson: nginx, haproxy, caddy, apache, varnish ' +
      'or nghttpx; your lines for it are in workspace/behind/ of the lesson',
  )
  .option('--tls', 'with --behind: the proxy ends TLS, and speaks HTTP/2')
  .option(...allowedHost)
  .action(async (name: string | undefined, flags: Flags) => {
    if (flags.find) return find(flags.find);
    const {
      inspect,
      fault,
      find: _,
      behind: __,
      tls,
      drain: drainMs,
      allowedHost: ___,
      ...options
    } = flags;
    if (name === undefined && (flags.behind !== undefined || tls))
      throw new UsageError(
        'A proxy stands before one lesson: name it, such as ' +
          `${pnpm} lesson sse --behind nginx.`,
        2,
      );
    if (name === undefined && drainMs !== undefined)
      throw new UsageError(
        `One lesson drains: name it, such as ${pnpm} lesson sse --drain 5s.`,
        2,
      );
    if (name === undefined) return home(flags);
    const faults = fault && (await readFaults(fault));
    const lesson = findLesson(name);
    if (drainMs !== undefined) mayDrain(lesson, flags);
    const behind = await readBehind(lesson, flags);
    await runUntilStopped(async () => {
      const { createCourse } = await import('@on-the-wire/home/course.ts');
      const course = createCourse();
      await course.runLesson(lesson, {
        ...options,
        ...(faults && { faults }),
        ...(behind && { behind }),
        ...(drainMs !== undefined && { drainMs }),
        flags: inspect ? [`--inspect=${inspect}`] : [],
      });
      return course;
    });
  });

// As Node has it, a port follows only an equals sign: what follows a space
// may be the lesson's name.
const words = process.argv
  .slice(2)
  .map(
    (word) =>
      ({ '--inspect': '--inspect=9229', '--wire': '--wire=lines' })[word] ??
      word,
  );
await runVerb(program, words);
