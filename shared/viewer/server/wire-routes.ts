/** The requests of the wire's page: units, faults, the run as a file. */
import { posix } from 'node:path';
import type { Tap } from '@on-the-wire/tap/tap.ts';
import { conversationOf } from '../conversation/conversation.ts';
import { headerFacts } from '../exchanges.ts';
import type { WireLog } from '../live/log.ts';
import { copyUnit, liveHar } from '../copy/live-copy.ts';
import { HEADERS_ASKED } from '../source.ts';
import { saveRun } from '../saved/save.ts';
import type { LatestState } from './event-stream.ts';
import { json, plainText, type HttpResponse } from './response.ts';
import { findRoute } from './find-route.ts';
import { cutNow, faultsOf, setFaults } from './faults.ts';
import type { RequestContext } from './guarded-server.ts';
import type { LinkMapMessage } from './link-map-message.ts';
import { makeSavedPage } from '../saved/saved-page.ts';
import type { UnitContent } from '@on-the-wire/wire/fields.ts';

/** The run whose wire is shown. */
export interface WireRun {
  log: WireLog;
  tap: Tap;
  /** What files are called that it is saved in. */
  name: string;
  /** What it is called in a page. */
  title: string;
  /** Where its processes stand on the map of its links, if it has several. */
  map?: LinkMapMessage;
}

/**
 * What changes something; for `createGuardedServer`.
 *
 * @param told.onFaults is called when the faults were set
 * @param told.onCut is called when all connections were cut
 */
export function wireChanges(
  { tap }: WireRun,
  { onFaults, onCut }: { onFaults?: () => void; onCut?: () => void } = {},
): Record<string, (context: RequestContext) => Promise<HttpResponse>> {
  return {
    async 'PUT /wire/faults'({ request }) {
      await setFaults(tap, request);
      onFaults?.();
      return json(faultsOf(tap));
    },
    async 'POST /wire/cut'({ request }) {
      await cutNow(tap, request);
      onCut?.();
      return json(faultsOf(tap));
    },
  };
}

/** What the page shows the latest state of; for `sendEventStream`. */
export function wireStates({ tap }: WireRun): Record<string, LatestState> {
  return {
    faults: {
      message: () => faultsOf(tap),
      emitter: tap,
      changed: 'faults',
    },
  };
}

/**
 * Responds to what reads the wire.
 *
 * @param onOpened is called with the number of a unit that was read
 * @returns undefined where the path is none of the wire's
 */
export async function readWire(
  run: WireRun,
  context: RequestContext,
  onOpened: (n: number) => void = () => {},
): Promise<HttpResponse | undefined> {
  const { path, query } = context;
  if (path === '/wire/faults') return json(faultsOf(run.tap));
  if (path === '/wire/map') return json(run.map ?? { places: {}, parts: {} });
  if (path.startsWith('/wire/run.') && SAVED_AS[posix.extname(path)])
    return saved(run, path, query);
  if (path === '/wire/copy') return copyUnit(run, query);
  if (path === '/wire/find') return findRoute(run.log, context);
  const unit = '/wire/units/';
  if (path.startsWith(unit)) {
    const n = path.slice(unit.length);
    const response = unitOf(run.log, n);
    if (response.status === undefined) onOpened(Number(n));
    return response;
  }
  if (path === '/wire/headers') return headersOf(run.log, query);
  if (path === '/wire/conversation') return conversation(run.log, query);
  return undefined;
}

/** A page of the conversation that a unit is part of. */
function conversation(log: WireLog, query: URLSearchParams): HttpResponse {
  const [unit, line, offset] = ['unit', 'line', 'offset'].map((name) => {
    const text = query.get(name) ?? '0';
    return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  }) as [number, number, number];
  if ([unit, line, offset].some(Number.isNaN))
    return plainText(400, 'Expected unit, line and offset as numbers.');
  const page = conversationOf(log, unit, { line, offset });
  return page
    ? json(page)
    : plainText(404, `Unit ${unit} is not, or no longer, kept.`);
}

/** What the header sections of these lines say. */
function headersOf(log: WireLog, query: URLSearchParams): HttpResponse {
  const lines = (query.get('lines') ?? '').split(',');
  if (lines.length > HEADERS_ASKED || !lines.every((n) => /^\d{1,15}$/.test(n)))
    return plainText(
      400,
      `Expected the numbers of at most ${HEADERS_ASKED} lines: lines=4,8`,
    );
  return json(headerFacts(log, lines.map(Number)));
}
/** The media types of the files that a run is saved in. */
const SAVED_AS: Record<string, string> = {
  '.pcapng': 'application/octet-stream',
  '.html': 'text/html; charset=utf-8',
  '.har': 'application/json',
};

/** The run so far, as a file. */
async function saved(
  { log, tap, name, title }: WireRun,
  path: string,
  query: URLSearchParams,
): Promise<HttpResponse> {
  const chosen = query.get('unit');
  const options = {
    secrets: query.get('secrets') === 'yes',
    ...(chosen !== null && { chosen: log.locationOf(Number(chosen)) }),
  };
  const when = new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const extension = posix.extname(path);
  const body = async (): Promise<string | Uint8Array> => {
    if (extension === '.har') return liveHar(tap, options.secrets);
    const bytes = saveRun(tap, options);
    return extension === '.html' ? makeSavedPage(bytes, title) : bytes;
  };
  return {
    type: SAVED_AS[extension]!,
    body: await body(),
    headers: {
      'Content-Disposition': `attachment; filename="${name}-${when}${extension}"`,
    },
  };
}

/** The unit that was chosen: its fields, and its bytes as base64. */
function unitOf(log: WireLog, text: string): HttpResponse {
  const details = /^\d{1,15}$/.test(text) && log.details(Number(text));
  if (!details)
    return plainText(404, `Unit ${text} is not, or no longer, kept.`);
  const { bytes, content, ...rest } = details;
  const base64 = bytes && Buffer.from(bytes).toString('base64');
  return json({
    ...rest,
    base64,
    content: content && contentMessage(content, bytes),
  });
}

/**
 * What a unit carries, its bytes as base64; without them where they are those of
 * the unit, as most are.
 */
function contentMessage(
  { bytes, ...rest }: UnitContent,
  own: Uint8Array | undefined,
) {
  if (bytes === own) return rest;
  return { ...rest, base64: Buffer.from(bytes).toString('base64') };
}
