/**
 * The course's home: its lessons, how far the learner is, and the table, each
 * cell of which runs in the learner's own browser.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Claim, ClaimRow } from '@on-the-wire/compare/claims/claim.ts';
import { columns, type Http } from '@on-the-wire/compare/claims/columns.ts';
import { rows } from '@on-the-wire/compare/claims/rows/rows.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import type { AroundShell } from '@on-the-wire/course/shell/around.ts';
import { consent, type Consent } from '@on-the-wire/course/shell/consent.ts';
import { readKnown, trainsOf } from '@on-the-wire/course/way/standing.ts';
import { startChanges } from '@on-the-wire/course/shell/start-changes.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import {
  renderTemplate,
  json,
  lazyAsync,
  viewerFile,
  plainText,
  HttpError,
} from '@on-the-wire/viewer/server/response.ts';
import type { HttpResponse } from '@on-the-wire/viewer/server/response.ts';
import { forwardedBy } from '@on-the-wire/viewer/server/guard.ts';
import { bundle } from '@on-the-wire/viewer/server/bundle.ts';
import {
  closeServer,
  createGuardedServer,
  type RequestContext,
  type Shell,
} from '@on-the-wire/viewer/server/guarded-server.ts';
import { readJsonObject } from '@on-the-wire/viewer/server/read-json-object.ts';
import { makeSavedPage } from '@on-the-wire/viewer/saved/saved-page.ts';
import { style } from '@on-the-wire/viewer/server/style.ts';
import { ClaimRuns, NoSuchRun } from './claim-runs.ts';
import { lessonsHtml, stopHtml } from './lessons-html.ts';
import { figureHtml, recordingIn } from './figure/figure.ts';
import { dateInWords } from './date-in-words.ts';
import type { Chosen, StandingMessage } from './messages.ts';
import { elsewhereHtml } from './proxies/elsewhere-html.ts';
import { proxiesMessage, type ProxiesMessage } from './proxies/message.ts';
import { ourRecording, ProxyRuns } from './proxies/runs.ts';
import { searchMessage } from './search/message.ts';
import {
  eachMeasured,
  filesOfRows,
  measuredRecording,
  tableMessage,
} from './table-message.ts';

const ofShell = new URL(
  import.meta.resolve('@on-the-wire/course/shell/page/shell.css'),
);
const ownFile = (name: string) => new URL(`page/${name}`, import.meta.url);

/**
 * Makes the home page's server, not yet listening.
 *
 * @param lessons in reading order
 * @param around starts what is asked for
 * @param asking allows what came by a forwarder; a test's own
 * @param progress the file where the learner's progress is; a test's own
 */
export function createHome({
  lessons,
  around,
  progress,
  asking = consent,
}: {
  lessons: FoundLesson[];
  around: AroundShell;
  progress?: string;
  asking?: Consent | undefined;
}): Shell {
  const runs = new ClaimRuns();
  const proxyRuns = new ProxyRuns();
  // Looking for the programs takes a moment, and most readers do not ask.
  let proxies: ProxiesMessage | undefined;
  const files = filesOfRows();
  const table = json(tableMessage(files));
  const script = lazyAsync(() => bundle(ownFile('home.ts')));
  const proxiesScript = lazyAsync(() => bundle(ownFile('proxies.ts')));
  const search = lazyAsync(async () =>
    (await import('./search/search.ts')).createSearch(),
  );

  const server = createGuardedServer({
    // Each claim has a port of its own.
    frames: ['http://127.0.0.1:*', 'https://127.0.0.1:*'],
    pages: {
      '/': page,
      '/home.js': async () => ({
        type: 'text/javascript; charset=utf-8',
        body: await script(),
      }),
      '/home.css': () => style(ofShell, ownFile('home.css')),
      '/proxies': proxiesPage,
      '/proxies.js': async () => ({
        type: 'text/javascript; charset=utf-8',
        body: await proxiesScript(),
      }),
      '/proxies.css': () =>
        style(ofShell, ownFile('home.css'), ownFile('proxies.css')),
      '/shell.css': () => style(ofShell),
      '/glossary': async () => {
        const { glossaryPage } =
          await import('@on-the-wire/course/texts/glossary-page.ts');
        return glossaryPage();
      },
      '/icon.svg': async () => ({
        type: 'image/svg+xml; charset=utf-8',
        body: await readFile(viewerFile('page/icon.svg')),
      }),
    },
    changes: {
      'POST /claims/start': startClaim,
      'POST /claims/offer': offerAddresses,
      'POST /claims/begin': beginClaim,
      'POST /claims/judge': judgeClaim,
      'POST /claims/stop': stopClaim,
      ...asking.guard('measure', {
        'POST /proxies/measure': async ({ request }) =>
          json(await proxyRuns.measure(await readJsonObject(request))),
      }),
      ...startChanges(around, asking),
    },
    async read({ path, query }) {
      if (path === '/table') return table;
      if (path === '/proxies/table')
        return json((proxies ??= proxiesMessage()));
      if (path === '/standing') return json(standing());
      if (path === '/colours.css') return style();
      if (path === '/search')
        return json(searchMessage(await search(), query.get('q') ?? ''));
      if (path === '/code') return code(query.get('row') ?? '');
      if (path === '/recording') return recording(query.get('run') ?? '');
      return undefined;
    },
  });
  const prepare = () => server.listening && void script().catch(() => {});
  server.once('listening', () => setImmediate(prepare));

  return {
    server,
    async close() {
      await Promise.all([runs.close(), proxyRuns.close()]);
      await closeServer(server);
      await Promise.all([script.settled(), proxiesScript.settled()]);
    },
  };

  async function page(): Promise<HttpResponse> {
    const { stop, lessons: cards } = standing();
    return {
      type: 'text/html; charset=utf-8',
      body: renderTemplate(await readFile(ownFile('home.html'), 'utf8'), {
        pnpm,
        $stop: stop,
        $lessons: cards,
        $ladders: figureHtml(),
        ...measuredWords(),
      }),
    };
  }

  async function proxiesPage(): Promise<HttpResponse> {
    const { subjects } = (proxies ??= proxiesMessage());
    const days = new Set(subjects.map(({ date }) => dateInWords(date)));
    return {
      type: 'text/html; charset=utf-8',
      body: renderTemplate(await readFile(ownFile('proxies.html'), 'utf8'), {
        pnpm,
        versions: inWords([...new Set(subjects.map(({ ours }) => ours))]),
        on: inWords([...days]),
        $elsewhere: elsewhereHtml(),
      }),
    };
  }

  /** How far the learner is, and what runs: read again for each request. */
  function standing(): StandingMessage {
    const known = readKnown(lessons, progress);
    return {
      stop: stopHtml(known),
      lessons: lessonsHtml(known, around.running()),
      trains: trainsOf(known),
      version: courseVersion(),
    };
  }

  async function code(row: string): Promise<HttpResponse> {
    const file = files.get(row);
    if (!file) return plainText(404, `The table has no row "${row}".`);
    const { renderListing } =
      await import('@on-the-wire/course/shell/highlight.ts');
    return {
      type: 'text/html; charset=utf-8',
      body: renderListing(file.text, 'ts'),
    };
  }

  async function recording(run: string): Promise<HttpResponse> {
    const kept =
      recordingIn(run) ??
      measuredRecording(run) ??
      runs.recording(run) ??
      ourRecording(run) ??
      proxyRuns.recording(run);
    if (!kept) return plainText(404, `Of the run "${run}" nothing is kept.`);
    return {
      type: 'text/html; charset=utf-8',
      body: await makeSavedPage(kept.bytes, kept.title),
      // The page says by its hashes which script and style are its own.
      headers: {
        'Content-Security-Policy':
          "default-src 'none'; script-src 'unsafe-inline'; " +
          "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
          "frame-ancestors 'none'",
      },
    };
  }

  async function startClaim({
    request,
  }: RequestContext): Promise<HttpResponse> {
    mustBeHere(request);
    const chosen = await readChosen(request);
    const home = `http://${request.headers.host}`;
    return json(await runs.start(chosen, home));
  }

  async function offerAddresses({
    request,
  }: RequestContext): Promise<HttpResponse> {
    mustBeHere(request);
    return json(await runs.offer(`http://${request.headers.host}`));
  }

  async function beginClaim({
    request,
  }: RequestContext): Promise<HttpResponse> {
    const { run } = await readJsonObject(request);
    return ofRun(() => runs.begin(String(run)));
  }

  async function judgeClaim({
    request,
  }: RequestContext): Promise<HttpResponse> {
    const { run, result } = await readJsonObject(request);
    return ofRun(() => runs.judge(String(run), result));
  }

  async function stopClaim({ request }: RequestContext): Promise<HttpResponse> {
    const { run } = await readJsonObject(request);
    return ofRun(() => runs.stop(String(run)));
  }
}

/**
 * Their ports are forwarded by nobody, and what they measure ends at this machine.
 *
 * @throws HttpError (403) where the request came by a forwarder
 */
function mustBeHere(request: IncomingMessage): void {
  const by = forwardedBy(request);
  if (by === undefined) return;
  throw new HttpError(
    403,
    `This page was forwarded to you (${by} says so), and claims run only on ` +
      'the machine of your browser.',
  );
}

/** In which browsers the table was measured, for the sentence above it. */
function measuredWords(): Record<'measured' | 'on', string> {
  const all = Object.values(eachMeasured());
  const dates = new Set(all.map(({ date }) => dateInWords(date)));
  return {
    measured: inWords(all.map(({ title }) => title)),
    on: inWords([...dates]),
  };
}

const inWords = (names: string[]) => new Intl.ListFormat('en-GB').format(names);

async function ofRun(act: () => unknown): Promise<HttpResponse> {
  try {
    return json(((await act()) as object | undefined) ?? {});
  } catch (error) {
    if (error instanceof NoSuchRun) throw new HttpError(404, error.message);
    throw error;
  }
}

/**
 * Reads which claim is meant: `{"row": "binary", "column": "sse", "http": "2"}`.
 *
 * @throws HttpError (400) with what there is
 */
async function readChosen(
  request: IncomingMessage,
): Promise<{ row: ClaimRow; claim: Claim; http: Http }> {
  const asked = (await readJsonObject(request)) as Partial<Chosen>;
  const row = rows.find(({ id }) => id === asked.row);
  const claim = row?.claims.find(({ column }) => column === asked.column);
  const { http } = asked;
  if (row && claim && (http === '1.1' || http === '2'))
    return { row, claim, http };
  throw new HttpError(
    400,
    `Running a claim: found ${JSON.stringify(asked)}, expected as "row" one ` +
      `of ${rows.map(({ id }) => id).join(', ')}; as "column" one of ` +
      `${Object.keys(columns).join(', ')}; and as "http" "1.1" or "2".`,
  );
}
