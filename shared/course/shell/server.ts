/**
 * The shell: the harness's own web page, with the lesson's tutorial and the
 * lesson's page side by side.
 */
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join, posix } from 'node:path';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { forwardedNames, forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import type { FoundLesson, LessonState } from '@on-the-wire/lesson/lesson.ts';
import type { Tap } from '@on-the-wire/tap/tap.ts';
import type { WireLog } from '@on-the-wire/viewer/live/log.ts';
import {
  renderTemplate,
  lazyAsync,
  viewerFile,
  plainText,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import { forwardedBy } from '@on-the-wire/viewer/server/guard.ts';
import { bundle } from '@on-the-wire/viewer/server/bundle.ts';
import { sendEventStream } from '@on-the-wire/viewer/server/event-stream.ts';
import type { ShellBehind } from '../behind/start-behind.ts';
import type { AroundShell } from './around.ts';
import { consent, type Consent } from './consent.ts';
import {
  exerciseChanges,
  readExercise,
  type ShellExercise,
} from './exercise.ts';
import {
  closeServer,
  createGuardedServer,
  type Shell,
} from '@on-the-wire/viewer/server/guarded-server.ts';
import { listLessonFiles, readLessonFile } from './lesson-files.ts';
import { fileOpener } from './open-file.ts';
import { wayRoutes } from './way-routes.ts';
import { startChanges } from './start-changes.ts';
import { linkMapOf } from './link-map.ts';
import type { StateMessage } from './state-message.ts';
import { findSideTrips, sideTripPrefix } from '../texts/side-trips.ts';
import { style } from '@on-the-wire/viewer/server/style.ts';
import { StepObserver } from '../conditions/observe.ts';
import { runChanges } from '../conditions/run-routes.ts';
import {
  readWire,
  wireChanges,
  wireStates,
} from '@on-the-wire/viewer/server/wire-routes.ts';

const ownFile = (name: string) => new URL(`page/${name}`, import.meta.url);

/**
 * Makes the shell of a lesson. `lessonUrl` is where the lesson's page is, except
 * that its host name is the one that the shell itself was asked by; `state` tells how the
 * lesson's server is, and each change; `log` has what went over the wire, and
 * `tap` can break it. With an `exercise`, its task stands in the tutorial's
 * place. `around` starts what the page asks for beside the lesson; `behind` is
 * the proxy that stands before it; `asking` allows what came by a forwarder.
 *
 * Cheap to call: what takes long (esbuild, Markdown, highlighting) is loaded
 * when the server listens and the lesson's is no longer starting.
 */
export function createShell({
  lesson,
  lessonUrl,
  log,
  state,
  tap,
  behind,
  exercise,
  around,
  saves,
  progress,
  environment,
  asking = consent,
}: {
  lesson: FoundLesson;
  lessonUrl: string;
  log: WireLog;
  tap: Tap;
  behind?: ShellBehind | undefined;
  exercise?: ShellExercise | undefined;
  around?: AroundShell | undefined;
  /** Of the terminal: it names the learner's editor. */
  environment?: NodeJS.ProcessEnv | undefined;
  state: { readonly current: LessonState } & EventEmitter<{
    change: [LessonState];
  }>;
  /** Tells which files of the lesson's folder were saved. */
  saves?: EventEmitter<{ saved: [files: string[]] }>;
  /** Where the learner's progress is kept; in the clone. */
  progress?: string | undefined;
  asking?: Consent | undefined;
}): Shell {
  const { protocol, port: lessonPort } = new URL(lessonUrl);
  const shellPort = Number(lessonPort) - 1; // as the harness has it
  // Tells a page that it talks to another shell than the one it came from: the
  // lesson was stopped and started again, or another lesson has this port now.
  const run = randomBytes(4).toString('hex');
  const script = lazyAsync(() => bundle(ownFile('shell.ts')));
  const renderer = lazyAsync(async () => ({
    ...(await import('./tutorial.ts')),
    ...(await import('./highlight.ts')),
  }));
  const readme = join(lesson.folder, 'README.md');
  let tutorialKept: { version: string; html: string } | undefined;

  const pages: Record<string, (() => Promise<HttpResponse>) | undefined> = {
    '/': async () => ({
      type: 'text/html; charset=utf-8',
      body: renderTemplate(await readFile(ownFile('index.html'), 'utf8'), {
        // In the page: to fetch it would hold back the first paint.
        $icon: await readFile(viewerFile('page/icon.svg'), 'utf8'),
        lesson: lesson.name,
        title: lesson.manifest.title,
        protocol,
        port: lessonPort,
        forwarded: forwardedUrl(lessonUrl) ?? '',
        proxy: behind?.link ?? '',
        run,
        pnpm,
        exercise: exercise ? 'yes' : 'no',
        id: exercise?.message().id ?? '',
        at: way.at() ?? '',
        command: exercise
          ? `${pnpm} exercise ${exercise.message().id}`
          : `${pnpm} lesson ${lesson.name}`,
      }),
    }),
    '/shell.js': async () => ({
      type: 'text/javascript; charset=utf-8',
      body: await script(),
    }),
    '/shell.css': () =>
      style(ownFile('shell.css'), ownFile('exercise.css'), ownFile('way.css')),
    '/wire.css': async () => ({
      type: 'text/css; charset=utf-8',
      body: await readFile(viewerFile('pane/wire.css')),
    }),
    '/icon.svg': async () => ({
      type: 'image/svg+xml; charset=utf-8',
      body: await readFile(viewerFile('page/icon.svg')),
    }),
    '/recording': behind?.recording && (() => behind.recording!()),
  };

  const way = wayRoutes(lesson, progress);
  const { title } = lesson.manifest;
  const map = linkMapOf(lesson.manifest, behind?.link);
  const wire = { log, tap, name: lesson.name, title, map };
  // An exercise has a task in the tutorial's place, and no steps.
  const observer = exercise
    ? undefined
    : new StepObserver({
        lesson: lesson.name,
        log,
        tap,
        proxy: behind?.link,
        file: progress,
      });
  const onSaved = (files: string[]) => observer?.saved(files);
  saves?.on('saved', onSaved);
  const follow = {
    state: { emitter: state, message: (): StateMessage => state.current },
    ...wireStates(wire),
    ...(behind && {
      behind: { emitter: behind, message: () => behind.message() },
    }),
    ...(exercise && {
      exercise: { emitter: exercise, message: () => exercise.message() },
    }),
    ...(observer && {
      run: { emitter: observer, message: () => observer.message() },
    }),
  };
  const opener = fileOpener(lesson, environment);
  const server = createGuardedServer({
    frames: [
      ...['127.0.0.1', 'localhost'].map(
        (name) => `${protocol}//${name}:${lessonPort}`,
      ),
      ...(behind?.recording ? ["'self'"] : []),
      ...forwardedNames(Number(lessonPort)).map((name) => `https://${name}`),
    ],
    pages,
    changes: {
      ...wireChanges(wire, {
        onFaults: () => observer?.faults(),
        onCut: () => observer?.cut(),
      }),
      ...asking.guard('exercise', exerciseChanges(exercise)),
      ...(observer && runChanges(observer, mayNote)),
      ...startChanges(around, asking),
      ...asking.guard('progress', way.changes),
      ...opener.changes,
    },
    async read(context) {
      const { path, request, response } = context;
      if (path === '/tutorial') return tutorial();
      if (path === '/glossary') return glossary();
      if (path === '/way') return way.read();
      if (path === '/editor') return opener.read(context);
      if (path.startsWith('/files/')) return file(path.slice('/files/'.length));
      if (path !== '/events')
        return (
          readExercise(exercise, context) ??
          readWire(wire, context, (n) => observer?.opened(n))
        );
      sendEventStream(request, response, { run, log, follow });
      return 'sent';
    },
  });
  /**
   * From the first request that a forwarder has passed on, the run is kept in
   * memory until the terminal says yes. It is one run: a reader at this
   * machine, with another tab, waits for that, too.
   */
  let isAsked = false;
  function mayNote(request: IncomingMessage): void {
    if (isAsked || forwardedBy(request) === undefined) return;
    isAsked = true;
    observer?.holdBack('The terminal of the course asks whether it may be.');
    asking.need('progress', request).then(
      () => observer?.holdBack(undefined),
      (error: Error) => observer?.holdBack(error.message),
    );
  }

  // Both take the processor for a while, and the lesson's server needs it more
  // until it is ready. A failure is told to whoever asks.
  const prepare = () =>
    server.listening && void Promise.allSettled([script(), renderer()]);
  server.once('listening', () => {
    if (state.current.status === 'starting') state.once('change', prepare);
    else setImmediate(prepare);
  });

  async function tutorial(): Promise<HttpResponse> {
    if (exercise)
      return { type: 'text/html; charset=utf-8', body: exercise.task };
    let version: string;
    try {
      const { mtimeMs, size } = await stat(readme);
      version = `${mtimeMs} ${size}`;
    } catch {
      return plainText(
        404,
        `This lesson has no tutorial: ${readme} is missing.`,
      );
    }
    const files = await listLessonFiles(lesson.folder);
    const trips = findSideTrips(lesson.folder);
    version += files.join() + trips.map(({ text }) => text).join();
    if (tutorialKept?.version !== version) {
      const { lessonHtml } = await renderer();
      const text = await readFile(readme, 'utf8');
      const html = lessonHtml(text, trips, lesson.name, { shellPort, files });
      tutorialKept = { version, html };
      const { readConditions } = await import('../conditions/comments.ts');
      observer?.setSteps([
        ...readConditions(text),
        ...trips.flatMap((trip) =>
          readConditions(trip.text, sideTripPrefix(trip.name)),
        ),
      ]);
    }
    return { type: 'text/html; charset=utf-8', body: tutorialKept.html };
  }

  async function glossary(): Promise<HttpResponse> {
    await renderer();
    const { glossaryPage } = await import('../texts/glossary-page.ts');
    return glossaryPage(lesson.name, dirname(lesson.folder));
  }

  async function file(encoded: string): Promise<HttpResponse> {
    const found = await readLessonFile(lesson.folder, encoded);
    if (found.kind === 'refused') return plainText(found.status, found.why);
    if (found.kind === 'folder') {
      const inside = posix.join('/files', encoded, 'README.md');
      return {
        ...plainText(302, `A folder: its description is in ${inside}.`),
        headers: { Location: inside },
      };
    }
    if (found.kind === 'image')
      return {
        type: found.mediaType,
        body: found.bytes,
        // An SVG picture may hold a style, and must never run a script.
        headers: {
          'Content-Security-Policy':
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        },
      };
    const { renderTutorial, renderListing } = await renderer();
    const { dir: folder, ext } = posix.parse(found.path);
    return {
      type: 'text/html; charset=utf-8',
      body: renderTemplate(await readFile(ownFile('file.html'), 'utf8'), {
        path: `lessons/${lesson.name}/${found.path}`,
        title: lesson.manifest.title,
        $content:
          ext === '.md'
            ? `<div class="prose">${renderTutorial(
                found.text,
                { lesson: lesson.name, folder },
                { sections: false, shellPort },
              )}</div>`
            : renderListing(found.text, ext.slice(1)),
      }),
    };
  }

  return {
    server,
    async close() {
      state.off('change', prepare);
      saves?.off('saved', onSaved);
      observer?.close();
      await closeServer(server);
      await Promise.all([script.settled(), renderer.settled()]);
    },
  };
}
