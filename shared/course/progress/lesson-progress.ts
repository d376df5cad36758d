/**
 * How far the learner is in each lesson: the place, the guesses, the actions
 * that were done. It stands in the file that the exercises have, each lesson
 * under its name, which an exercise's id (`sse/1`) never is.
 */
import { STEP_ID } from '../conditions/condition.ts';
import {
  changeProgress,
  progressFile,
  readProgress,
} from '../exercise/progress.ts';

/** What is known of one lesson. All times are ISO 8601, in UTC. */
export interface LessonProgress {
  /** The step at which the learner was last: `step-3`. */
  at?: string;
  /** When that was. */
  visited?: string;
  /** By the ids of the steps, those of side trips too: `step-2`. */
  steps: Record<string, StepProgress>;
}

/** What is known of one step. */
export interface StepProgress {
  /** What the learner expected, in the words of the guess. */
  guess?: string;
  /** When each action was done, in their order; those that have a condition. */
  actions?: string[];
  /** What the run has shown. */
  decided?: Decided;
  /** When *See* was opened, by hand or because the *Do* was done. */
  opened?: string;
  /** When the *Do* was done; or *See* was opened, where nothing can be ticked. */
  done?: string;
}

/** What a run has shown of a prediction. */
export interface Decided {
  /** The guess that is the right one, in its words. */
  guess: string;
  /** What decides: a unit or a number, in words. */
  by: string;
  /** Whether it is what the text says. */
  agrees: boolean;
  at: string;
}

const longest = 500; // characters of a text that is kept

/**
 * Reads what is known of the lessons. What does not fit, because a hand or
 * another version has written it, is left out.
 *
 * @returns by the lessons' names; a lesson that was never begun is missing
 * @throws UsageError (1) as `readProgress`
 */
export function readLessons(
  file = progressFile,
): Record<string, LessonProgress> {
  return Object.fromEntries(
    Object.entries(readProgress(file))
      .filter(([name]) => !name.includes('/'))
      .map(([name, value]) => [name, lessonOf(value)]),
  );
}

/**
 * Notes something of one lesson; see `changeProgress`.
 *
 * @param name of the lesson: `sse`
 * @param change gets what is known of it, and returns what shall be
 * @returns what is known from now on
 * @throws UsageError (1) where it cannot be written; then it is as before
 */
export function noteLesson(
  name: string,
  change: (before: LessonProgress) => LessonProgress,
  file = progressFile,
): LessonProgress {
  let after: LessonProgress = { steps: {} };
  changeProgress((progress) => {
    const all = progress as Record<string, unknown>;
    after = lessonOf(change(lessonOf(all[name])));
    all[name] = after;
  }, file);
  return after;
}

/**
 * Notes something of one step of a lesson; see `noteLesson`.
 *
 * @param step its id: `step-2`
 * @throws UsageError (1) where it cannot be written; then it is as before
 */
export function noteStep(
  name: string,
  step: string,
  change: (before: StepProgress) => StepProgress,
  file = progressFile,
): LessonProgress {
  return noteLesson(
    name,
    (lesson) => ({
      ...lesson,
      steps: { ...lesson.steps, [step]: change(lesson.steps[step] ?? {}) },
    }),
    file,
  );
}

function lessonOf(value: unknown): LessonProgress {
  const { at, visited, steps } = objectOf(value);
  return {
    ...(isStep(at) && { at }),
    ...(isTime(visited) && { visited }),
    steps: Object.fromEntries(
      Object.entries(objectOf(steps))
        .filter(([id]) => isStep(id))
        .map(([id, step]) => [id, stepOf(step)]),
    ),
  };
}

function stepOf(value: unknown): StepProgress {
  const { guess, actions, decided, opened, done } = objectOf(value);
  const shown = objectOf(decided);
  return {
    ...(isText(guess) && { guess }),
    ...(Array.isArray(actions) && { actions: actions.filter(isTime) }),
    ...(isText(shown['guess']) &&
      isText(shown['by']) &&
      isTime(shown['at']) && {
        decided: {
          guess: shown['guess'],
          by: shown['by'],
          agrees: shown['agrees'] === true,
          at: shown['at'],
        },
      }),
    ...(isTime(opened) && { opened }),
    ...(isTime(done) && { done }),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= longest;

const isStep = (value: unknown): value is string =>
  typeof value === 'string' && STEP_ID.test(value);

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{5,15}Z$/.test(value);
