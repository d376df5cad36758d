/** The exercise in the shell: what is told of it, and what its buttons do. */
import type { EventEmitter } from 'node:events';
import {
  json,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import type {
  ExerciseAction,
  ExerciseMessage,
  SolutionMessage,
} from './exercise-message.ts';
import type { RequestContext } from '@on-the-wire/viewer/server/guarded-server.ts';

/** What the shell needs of an exercise; `exercise/` makes it. */
export interface ShellExercise extends EventEmitter<{ change: [] }> {
  /** As HTML; a link in it is relative to `folder`. */
  readonly task: string;
  /** Inside the lesson: `exercises/01-write-the-event`. */
  readonly folder: string;
  message(): ExerciseMessage;
  solution(): SolutionMessage;
  act(action: ExerciseAction): void;
}

const actions: ExerciseAction[] = ['check', 'hint', 'reset', 'next'];

/** What changes something; for `createGuardedServer`. */
export function exerciseChanges(
  exercise: ShellExercise | undefined,
): Record<string, (context: RequestContext) => Promise<HttpResponse>> {
  if (!exercise) return {};
  return Object.fromEntries(
    actions.map((action) => [
      `POST /exercise/${action}`,
      async () => {
        exercise.act(action);
        return json({});
      },
    ]),
  );
}

/** @returns undefined where the path is none of the exercise's */
export function readExercise(
  exercise: ShellExercise | undefined,
  { path }: RequestContext,
): HttpResponse | undefined {
  if (path === '/exercise/solution' && exercise)
    return json(exercise.solution());
  return undefined;
}
