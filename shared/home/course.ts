/**
 * All that runs of the course in this process: the home page, lessons,
 * exercises. What one of them asks for (home, another lesson) is started here,
 * and all of it ends together.
 */
import {
  findExercise,
  findExercises,
} from '@on-the-wire/course/exercise/exercises.ts';
import {
  findLesson,
  findLessons,
} from '@on-the-wire/course/harness/lessons.ts';
import type { RunOptions } from '@on-the-wire/course/harness/run-lesson.ts';
import type { AroundShell } from '@on-the-wire/course/shell/around.ts';
import type { Consent } from '@on-the-wire/course/shell/consent.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import type { Terminal } from '@on-the-wire/system/terminal.ts';
import type { RunningHome } from './run-home.ts';

/** The course, while something of it runs. */
export interface RunningCourse extends AroundShell {
  /**
   * Serves the home page. What it starts gets addresses of its own, so that
   * two lessons are two tabs.
   *
   * @param how.port of the page; without it the first that is free from 4400
   * @param how.open opens it in a browser, where there is one
   * @throws UsageError (1) if the port is in use
   */
  runHome(how?: { port?: number; open?: boolean }): Promise<RunningHome>;
  /**
   * Runs a lesson as it was asked for.
   *
   * @throws UsageError as `runLesson` does
   */
  runLesson(lesson: FoundLesson, options: RunOptions): Promise<string>;
  /** Ends what was started here. May be called twice. */
  stop(): Promise<void>;
}

/** What can be ended; and it can be where nothing has been started. */
interface Running {
  url: string;
  stop: () => Promise<unknown>;
}

/**
 * Makes a course of which nothing runs. What takes long to load is loaded when
 * it is asked for.
 *
 * @param terminal where lessons and home page print
 * @param asking allows what came by a forwarder; without it the terminal does
 */
export function createCourse(
  terminal: Terminal = process,
  asking?: Consent,
): RunningCourse {
  const running = new Map<string, Running>();
  let home: Promise<RunningHome> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;

  /** One after the other: two that start at once would find the same ports. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = last.then(() => {
      if (stopped) throw new Error('The course was stopped.');
      return act();
    });
    last = done.catch(() => {});
    return done;
  }

  const keep = (name: string, started: Running) => {
    running.set(name, started);
    return started.url;
  };

  async function startLesson(lesson: FoundLesson, options: RunOptions) {
    const { runLesson } =
      await import('@on-the-wire/course/harness/run-lesson.ts');
    const { shellUrl, lessonUrl, stop } = await runLesson(lesson, {
      terminal,
      asking,
      ...options,
      around: course,
    });
    return keep(lesson.name, { url: shellUrl ?? lessonUrl, stop });
  }

  /** @param port where the exercise before it was, whose tab shows this one */
  async function startExercise(id: string, port?: number): Promise<string> {
    const { runExercise } =
      await import('@on-the-wire/course/exercise/run-exercise.ts');
    const exercise = findExercise([id]);
    const all = findExercises();
    const following = all[all.findIndex((each) => each.id === exercise.id) + 1];
    const goOn = async () => {
      const before = running.get(id);
      if (!following || !before) return;
      running.delete(id);
      await before.stop();
      // Where it runs in another tab: from now on it is in this one.
      await running.get(following.id)?.stop();
      await startExercise(following.id, Number(new URL(before.url).port));
    };
    const started = await runExercise(exercise, {
      following,
      onNext: () => void inTurn(goOn).catch(tell),
      onUnwatched: (why) => tell(new Error(why)),
      around: course,
      asking,
      ...(port !== undefined && { port }),
    });
    void started.session.check();
    const url = started.running.shellUrl!;
    terminal.stdout.write(`  ${id} ${exercise.title}: ${url}\n`);
    return keep(id, { url, stop: started.stop });
  }

  const tell = (error: Error) =>
    void terminal.stderr.write(`${error.message}\n`);

  const course: RunningCourse = {
    running: () =>
      new Map([...running].map(([name, { url }]) => [name, url] as const)),
    adopt(name, url) {
      keep(name, { url, stop: async () => undefined });
      return () => void running.delete(name);
    },
    async home() {
      return (await course.runHome()).url;
    },
    runHome(how = {}) {
      home ??= (async () => {
        const { runHome } = await import('./run-home.ts');
        const options = { ...how, around: course, asking, terminal };
        return runHome(findLessons(), options);
      })();
      // A port that was in use may be free the next time.
      home.catch(() => (home = undefined));
      return home;
    },
    runLesson: (lesson, options) => inTurn(() => startLesson(lesson, options)),
    startLesson: (name) =>
      inTurn(
        async () =>
          running.get(name)?.url ?? (await startLesson(findLesson(name), {})),
      ),
    startExercise: (id) =>
      inTurn(async () => running.get(id)?.url ?? (await startExercise(id))),
    async stop() {
      stopped = true;
      await last;
      await Promise.all([
        home?.then(
          (page) => page.stop(),
          () => {},
        ),
        ...[...running.values()].map(({ stop }) => stop()),
      ]);
    },
  };
  return course;
}
