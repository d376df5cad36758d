/** What the shell's page is told of the way on: its contents and its end. */
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { standingOf, type Standing } from '../exercise/terminal/list.ts';
import type { TutorialStep } from './steps.ts';
import { tutorialSteps } from './steps.ts';
import { exercisesOf, type Known } from './standing.ts';

/** A step, and whether it is done. */
export interface StepOnTheWay extends TutorialStep {
  done: boolean;
}

/** An exercise of the lesson. */
export interface ExerciseOnTheWay {
  id: string;
  title: string;
  minutes: number;
  standing: Standing;
  /** `standing` in words: `not begun`. */
  words: string;
  /** Its folder inside the lesson: `exercises/01-write-the-event`. */
  folder: string;
  command: string;
}

/** The way on from a lesson. */
export interface WayMessage {
  /** Where the learner was last: `step-3`. */
  at?: string;
  steps: StepOnTheWay[];
  exercises: ExerciseOnTheWay[];
  /** The lesson after this one; undefined after the last. */
  next?: { name: string; title: string; minutes: number; command: string };
}

/** How far the learner is with an exercise, in words. */
export const standingWords: Record<Standing, string> = {
  done: 'done',
  broken: 'passed once, no longer does',
  begun: 'begun',
  open: 'not begun',
};

/** The way on from a lesson, for a learner of whom so much is known. */
export function wayMessage(lesson: FoundLesson, known: Known): WayMessage {
  const visits = known.visits[lesson.name];
  const at = known.lessons.findIndex(({ name }) => name === lesson.name);
  const next = at < 0 ? undefined : known.lessons[at + 1];
  return {
    ...(visits?.at !== undefined && { at: visits.at }),
    steps: tutorialSteps(lesson).map((step) => ({
      ...step,
      done: visits?.steps[step.id]?.done !== undefined,
    })),
    exercises: exercisesOf(known, lesson).map((exercise) => {
      const standing = standingOf(exercise, known.progress);
      const { id, title, minutes, name } = exercise;
      return {
        id,
        title,
        minutes,
        standing,
        words: standingWords[standing],
        folder: `exercises/${name}`,
        command: `${pnpm} exercise ${id}`,
      };
    }),
    ...(next && {
      next: {
        name: next.name,
        title: next.manifest.title,
        minutes: next.manifest.minutes,
        command: `${pnpm} lesson ${next.name}`,
      },
    }),
  };
}
