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
  collect,
  parseSeed,
  readFaults,
  runVerb,
  verb,
} from '@on-the-wire/course/harness/verb.ts';
import { Option } from 'commander';

interface Flags {
  open: boolean;
  smallest?: true;
  inspect?: number;
  port?: number;
  wire?: 'lines' | 'bytes';
  fault?: string[];
  seed?: number;
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
  .option('--seed <n>', 'the same seed gives the same faults', parseSeed)
  .action(async (name: string | undefined, flags: Flags) => {
    if (flags.find) return find(flags.find);
    if (name === undefined) return home(flags);
    const { inspect, fault, find: _, ...options } = flags;
    const faults = fault && (await readFaults(fault));
    const lesson = findLesson(name);
    await runUntilStopped(async () => {
      const { createCourse } = await import('@on-the-wire/home/course.ts');
      const course = createCourse();
      await course.runLesson(lesson, {
        ...options,
        ...(faults && { faults }),
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
