/**
 * The process in which a lesson's server runs while its prose is compared with
 * it. Nothing happens here by itself: the feed steps, and time passes for the
 * lesson's timers, when the checker says so. Started by `prose-examples.ts`.
 */
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { readFileSync } from 'node:fs';
import { mock } from 'node:test';
import { Server as TlsServer } from 'node:tls';
import { createFeed, type Feed } from '@on-the-wire/lesson/board/feed.ts';
import { schemes } from '@on-the-wire/course/harness/plan-processes.ts';
import type {
  Lesson,
  LessonModule,
  LessonProcess,
  Manifest,
} from '@on-the-wire/lesson/lesson.ts';

/** What the checker asks for; each gets one message in response. */
export type LessonRequest =
  /** A new server with a new feed; closes the one before. */
  | { what: 'open' }
  /** Updates, until the feed has come to this number. */
  | { what: 'advance'; to: number }
  /** Time for the lesson's timers, in ms. */
  | { what: 'pass'; ms: number };

const [, , url = ''] = process.argv;
const { createServer } = (await import(url)) as LessonModule<{ feed: Feed }>;
mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });

const { processes = {} } = manifestBeside(url);
/** The modules of a lesson's processes, by their names. */
const modules = new Map<
  string,
  { createServer(options: object): LessonProcess }
>();
for (const [name, { file = `${name}.ts` }] of Object.entries(processes))
  modules.set(name, await import(new URL(file, url).href));

let feed: Feed | undefined;
let running: LessonProcess[] = [];
let lesson: Lesson | undefined;

async function respond(request: LessonRequest): Promise<object> {
  switch (request.what) {
    case 'open': {
      await lesson?.close();
      feed = createFeed();
      feed.close(); // ends its own timer: from here on it steps when told
      if (modules.size > 0) return openAll(feed);
      lesson = createServer({ feed });
      const names = Object.keys(lesson.others ?? {});
      const further = await Promise.all(names.map(freePort));
      if (names.length > 0) {
        // Now that their names are known, it is told where they are reached.
        await lesson.close();
        const origins = further.map((at) => `http://127.0.0.1:${at}`);
        const told = Object.fromEntries(names.map((n, i) => [n, origins[i]]));
        lesson = createServer({ feed, ...told });
      }
      const { server, others = {} } = lesson;
      const { port } = await listen(server);
      await Promise.all(names.map((n, i) => listen(others[n]!, further[i]!)));
      const tls = server instanceof TlsServer;
      return { port, others: further, tls, run: feed.run };
    }
    case 'advance': {
      const missing = request.to - (feed?.snapshot().data.n ?? request.to);
      for (let made = 0; made < missing; made += 1) feed?.next();
      return {};
    }
    case 'pass': {
      mock.timers.tick(request.ms);
      return {};
    }
  }
}

/** All processes of a lesson, here in one, each told where the others are. */
async function openAll(given: Feed): Promise<object> {
  await Promise.all(running.map((each) => each.close()));
  const places = new Map<string, { port: number; url: string }>();
  for (const [name, { speaks = 'http', addresses }] of Object.entries(
    processes,
  ))
    for (const [each, speech] of Object.entries({
      [name]: speaks,
      ...addresses,
    })) {
      const port = await freePort();
      places.set(each, { port, url: `${schemes[speech]}://127.0.0.1:${port}` });
    }
  running = await Promise.all(
    Object.entries(processes).map(async ([name, { calls = [] }]) => {
      const urls = calls.map((callee) => [callee, places.get(callee)!.url]);
      const options = { feed: given, ...Object.fromEntries(urls) };
      const made = modules.get(name)!.createServer(options);
      await listen(made.server, places.get(name)!.port);
      for (const [other, server] of Object.entries(made.others ?? {}))
        await listen(server, places.get(other)!.port);
      return made;
    }),
  );
  const [port, ...others] = Object.entries(processes)
    .filter(([, { browsers }]) => browsers)
    .map(([name]) => places.get(name)!.port);
  return { port, others, tls: false, run: given.run };
}

/** A lesson's manifest; a made-up one may have none. */
function manifestBeside(server: string): Partial<Manifest> {
  try {
    const text = readFileSync(new URL('package.json', server), 'utf8');
    return JSON.parse(text).lesson ?? {};
  } catch {
    return {};
  }
}

/** A port that was free a moment ago may be somebody else's by now. */
async function respondWithRetries(
  request: LessonRequest,
  tries = 5,
): Promise<object> {
  try {
    return await respond(request);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' || tries === 1) throw error;
    return respondWithRetries(request, tries - 1);
  }
}

process.on('message', async (request: LessonRequest) => {
  process.send?.(await respondWithRetries(request));
});
// Without the checker there is nothing to do.
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
