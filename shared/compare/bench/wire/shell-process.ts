/** The shell of a run, tap and wire included, whose memory can be asked for. */
import { listen } from '@on-the-wire/system/listen.ts';
import { EventEmitter } from 'node:events';
import type { LessonState } from '@on-the-wire/lesson/lesson.ts';
import { createShell } from '@on-the-wire/course/shell/server.ts';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { peakMemory } from '@on-the-wire/system/peak-memory.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { keepMemorySmall } from '@on-the-wire/viewer/live/small-memory.ts';
import type { ShellMemory } from '../wire.ts';

keepMemorySmall();
const [target, folder = ''] = process.argv.slice(2);
const tap = createTap({ target: { host: '127.0.0.1', port: Number(target) } });
const log = new WireLog(tap.recording, new LiveUnits(tap));
const lessonPort = await tap.listen();

class State extends EventEmitter<{ change: [LessonState] }> {
  // Not ready: the shell opens no page, which would speak on the wire too.
  current: LessonState = {
    status: 'starting',
    pageVersion: 1,
    tutorialVersion: 1,
  };
}
const manifest = { title: 'Bench', question: '?', order: 1, minutes: 1 };
const shell = createShell({
  lesson: { name: 'bench', folder, manifest },
  lessonUrl: `http://127.0.0.1:${lessonPort}/`,
  log,
  state: new State(),
  tap,
});
const { port: shellPort } = await listen(shell.server);

process.on('message', () => {
  const memory: ShellMemory = {
    lines: log.end,
    dropped: log.first,
    resident: process.memoryUsage.rss(),
    peak: peakMemory(),
  };
  process.send!(memory);
});
process.once('disconnect', () => process.exit());
process.send!([lessonPort, shellPort]);
