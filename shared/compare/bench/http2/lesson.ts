/** The lesson's server in a process of its own; says its port. */
import type { LessonModule } from '@on-the-wire/lesson/lesson.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const [, , file = ''] = process.argv;
const { createServer } = (await import(file)) as LessonModule;
const { server } = createServer();
process.send?.((await listen(server)).port);
process.on('disconnect', () => process.exit());
