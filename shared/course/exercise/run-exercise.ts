/**
 * Runs an exercise: its lesson with the learner's own file, the task in the
 * shell, and a check after each save. A terminal may stand beside it.
 */
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { runLesson, type RunningLesson } from '../harness/run-lesson.ts';
import { watchLesson } from '../harness/watch.ts';
import type { AroundShell } from '../shell/around.ts';
import type { Consent } from '../shell/consent.ts';
import type { FoundExercise } from './exercises.ts';
import { runMine } from './mine.ts';
import { Session } from './session.ts';
import { ExerciseView } from './view.ts';

/** How it is run. */
export interface RunExerciseOptions {
  /** The exercise that comes next. */
  following: FoundExercise | undefined;
  /** Called when the learner wants to go on to it. */
  onNext: () => void;
  /** Called where saved files are not noticed. */
  onUnwatched?: (why: string) => void;
  /** The shell's port; without it a free one. */
  port?: number;
  /** Open the shell in a browser, where there is one. */
  open?: boolean;
  /** What its checks draw their data from; without it another each time. */
  seed?: number;
  around?: AroundShell | undefined;
  /** Allows what came by a forwarder. */
  asking?: Consent | undefined;
}

/** An exercise that has been started. */
export interface RunningExercise {
  session: Session;
  view: ExerciseView;
  running: RunningLesson;
  /** Ends all of it. */
  stop(): Promise<void>;
}

/**
 * Runs it until `stop()` is called. Nothing is checked yet.
 *
 * @throws UsageError as `runLesson` does, and where the copy cannot be made
 */
export async function runExercise(
  exercise: FoundExercise,
  {
    following,
    onNext,
    onUnwatched = () => {},
    seed,
    ...options
  }: RunExerciseOptions,
): Promise<RunningExercise> {
  const session = new Session(exercise, undefined, seed);
  const view = new ExerciseView({ session, next: following?.id, onNext });
  const mine = runMine(exercise.lesson, [exercise]);
  Object.assign(process.env, mine?.env); // the lesson's process inherits it
  const running = await runLesson(exercise.lesson, {
    ...options,
    ...(mine && { file: mine.file, flags: mine.flags }),
    exercise: view,
    terminal: { stdout: nowhere(), stderr: nowhere() },
  });
  const { log, tap, lessonUrl } = running;
  if (log) {
    const connectionOf = (client: number) =>
      tap.recording
        .connections()
        .findLast(({ opened }) => opened.client.port === client)?.connection;
    view.wire = { log, connectionOf };
  }
  session.tap = tap;
  session.live = lessonUrl.replace(/\/$/, '');
  const watch = watchLesson(
    dirname(exercise.copy),
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
    (error) => onUnwatched(String(error)),
  );
  return {
    session,
    view,
    running,
    async stop() {
      await Promise.all([watch.close(), running.stop(), session.close()]);
    },
  };
}

/** Takes what a lesson's run prints: its shell says all that a learner needs. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
