/** The requests of the wire's page: units, faults, the run as a file. */
import { posix } from 'node:path';
import type { Tap } from '@on-the-wire/tap/tap.ts';
import type { WireLog } from '../live/log.ts';
import { saveRun } from '../saved/save.ts';
import type { LatestState } from './event-stream.ts';
import { json, plainText, type HttpResponse } from './response.ts';
import { cutNow, faultsOf, setFaults } from './faults.ts';
import type { RequestContext } from './guarded-server.ts';
import type { LinkMapMessage } from './link-map-message.ts';
import { makeSavedPage } from '../saved/saved-page.ts';

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
  { path, query }: RequestContext,
  onOpened: (n: number) => void = () => {},
): Promise<HttpResponse | undefined> {
  if (path === '/wire/faults') return json(faultsOf(run.tap));
  if (path === '/wire/map') return json(run.map ?? { places: {}, parts: {} });
  if (path === '/wire/run.pcapng' || path === '/wire/run.html')
    return saved(run, path, query);
  const unit = '/wire/units/';
  if (path.startsWith(unit)) {
    const n = path.slice(unit.length);
    const response = unitOf(run.log, n);
    if (response.status === undefined) onOpened(Number(n));
    return response;
  }
  return undefined;
}

/** The run so far, as a file. */
async function saved(
  { log, tap, name, title }: WireRun,
  path: string,
  query: URLSearchParams,
): Promise<HttpResponse> {
  const chosen = query.get('unit');
  const bytes = saveRun(tap, {
    secrets: query.get('secrets') === 'yes',
    ...(chosen !== null && { chosen: log.locationOf(Number(chosen)) }),
  });
  const when = new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const isPage = path.endsWith('.html');
  return {
    type: isPage ? 'text/html; charset=utf-8' : 'application/octet-stream',
    body: isPage ? await makeSavedPage(bytes, title) : bytes,
    headers: {
      'Content-Disposition': `attachment; filename="${name}-${when}${posix.extname(path)}"`,
    },
  };
}

/** The unit that was chosen: its fields, and its bytes as base64. */
function unitOf(log: WireLog, text: string): HttpResponse {
  const details = /^\d{1,15}$/.test(text) && log.details(Number(text));
  if (!details)
    return plainText(404, `Unit ${text} is not, or no longer, kept.`);
  const { bytes, ...rest } = details;
  const base64 = bytes && Buffer.from(bytes).toString('base64');
  return json({ ...rest, base64 });
}
