/** How far the learner is: in the course, in a lesson, and where they stopped. */
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { findExercises, type FoundExercise } from '../exercise/exercises.ts';
import { readProgress, type Progress } from '../exercise/progress.ts';
import { standingOf } from '../exercise/terminal/list.ts';
import {
  readLessons,
  type LessonProgress,
} from '../progress/lesson-progress.ts';
import { tutorialSteps, type TutorialStep } from './steps.ts';

/** What is known of a learner, and what it is about. */
export interface Known {
  lessons: FoundLesson[];
  /** Of these lessons. */
  exercises: FoundExercise[];
  /** What was noted of each exercise. */
  progress: Progress;
  /** What was noted of each lesson, by its name. */
  visits: Record<string, LessonProgress>;
}

/**
 * Reads it all.
 *
 * @param file where it was noted; a test's own
 * @throws UsageError (1) where the file can be neither read nor put aside
 */
export function readKnown(
  lessons: FoundLesson[],
  file?: string,
  exercises = findExercises(),
): Known {
  return {
    lessons,
    exercises: exercises.filter(({ lesson }) =>
      lessons.some(({ name }) => name === lesson.name),
    ),
    progress: readProgress(file),
    visits: readLessons(file),
  };
}

/** The exercises of one lesson, in order. */
export const exercisesOf = (
  { exercises }: Known,
  lesson: FoundLesson,
): FoundExercise[] =>
  exercises.filter((each) => each.lesson.name === lesson.name);

/** Where a learner stopped. */
export interface Stop {
  lesson: FoundLesson;
  /** The step of its tutorial; undefined where they only did an exercise. */
  step?: TutorialStep;
  /** The exercise that was begun, or that comes next; undefined: all are done. */
  exercise?: FoundExercise;
  /** Whether that exercise was begun. */
  begun: boolean;
  /** What they did last. */
  last: 'lesson' | 'exercise';
  /** When, as ISO 8601; undefined where nobody noted it. */
  when?: string;
}

/** Where the learner stopped; undefined where nothing was ever begun. */
export function whereStopped(known: Known): Stop | undefined {
  const { lessons, exercises, progress, visits } = known;
  const lesson = latest(lessons, ({ name }) => visits[name]?.visited);
  const exercise = latest(exercises, ({ id }) => progress[id]?.checked);
  const visited = (lesson && visits[lesson.name]?.visited) ?? '';
  const checked = (exercise && progress[exercise.id]?.checked) ?? '';
  // ISO 8601 in UTC sorts as text.
  const last = checked > visited ? 'exercise' : 'lesson';
  const where = last === 'exercise' ? exercise?.lesson : lesson;
  if (!where) return undefined;
  const own = exercisesOf(known, where);
  const isOpen = (each: FoundExercise) => standingOf(each, progress) !== 'done';
  const open =
    latest(own.filter(isOpen), ({ id }) => progress[id]?.checked) ??
    own.find((each) => standingOf(each, progress) === 'begun') ??
    own.find(isOpen);
  const at = visits[where.name]?.at;
  const step = tutorialSteps(where).find(({ id }) => id === at);
  const when = last === 'exercise' ? checked : visited;
  return {
    lesson: where,
    ...(step && { step }),
    ...(open && { exercise: open }),
    begun: open !== undefined && standingOf(open, progress) !== 'open',
    last,
    ...(when && { when }),
  };
}

/** What it says in a sentence: "You stopped at step 3, …". */
export function describeStop({ lesson, step, exercise, begun }: Stop): string {
  const { title } = lesson.manifest;
  const where = step
    ? `step ${step.number}, “${step.title}”, of ${title}`
    : title;
  const next = exercise
    ? ` Exercise ${exercise.id}, “${exercise.title}”, ` +
      (begun ? 'is begun.' : 'comes next.')
    : ' Its exercises are done.';
  return `You stopped at ${where}.${next}`;
}

function latest<T>(
  all: readonly T[],
  when: (each: T) => string | undefined,
): T | undefined {
  return all
    .filter((each) => when(each) !== undefined)
    .reduce<T | undefined>(
      (best, each) =>
        best === undefined || when(each)! > when(best)! ? each : best,
      undefined,
    );
}

/** As the board has it. */
export type TrainStatus = 'on time' | 'boarding' | 'departed';

/** A lesson or an exercise as a train of the learner's own board. */
export interface Train {
  /** `sse`, `sse/1` */
  train: string;
  title: string;
  minutes: number;
  status: TrainStatus;
}

/** A train for each lesson, followed by those of its exercises. */
export function trainsOf(known: Known): Train[] {
  return known.lessons.flatMap((lesson) => [
    {
      train: lesson.name,
      title: lesson.manifest.title,
      minutes: lesson.manifest.minutes,
      status: statusOfLesson(lesson, known.visits[lesson.name]),
    },
    ...exercisesOf(known, lesson).map((exercise) => ({
      train: exercise.id,
      title: exercise.title,
      minutes: exercise.minutes,
      status: statusOfExercise(exercise, known.progress),
    })),
  ]);
}

function statusOfLesson(
  lesson: FoundLesson,
  visits: LessonProgress = { steps: {} },
): TrainStatus {
  const done = (id: string) => visits.steps[id]?.done !== undefined;
  const steps = tutorialSteps(lesson);
  if (steps.length > 0 && steps.every(({ id }) => done(id))) return 'departed';
  const isBegun = visits.at ?? Object.keys(visits.steps)[0];
  return isBegun === undefined ? 'on time' : 'boarding';
}

function statusOfExercise(
  exercise: FoundExercise,
  progress: Progress,
): TrainStatus {
  const standing = standingOf(exercise, progress);
  if (standing === 'done') return 'departed';
  return standing === 'open' ? 'on time' : 'boarding';
}
