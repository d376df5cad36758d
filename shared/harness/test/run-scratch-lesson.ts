// What `pnpm lesson` does, for a lesson of a test: folder, name, port.
import { findLesson } from '../lessons.ts';
import { runUntilStopped } from '../run-until-stopped.ts';

const [root, name, port] = process.argv.slice(2);
await runUntilStopped(findLesson(name!, root), {
  smallest: true,
  port: Number(port),
});
