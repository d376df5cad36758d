// What `pnpm lesson` does, for a lesson of a test: folder, name, port, and
// `server` where it is not its smallest.ts that runs, and a proxy before it.
import { chooseProxy } from '../../behind/choice.ts';
import { findLesson } from '../lessons.ts';
import { runLesson } from '../run-lesson.ts';
import { runUntilStopped } from '../run-until-stopped.ts';

const [root, name, port, what, proxy] = process.argv.slice(2);
const lesson = findLesson(name!, root);
await runUntilStopped(() =>
  runLesson(lesson, {
    smallest: what !== 'server',
    port: Number(port),
    ...(proxy !== undefined && { behind: chooseProxy(lesson, proxy) }),
  }),
);
