/** `pnpm exercise [name]`: lists the exercises, or lets one be done. */
import {
  findExercise,
  findExercises,
  type FoundExercise,
} from '@on-the-wire/course/exercise/exercises.ts';
import { describeList } from '@on-the-wire/course/exercise/terminal/list.ts';
import { readProgress } from '@on-the-wire/course/exercise/progress.ts';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { parsePort } from '@on-the-wire/system/ports.ts';
import {
  allowedHost,
  parseSeed,
  runVerb,
  verb,
} from '@on-the-wire/course/harness/verb.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

interface Flags {
  open: boolean;
  port?: number;
  check?: true;
  checkAll?: true;
  solution?: true;
  reset?: true;
  mine?: string;
  try?: string;
  write?: string;
  seed?: number;
}

const say = (text: string) => void process.stdout.write(text);

/** What a flag asks for; without one the learner does the exercise. */
async function one(exercise: FoundExercise, flags: Flags): Promise<void> {
  const once =
    await import('@on-the-wire/course/exercise/terminal/commands.ts');
  if (flags.solution) return say(once.showSolution(exercise));
  if (flags.reset) {
    const { resetCopy } =
      await import('@on-the-wire/course/exercise/workspace.ts');
    const kept = resetCopy(exercise);
    say(`Started over: ${exercise.copy}\n`);
    return say(kept ? `Your file so far: ${kept}\n` : '');
  }
  if (flags.write) {
    const { writeAnswer } =
      await import('@on-the-wire/course/exercise/answers/try-answer.ts');
    return say(writeAnswer(exercise, flags.write));
  }
  if (flags.check || flags.try) {
    const passed = await once.checkOnce(exercise, flags.try, flags.seed);
    process.exitCode = passed ? 0 : 1;
    return undefined;
  }
  const { doExercises } =
    await import('@on-the-wire/course/exercise/terminal/loop.ts');
  const { createCourse } = await import('@on-the-wire/home/course.ts');
  const { open, port, seed } = flags;
  const around = createCourse();
  await doExercises(exercise, {
    open,
    around,
    ...(port && { port }),
    ...(seed !== undefined && { seed }),
  });
  return around.stop();
}

/** Runs a lesson with the learner's own files. */
async function runOwn(name: string, { open, port }: Flags): Promise<void> {
  const { runMine, watchMine } =
    await import('@on-the-wire/course/exercise/mine.ts');
  const { runUntilStopped } =
    await import('@on-the-wire/course/harness/run-until-stopped.ts');
  const lesson = findLesson(name);
  const all = findExercises().filter((each) => each.lesson.name === name);
  const mine = runMine(lesson, all);
  if (!mine)
    throw new UsageError(
      `The exercises of "${name}" do not make up the whole lesson. ` +
        `Run ours: ${pnpm} lesson ${name}.`,
      2,
    );
  for (const exercise of all) {
    const isTheirs = mine.theirs.includes(exercise);
    say(
      `  ${isTheirs ? 'yours' : 'ours '}  ${exercise.id} ${exercise.title}\n`,
    );
  }
  const { file, flags, env } = mine;
  Object.assign(process.env, env); // the lesson's process inherits it
  const { createCourse } = await import('@on-the-wire/home/course.ts');
  await runUntilStopped(async () => {
    const course = createCourse();
    await course.runLesson(lesson, {
      open,
      file,
      flags,
      also: watchMine(lesson, all),
      ...(port && { port }),
    });
    return course;
  });
}

const program = verb('exercise')
  .description('Lists the exercises; with a name, lets you do that one.')
  .argument('[name...]', 'the exercise: sse/2, sse 2, or its name')
  .option(
    '--check',
    'check your copy once; the exit code is 0 if it passes, else 1',
  )
  .option('--check-all', 'check all exercises that you have begun')
  .option('--solution', 'print the solution')
  .option('--reset', 'start over; your file so far is kept beside the new one')
  .option('--mine <lesson>', 'run a lesson with your files in place of ours')
  .option(
    '--try <answer>',
    'check an answer of its answers.md, or a file: lf-only, ./mine.ts',
  )
  .option('--write <answer>', 'write such an answer to a file, beside your own')
  .option(
    '--seed <n>',
    'check with the data of an earlier verdict, which names it',
    parseSeed,
  )
  .option('--no-open', 'do not open a browser')
  .option(
    '--port <port>',
    'the port of the task; the page gets the next one',
    parsePort,
  )
  .option(...allowedHost)
  .action(async (words: string[], flags: Flags) => {
    if (flags.mine) return runOwn(flags.mine, flags);
    if (flags.checkAll) {
      const { checkAll } =
        await import('@on-the-wire/course/exercise/terminal/commands.ts');
      process.exitCode = (await checkAll(findExercises(), flags.seed)) ? 0 : 1;
      return undefined;
    }
    if (words.length === 0 && flags.seed !== undefined)
      throw new UsageError(
        '--seed repeats the check of one exercise: name it, such as ' +
          `${pnpm} exercise sse/1 --seed ${flags.seed}`,
        2,
      );
    if (words.length > 0) return one(findExercise(words), flags);
    const progress = readProgress(undefined, (text) => say(`${text}\n`));
    return say(describeList(findExercises(), progress));
  });

await runVerb(program);
