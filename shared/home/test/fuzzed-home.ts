/** The home page for `serve.ts`; no lesson is started from it. */
import { findLessons } from '@on-the-wire/course/harness/lessons.ts';
import { nothingAround } from '@on-the-wire/course/shell/test/around.ts';
import { createHome } from '../server.ts';

export const createServer = () =>
  createHome({
    lessons: findLessons(),
    around: nothingAround,
  });
