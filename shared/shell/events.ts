/**
 * The one event stream of an open shell: how the lesson's server is, and what
 * goes over the wire. One and not two, because a browser has six connections
 * to an origin, and each tab holds what it opens.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LessonState } from '../lesson.ts';
import type { WireLog } from '../view/log.ts';
import type { Lines } from '../view/source.ts';
import type { ShellExercise } from './exercise.ts';
import type { StateMessage } from './state-message.ts';

const PAUSE = 50; // ms between two batches of lines
const BATCH = 2_000; // lines in one batch

/**
 * Tells a page until it leaves. Each event's id is `<run>-<n>`: who comes back
 * with it gets the lines from number `n` on. For one that does not read, only
 * the latest state waits, and a position among the lines.
 */
export function tellEvents(
  request: IncomingMessage,
  response: ServerResponse,
  {
    run,
    state,
    log,
    exercise,
  }: {
    run: string;
    /** Where there is a lesson. */
    state?: { readonly current: LessonState } & EventEmitter<{
      change: [LessonState];
    }>;
    log: WireLog;
    /** Where one is being done. */
    exercise?: ShellExercise | undefined;
  },
): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
  });
  if (request.method === 'HEAD') return void response.end();

  const [hisRun, seen] = String(request.headers['last-event-id']).split('-');
  let next = hisRun === run ? Number(seen) || 0 : 0;
  let stateWaits = false;
  let exerciseWaits = false;
  let timer: NodeJS.Timeout | undefined;

  const write = (event: string, data: object) =>
    response.write(
      `event: ${event}\nid: ${run}-${next}\ndata: ${JSON.stringify(data)}\n\n`,
    );

  const tellState = () => {
    if (!state) return;
    stateWaits = response.writableNeedDrain;
    if (stateWaits) return;
    const message: StateMessage = state.current;
    write('state', message);
  };

  const tellExercise = () => {
    if (!exercise) return;
    exerciseWaits = response.writableNeedDrain;
    if (!exerciseWaits) write('exercise', exercise.message());
  };

  const tellLines = () => {
    timer = undefined;
    if (response.writableNeedDrain) return; // `drain` comes back to it
    const lines = log.lines(next, BATCH);
    if (lines.length === 0) return;
    next = lines.at(-1)!.n + 1;
    const batch: Lines = { lines, dropped: log.first, counts: log.counts };
    write('lines', batch);
    waitForLines();
  };
  const waitForLines = () => {
    const behind = log.end - next;
    if (behind > 0) timer ??= setTimeout(tellLines, behind < BATCH ? PAUSE : 0);
  };

  response.write('retry: 1000\n');
  tellState();
  tellExercise();
  tellLines();
  state?.on('change', tellState);
  exercise?.on('change', tellExercise);
  log.on('grew', waitForLines);
  response.on('drain', () => {
    if (stateWaits) tellState();
    if (exerciseWaits) tellExercise();
    waitForLines();
  });
  response.on('close', () => {
    clearTimeout(timer);
    state?.off('change', tellState);
    exercise?.off('change', tellExercise);
    log.off('grew', waitForLines);
  });
}
