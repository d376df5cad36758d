/**
 * The one event stream of an open page: the lines of the wire, and the states
 * that the page shows beside it. One and not two, because over HTTP/1.1 a
 * browser has six connections to an origin, and each tab holds what it opens.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireLog } from '../live/log.ts';
import type { Lines } from '../source.ts';

const PAUSE = 50; // ms between two batches of lines
const BATCH = 2_000; // lines in one batch

/** Something of which a page shows the latest state. */
export interface LatestState {
  /** The latest, which becomes JSON. */
  message(): object;
  /** Emits `change` when there is a later one, or `changed` if that is given. */
  emitter: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
  changed?: string;
}

/**
 * Sends an event stream until the client closes it. Each event's id is
 * `<run>-<n>`: a client that reconnects with it as `Last-Event-ID` gets the
 * lines from number `n` on. For a client that does not read, only the latest
 * states wait, and a position among the lines.
 *
 * @param run what distinguishes this run from the one before
 * @param follow the states, by the name of their event
 */
export function sendEventStream(
  request: IncomingMessage,
  response: ServerResponse,
  {
    run,
    log,
    follow = {},
  }: { run: string; log: WireLog; follow?: Record<string, LatestState> },
): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
  });
  if (request.method === 'HEAD') return void response.end();

  const [lastRun, seen] = String(request.headers['last-event-id']).split('-');
  let next = lastRun === run ? Number(seen) || 0 : 0;
  const waiting = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;

  const write = (event: string, data: object) =>
    response.write(
      `event: ${event}\nid: ${run}-${next}\ndata: ${JSON.stringify(data)}\n\n`,
    );

  const followed = Object.entries(follow).map(
    ([event, { message, emitter, changed = 'change' }]) => {
      const send = () => {
        if (response.writableNeedDrain) waiting.add(send);
        else write(event, message());
      };
      return { emitter, changed, send };
    },
  );

  const sendLines = () => {
    timer = undefined;
    if (response.writableNeedDrain) return; // `drain` calls it again
    const lines = log.lines(next, BATCH);
    if (lines.length === 0) return;
    next = lines.at(-1)!.n + 1;
    const batch: Lines = { lines, dropped: log.first, counts: log.counts };
    write('lines', batch);
    waitForLines();
  };
  const waitForLines = () => {
    const behind = log.end - next;
    if (behind > 0) timer ??= setTimeout(sendLines, behind < BATCH ? PAUSE : 0);
  };

  // The comment and the empty line end half an event that a browser may have
  // kept from before a cut, as WebKitGTK 2.50 does.
  response.write(': new stream\nretry: 1000\n\n');
  for (const { emitter, changed, send } of followed) {
    send();
    emitter.on(changed, send);
  }
  sendLines();
  log.on('grew', waitForLines);
  response.on('drain', () => {
    const late = [...waiting];
    waiting.clear();
    for (const send of late) send();
    waitForLines();
  });
  response.on('close', () => {
    clearTimeout(timer);
    for (const { emitter, changed, send } of followed)
      emitter.off(changed, send);
    log.off('grew', waitForLines);
  });
}
