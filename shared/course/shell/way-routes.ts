/** Where the learner is in a lesson, and what comes next: kept in the clone. */
import { dirname } from 'node:path';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import type { RequestContext } from '@on-the-wire/viewer/server/guarded-server.ts';
import { readJsonObject } from '@on-the-wire/viewer/server/read-json-object.ts';
import {
  HttpError,
  json,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import { findExercises } from '../exercise/exercises.ts';
import { findLessons } from '../harness/lessons.ts';
import { noteLesson, readLessons } from '../progress/lesson-progress.ts';
import { wayMessage } from '../way/message.ts';
import { readKnown } from '../way/standing.ts';
import { tutorialSteps } from '../way/steps.ts';

/** What a shell asks of it. */
export interface WayRoutes {
  /** The step at which the learner was last, in any browser: `step-3`. */
  at(): string | undefined;
  /** Responds with a `WayMessage`. */
  read(): HttpResponse;
  /** For `createGuardedServer`. */
  changes: Record<string, (context: RequestContext) => Promise<HttpResponse>>;
}

/**
 * The routes of one lesson's shell; the other lessons stand beside its folder.
 *
 * @param progress the file where the learner's progress is kept; in the clone
 */
export function wayRoutes(lesson: FoundLesson, progress?: string): WayRoutes {
  const root = dirname(lesson.folder);
  return {
    at: () => readLessons(progress)[lesson.name]?.at,
    read() {
      const known = readKnown(findLessons(root), progress, findExercises(root));
      return json(wayMessage(lesson, known));
    },
    changes: {
      'PUT /run/place': async ({ request }) => {
        const { at } = await readJsonObject(request);
        const step = tutorialSteps(lesson).find(({ id }) => id === at);
        if (!step)
          throw new HttpError(
            400,
            `Noting the place: found ${JSON.stringify(at)}, expected the id ` +
              'of a step of this lesson, such as "step-1".',
          );
        const visited = new Date().toISOString();
        noteLesson(
          lesson.name,
          (before) => ({ ...before, at: step.id, visited }),
          progress,
        );
        return json({});
      },
    },
  };
}
