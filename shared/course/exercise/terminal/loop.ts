/** A learner at the keyboard: checks after each save, until they go on. */
import { emitKeypressEvents } from 'node:readline';
import { findExercises, type FoundExercise } from '../exercises.ts';
import type { AroundShell } from '../../shell/around.ts';
import { openQuestion } from '../../shell/consent.ts';
import { createKeys } from './keys.ts';
import { describeList } from './list.ts';
import { readProgress } from '../progress.ts';
import { runExercise } from '../run-exercise.ts';
import { createScreen } from './screen.ts';

/** What is done, and where it is shown. */
export interface LoopOptions {
  /** The shell's port. */
  port?: number;
  /** Open the shell in a browser, where there is one. */
  open: boolean;
  exercises?: FoundExercise[];
  /** What checks draw their data from; without it another each time. */
  seed?: number;
  /** What the shell's links to other lessons start. */
  around?: AroundShell;
}

/** What the loop draws on: the process's own streams. */
export interface Console {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
}

/**
 * Lets a learner do an exercise, and those that they go on to. Resolves when
 * they leave.
 *
 * @throws UsageError as `runLesson` does, and where the copy cannot be made
 */
export async function doExercises(
  first: FoundExercise,
  options: LoopOptions,
  console: Console = process,
): Promise<void> {
  let exercise: FoundExercise | undefined = first;
  let { open } = options;
  while (exercise) {
    exercise = await doOne(exercise, { ...options, open }, console);
    open = false; // The page is open: it finds its way to the next one.
  }
}

/** @returns the exercise to go on to; `undefined` to leave */
async function doOne(
  exercise: FoundExercise,
  { exercises = findExercises(), ...options }: LoopOptions,
  { stdin, stdout }: Console,
): Promise<FoundExercise | undefined> {
  const at = exercises.findIndex(({ id }) => id === exercise.id);
  const following = exercises[at + 1];

  let leave!: (next: FoundExercise | undefined) => void;
  const left = new Promise<FoundExercise | undefined>((resolve) => {
    leave = resolve;
  });
  const started = await runExercise(exercise, {
    ...options,
    following,
    onNext: () => leave(following),
    onUnwatched: (why) => screen.say(`  Saved files are not noticed: ${why}`),
  });
  const { session, view, running } = started;
  const forget = options.around?.adopt(exercise.id, running.shellUrl!);
  const screen = createScreen({
    exercise,
    following,
    session,
    view,
    running,
    stdout,
  });
  const list = () => stdout.write(describeList(exercises, readProgress()));
  const onKeypress = createKeys({ session, screen, following, list, leave });
  let wasChecking = false;
  const onChange = () => {
    if (session.checking) screen.showChecking();
    if (wasChecking && !session.checking) screen.showVerdict();
    wasChecking = session.checking;
    // The screen was cleared, and somebody waits for the answer.
    const asked = openQuestion();
    if (asked !== undefined) screen.say(asked);
  };
  session.on('change', onChange);
  if (stdin.isTTY) {
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on('keypress', onKeypress).resume();
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = () => leave(undefined);
  for (const signal of signals) process.on(signal, onSignal);
  stdout.on('error', onSignal);

  void session.check();
  const next = await left;

  for (const signal of signals) process.off(signal, onSignal);
  stdout.off('error', onSignal);
  session.off('change', onChange);
  if (stdin.isTTY) {
    stdin.off('keypress', onKeypress).pause();
    stdin.setRawMode(false);
  }
  await started.stop();
  forget?.();
  return next;
}
