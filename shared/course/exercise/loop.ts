/** A learner at the keyboard: checks after each save, until they go on. */
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { emitKeypressEvents, type Key } from 'node:readline';
import { styleText } from 'node:util';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { runLesson } from '../harness/run-lesson.ts';
import { watchLesson } from '../harness/watch.ts';
import { describeVerdict } from './describe.ts';
import { findExercises, type FoundExercise } from './exercises.ts';
import { describeList } from './list.ts';
import { runMine } from './mine.ts';
import { readProgress } from './progress.ts';
import { Session } from './session.ts';
import { terminalLines } from './terminal-text.ts';
import { ExerciseView } from './view.ts';

export interface LoopOptions {
  /** The shell's port. */
  port?: number;
  /** Open the shell in a browser, where there is one. */
  open: boolean;
  exercises?: FoundExercise[];
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
  const session = new Session(exercise);
  const at = exercises.findIndex(({ id }) => id === exercise.id);
  const following = exercises[at + 1];
  const paint = (style: 'bold' | 'gray' | 'yellow', text: string) =>
    styleText(style, text, { stream: stdout });

  let leave!: (next: FoundExercise | undefined) => void;
  const left = new Promise<FoundExercise | undefined>((resolve) => {
    leave = resolve;
  });
  const goOn = () => leave(following);
  const view = new ExerciseView({
    session,
    next: following?.id,
    onNext: goOn,
  });
  const mine = runMine(exercise.lesson, [exercise]);
  const running = await runLesson(exercise.lesson, {
    ...options,
    ...(mine && { file: mine.file, flags: mine.flags }),
    exercise: view,
    terminal: { stdout: nowhere(), stderr: nowhere() },
  });
  const { log, tap, lessonUrl, shellUrl } = running;
  if (log) {
    const connectionOf = (client: number) =>
      tap.recording
        .connections()
        .findLast(({ opened }) => opened.client.port === client)?.connection;
    view.wire = { log, connectionOf };
  }
  session.tap = tap;
  session.live = lessonUrl.replace(/\/$/, '');

  // ---- What is shown ----

  const folder = dirname(exercise.copy);
  const urls = [shellUrl, lessonUrl, ...Object.values(running.otherUrls)];
  const ssh = sshForwarding(urls.map((url) => Number(new URL(url!).port)));
  const { title, minutes } = exercise;
  const say = (...lines: string[]) => stdout.write(`${lines.join('\n')}\n`);
  const head = () => {
    say(
      '',
      `  ${paint('bold', `${exercise.id}  ${title}`)}  (${minutes} min)`,
      `  Task, page and wire  ${shellUrl ?? ''}`,
      `  Your file            ${exercise.shortCopy}`,
      ...(ssh === undefined ? [] : [`  Over ssh, there      ${ssh}`]),
      '',
    );
    if (session.notice) say(`  ${session.notice}`, '');
    session.notice = '';
  };
  const keys = () => {
    const next = following ? '  n next' : '';
    say(
      '',
      paint(
        'gray',
        `  Save to check again.  h hint  d solution  r reset${next}  l list  q quit`,
      ),
      '',
    );
  };
  const showVerdict = () => {
    const { verdict } = session;
    if (!verdict) return;
    if (stdout.isTTY) stdout.write('\u001b[2J\u001b[3J\u001b[H');
    head();
    const unit = view.unitOf(verdict.failure?.wire);
    const unitUrl =
      unit === undefined ? undefined : `${shellUrl ?? ''}#unit-${unit}`;
    const width = stdout.columns || 80;
    say(
      ...describeVerdict(exercise, verdict, { stream: stdout, width, unitUrl }),
    );
    if (verdict.passed) {
      say('', ...readable(session.task.after));
      if (following)
        say('', `  Next: ${following.id} ${following.title}. Press n.`);
    }
    keys();
  };
  const readable = (markdown: string) => {
    const width = (stdout.columns || 80) - 4;
    const { shellPort } = session;
    return terminalLines(markdown, { width, stream: stdout, shellPort }).map(
      (line) => line && `  ${line}`,
    );
  };
  const indented = (text: string) =>
    text.split('\n').map((line) => (line ? `  ${line}` : line));

  // ---- What is done ----

  let question: { text: string; yes: () => void } | undefined;
  const ask = (text: string, yes: () => void) => {
    question = { text, yes };
    say(paint('yellow', `  ${text} Press y, or any other key for no.`));
  };
  const actions: Record<string, () => void> = {
    h() {
      session.hint();
      const { hints, task } = session;
      say(`  Hint ${hints} of ${task.hints.length}:`, '');
      say(...readable(task.hints[hints - 1] ?? ''), '');
    },
    d() {
      const show = () => say('', ...indented(session.diff()));
      if (session.passed) show();
      else ask('It has not passed yet. See the solution all the same?', show);
    },
    r() {
      ask('Begin anew? Your file so far is kept beside it.', () => {
        session.reset();
        say(`  ${session.notice}`);
      });
    },
    n: goOn,
    l: () => stdout.write(describeList(exercises, readProgress())),
    q: () => leave(undefined),
  };
  const onKey = (typed: string | undefined, key: Key) => {
    if (key.ctrl && (key.name === 'c' || key.name === 'd'))
      return leave(undefined);
    if (question) {
      const { yes } = question;
      question = undefined;
      return typed === 'y' ? yes() : say('  Then not.');
    }
    return actions[(typed ?? '').toLowerCase()]?.();
  };
  /** What cannot be read or written is said, and the loop goes on. */
  const onKeypress = (typed: string | undefined, key: Key) => {
    try {
      onKey(typed, key);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      say(`  ${error.message}`);
    }
  };

  const watch = watchLesson(
    folder,
    () => {
      // The page's own server runs the learner's file, too.
      if (mine)
        running.server.save({
          server: ['exercise.ts'],
          page: [],
          tutorial: [],
        });
      void session.check();
    },
    (error) => say(`  Saves are not noticed: ${String(error)}`),
  );
  let wasChecking = false;
  const onChange = () => {
    if (wasChecking && !session.checking) showVerdict();
    wasChecking = session.checking;
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

  head();
  say('  Checking …');
  void session.check();
  const next = await left;

  for (const signal of signals) process.off(signal, onSignal);
  stdout.off('error', onSignal);
  session.off('change', onChange);
  if (stdin.isTTY) {
    stdin.off('keypress', onKeypress).pause();
    stdin.setRawMode(false);
  }
  await Promise.all([watch.close(), running.stop(), session.close()]);
  return next;
}

/** Takes what a lesson's run prints: here the loop speaks. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
