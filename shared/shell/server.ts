/**
 * The shell: the harness's own web page, with the lesson's tutorial and the
 * lesson's page side by side.
 */
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { join, posix } from 'node:path';
import type { FoundLesson, LessonState } from '../lesson.ts';
import { saveRun } from '../view/save.ts';
import { bundle } from './bundle.ts';
import { escapeHtml } from './escape-html.ts';
import { makeSavedPage } from './saved-page.ts';
import { refuseHost, refuseOrigin } from './guard.ts';
import type { WireLog } from '../view/log.ts';
import { readLessonFile } from './lesson-files.ts';
import type { Tap } from '../tap/tap.ts';
import { tellEvents } from './events.ts';
import { cutNow, faultsOf, Refused, setFaults } from './faults.ts';

/** A lesson's shell. */
export interface Shell {
  /** Not yet listening: whoever created it chooses the port. */
  server: Server;
  /** Ends every answer and the server. May be called twice. */
  close(): Promise<void>;
}

/** What changes something, by method and path. */
const changes: Record<string, typeof setFaults | undefined> = {
  'PUT /wire/faults': setFaults,
  'POST /wire/cut': cutNow,
};

interface Answer {
  status?: number;
  type: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

/**
 * Makes the shell of a lesson. `lessonPort` is where the lesson's page is, on
 * the host name that the shell itself was asked by; `state` tells how the
 * lesson's server is, and each change; `log` has what went over the wire, and
 * `tap` can break it.
 *
 * Cheap to call: what takes long (esbuild, Markdown, highlighting) is loaded
 * when the server listens and the lesson's is no longer starting.
 */
export function createShell({
  lesson,
  lessonPort,
  log,
  state,
  tap,
}: {
  lesson: FoundLesson;
  lessonPort: number;
  log: WireLog;
  tap: Tap;
  state: { readonly current: LessonState } & EventEmitter<{
    change: [LessonState];
  }>;
}): Shell {
  // Tells a page that it talks to another shell than the one it came from: the
  // lesson was stopped and started again, or another lesson has this port now.
  const run = randomBytes(4).toString('hex');
  const script = keep(() => bundle('shell.ts'));
  const renderer = keep(async () => ({
    ...(await import('./tutorial.ts')),
    ...(await import('./highlight.ts')),
  }));
  const readme = join(lesson.folder, 'README.md');
  let tutorialKept: { version: string; html: string } | undefined;

  const pages: Record<string, (() => Promise<Answer>) | undefined> = {
    '/': async () => ({
      type: 'text/html; charset=utf-8',
      body: fill(await readFile(pageFile('index.html'), 'utf8'), {
        lesson: lesson.name,
        title: lesson.manifest.title,
        port: String(lessonPort),
        run,
      }),
    }),
    '/shell.js': async () => ({
      type: 'text/javascript; charset=utf-8',
      body: await script(),
    }),
    '/shell.css': async () => ({
      type: 'text/css; charset=utf-8',
      body: Buffer.concat([
        await readFile(new URL('../board/colours.css', import.meta.url)),
        await readFile(pageFile('shell.css')),
      ]),
    }),
    '/wire.css': async () => ({
      type: 'text/css; charset=utf-8',
      body: await readFile(pageFile('wire/wire.css')),
    }),
    '/icon.svg': async () => ({
      type: 'image/svg+xml; charset=utf-8',
      body: await readFile(pageFile('icon.svg')),
    }),
  };

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headersOfAll(lessonPort)))
      response.setHeader(name, value);
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      if (error instanceof Refused)
        return send(response, plain(error.status, error.message));
      const failed = `The shell failed to answer ${request.url}: ${String(error)}`;
      return send(response, plain(500, failed));
    });
  });
  // Both take the processor for a while, and the lesson's server needs it more
  // until it is ready. A failure is told to whoever asks.
  const prepare = () => void Promise.allSettled([script(), renderer()]);
  server.once('listening', () => {
    if (state.current.status === 'starting') state.once('change', prepare);
    else setImmediate(prepare);
  });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const foreignHost = refuseHost(request);
    if (foreignHost) return send(response, plain(403, foreignHost));

    // Not `new URL()`: it would resolve `..` before anybody has seen it.
    const [path = '', query] = (request.url ?? '').split('?');
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const page = pages[path];
    const foreignOrigin = page && reads ? undefined : refuseOrigin(request);
    if (foreignOrigin) return send(response, plain(403, foreignOrigin));
    const change = changes[`${request.method} ${path}`];
    if (change) {
      await change(tap, request);
      return send(response, json(faultsOf(tap)));
    }
    if (!reads)
      return send(response, {
        ...plain(405, `${request.method} is not answered here, only GET.`),
        headers: { Allow: 'GET, HEAD' },
      });

    if (page) return send(response, await page());
    if (path === '/tutorial') return send(response, await tutorial());
    if (path === '/events')
      return tellEvents(request, response, { run, state, log });
    if (path === '/wire/faults') return send(response, json(faultsOf(tap)));
    if (path === '/wire/run.pcapng' || path === '/wire/run.html')
      return send(response, await saved(path, new URLSearchParams(query)));
    if (path.startsWith('/wire/units/'))
      return send(response, unit(path.slice('/wire/units/'.length)));
    if (path.startsWith('/files/'))
      return send(response, await file(path.slice('/files/'.length)));
    return send(
      response,
      plain(
        404,
        `There is nothing at ${path}. The lesson is at /, its files are ` +
          `below /files/.`,
      ),
    );
  }

  async function tutorial(): Promise<Answer> {
    let version: string;
    try {
      const { mtimeMs, size } = await stat(readme);
      version = `${mtimeMs} ${size}`;
    } catch {
      return plain(404, `This lesson has no tutorial: ${readme} is missing.`);
    }
    if (tutorialKept?.version !== version) {
      const { renderTutorial } = await renderer();
      const place = { lesson: lesson.name, folder: '' };
      const html = renderTutorial(await readFile(readme, 'utf8'), place);
      tutorialKept = { version, html };
    }
    return { type: 'text/html; charset=utf-8', body: tutorialKept.html };
  }

  async function file(encoded: string): Promise<Answer> {
    const found = await readLessonFile(lesson.folder, encoded);
    if (found.kind === 'refused') return plain(found.status, found.why);
    if (found.kind === 'folder') {
      const inside = posix.join('/files', encoded, 'README.md');
      return {
        ...plain(302, `A folder: what it is about stands in ${inside}.`),
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
      body: fill(await readFile(pageFile('file.html'), 'utf8'), {
        path: found.path,
        title: lesson.manifest.title,
        $content:
          ext === '.md'
            ? `<div class="prose">${renderTutorial(
                found.text,
                { lesson: lesson.name, folder },
                { sections: false },
              )}</div>`
            : renderListing(found.text, ext.slice(1)),
      }),
    };
  }

  /** The run so far, as a file. */
  async function saved(path: string, asked: URLSearchParams): Promise<Answer> {
    const chosen = asked.get('unit');
    const bytes = saveRun(tap, {
      secrets: asked.get('secrets') === 'yes',
      ...(chosen !== null && { chosen: log.place(Number(chosen)) }),
    });
    const name = `${lesson.name}-${new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')}`;
    const isPage = path.endsWith('.html');
    return {
      type: isPage ? 'text/html; charset=utf-8' : 'application/octet-stream',
      body: isPage ? await makeSavedPage(bytes, lesson.manifest.title) : bytes,
      headers: {
        'Content-Disposition': `attachment; filename="${name}${posix.extname(path)}"`,
      },
    };
  }

  /** The unit that a reader chose: its fields, and its bytes as Base64. */
  function unit(text: string): Answer {
    const details = /^\d{1,15}$/.test(text) && log.details(Number(text));
    if (!details) return plain(404, `Unit ${text} is not, or no longer, kept.`);
    const { bytes, ...rest } = details;
    const base64 = bytes && Buffer.from(bytes).toString('base64');
    return json({ ...rest, base64 });
  }

  return {
    server,
    async close() {
      const closed = new Promise<void>((resolve) => {
        // It fails only where nothing listens (any more): nothing to wait for.
        server.close(() => resolve());
      });
      server.closeAllConnections();
      state.off('change', prepare);
      await closed;
      await Promise.all([script.settled(), renderer.settled()]);
    },
  };
}

/** What every answer says, whatever it is. */
function headersOfAll(lessonPort: number): Record<string, string> {
  const lesson = ['127.0.0.1', 'localhost']
    .map((name) => `http://${name}:${lessonPort}`)
    .join(' ');
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      `frame-src ${lesson}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Cross-Origin-Resource-Policy': 'same-origin',
    // The shell gets a thread of its own, or a lesson's page that spins would
    // freeze it: another port of the same host is the same site.
    'Origin-Agent-Cluster': '?1',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}

function send(
  response: ServerResponse,
  { status = 200, type, body, headers }: Answer,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  // Of an answer to HEAD node:http sends the head only.
  response.end(body);
}

function json(value: object): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}

function plain(status: number, sentence: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}

function pageFile(name: string): URL {
  return new URL(`page/${name}`, import.meta.url);
}

/** Puts values into `{{name}}`, as text; those of `{{$name}}` are HTML. */
function fill(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{\{(\$?\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {{${name}}}`);
    return name.startsWith('$') ? value : escapeHtml(value);
  });
}

/** Makes a value once, when it is first asked for; a failure is not kept. */
function keep<T>(make: () => Promise<T>): {
  (): Promise<T>;
  /** Settles when nothing is being made any more. */
  settled(): Promise<unknown>;
} {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make();
    made.catch(() => (made = undefined));
    return made;
  };
  return Object.assign(get, {
    settled: () => Promise.allSettled([made]),
  });
}
