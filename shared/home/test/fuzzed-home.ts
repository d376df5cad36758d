/** The home page for `serve.ts`; no lesson is started from it. */
import { findLessons } from '@on-the-wire/course/harness/lessons.ts';
import { createHome } from '../server.ts';

export const createServer = () =>
  createHome({
    lessons: findLessons(),
    start: () => Promise.reject(new Error('not here')),
  });
