// What `pnpm lesson` does, for a lesson of a test: folder, name, port, and
// `server` where it is not its smallest.ts that runs.
import { findLesson } from '../lessons.ts';
import { runLesson } from '../run-lesson.ts';
import { runUntilStopped } from '../run-until-stopped.ts';

const [root, name, port, what] = process.argv.slice(2);
await runUntilStopped(() =>
  runLesson(findLesson(name!, root), {
    smallest: what !== 'server',
    port: Number(port),
  }),
);
