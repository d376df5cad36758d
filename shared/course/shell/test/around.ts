import type { AroundShell } from '../around.ts';

/** Nothing can be started: for tests that do not need it. */
export const nothingAround: AroundShell = {
  home: () => Promise.reject(new Error('not here')),
  startLesson: () => Promise.reject(new Error('not here')),
  startExercise: () => Promise.reject(new Error('not here')),
  running: () => new Map(),
  adopt: () => () => {},
};
