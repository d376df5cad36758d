/** A shell of a small lesson, for tests: a folder, a state, and both servers. */
import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LessonState } from '@on-the-wire/lesson/lesson.ts';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import type { AroundShell } from '../around.ts';
import { createShell } from '../server.ts';

export class State extends EventEmitter<{ change: [LessonState] }> {
  current: LessonState = {
    status: 'ready',
    pageVersion: 1,
    tutorialVersion: 1,
  };

  set(change: Partial<LessonState>): void {
    this.current = { ...this.current, ...change };
    this.emit('change', this.current);
  }
}

/**
 * Makes a folder for a lesson, in a root of its own: the shell reads what stands
 * beside a lesson, and beside a temporary folder stands what others left there.
 */
export async function makeLessonFolder() {
  const root = await mkdtemp(join(tmpdir(), 'shell-'));
  const folder = join(root, 'bells');
  await mkdir(folder);
  return { root, folder, progress: join(root, 'progress.json') };
}

/**
 * Writes a lesson's folder and starts a shell for it.
 *
 * @param around the course that it is part of
 * @param environment of the terminal that it would be started from
 */
export async function stage(
  files: Record<string, string | Uint8Array> = {},
  around?: AroundShell,
  environment: NodeJS.ProcessEnv = {},
) {
  const { root, folder, progress } = await makeLessonFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }

  let asked = 0;
  const lesson = createServer((request, response) => {
    // The test responds to it, when it likes.
    if (request.url === '/held') return void lesson.emit('held', response);
    if (request.url === '/') asked += 1;
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><meta name="color-scheme" ` +
        `content="light dark"><link rel="icon" href="data:,">` +
        `<title>Bells</title><h1>Bells</h1><p>Loaded ${asked}</p></html>`,
    );
  });
  const { port: target } = await listen(lesson);
  const tap = createTap({ target: { host: '127.0.0.1', port: target } });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const lessonPort = await tap.listen();
  const lessonOrigin = `http://127.0.0.1:${lessonPort}`;

  const state = new State();
  const saves = new EventEmitter<{ saved: [string[]] }>();
  const start = async (at = 0) => {
    const shell = createShell({
      lesson: {
        name: 'bells',
        folder,
        manifest: {
          title: 'Bells & <Whistles>',
          question: 'Who rings?',
          order: 1,
          minutes: 5,
        },
      },
      lessonUrl: `${lessonOrigin}/`,
      log,
      state,
      tap,
      around,
      saves,
      progress,
      environment,
    });
    return { ...shell, ...(await listen(shell.server, at)) };
  };
  let shell = await start();
  const { port, origin } = shell;

  return {
    port,
    origin,
    state,
    /** Tells the shell which files were saved. */
    saves,
    /** The file in which it keeps the learner's progress. */
    progress,
    root,
    folder,
    lesson,
    tap,
    log,
    lessonPort,
    lessonOrigin,
    /** The shell's server; another one after `startAgain`. */
    get server() {
      return shell.server;
    },
    /** How often the lesson's page was asked for. */
    get asked() {
      return asked;
    },
    /** Closes the shell, as when the harness is stopped. */
    close: () => shell.close(),
    /** Starts another shell at the same port, after `close`. */
    async startAgain() {
      shell = await start(port);
    },
    async end(): Promise<void> {
      await shell.close();
      await tap.close();
      lesson.closeAllConnections();
      await new Promise((resolve) => lesson.close(resolve));
      await rm(root, { recursive: true });
    },
  };
}
